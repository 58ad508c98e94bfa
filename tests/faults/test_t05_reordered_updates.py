"""T05: updates that arrive in any order, a deletion before its creation included, end in the same state."""

from itertools import permutations

import pytest

from hub.ports.store import Store
from hub.services import inbound
from hub.testing.clock import FakeClock
from tests.sync_bench import Bench, bench

LAST = 3  # the hook that tells of the deletion


def hear(b: Bench, *, deleted: bool = False) -> None:
    """A hook comes, and its worker does what it asks for."""
    b.hub.store.run(lambda tx: inbound.hint(b.hub, tx, "erp", "party", "1", deleted=deleted))
    while inbound.process(b.hub):
        pass


@pytest.mark.parametrize("is_deleted", [False, True])
@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_hooks_in_any_order_end_in_the_same_state(
    sqlite_store: Store, clock: FakeClock, order: tuple[int, ...], *, is_deleted: bool
) -> None:
    """Each hook is a hint; the system is asked what is, while it goes on and late hooks still come."""
    b = bench(sqlite_store, clock)
    b.erp.create("party", {"name": "A", "phone": "+8613800138000"})
    for number in order[:1]:
        hear(b, deleted=is_deleted and number == LAST)
    b.erp.edit("party", "1", name="B")
    for number in order[1:2]:
        hear(b, deleted=is_deleted and number == LAST)
    b.erp.edit("party", "1", phone="+8613900139000")
    for number in order[2:]:
        hear(b, deleted=is_deleted and number == LAST)
    if is_deleted:
        b.erp.remove("party", "1")
        for number in order:
            hear(b, deleted=number == LAST)
    record = b.only("customer")
    assert (record.doc["name"], record.doc["phone"]) == ("B", "+8613900139000")
    asked = [review.kind for review in b.hub.store.read(lambda tx: tx.reviews.listing())]
    assert asked == (["gone"] if is_deleted else [])


@pytest.mark.parametrize("at", range(4))
def test_a_deletion_that_is_told_at_any_place_is_asked_about_once(
    sqlite_store: Store, clock: FakeClock, at: int
) -> None:
    """The hook of the deletion comes before, between or after those of the changes."""
    b = bench(sqlite_store, clock)
    b.erp.create("party", {"name": "A"})
    b.run(1)
    for number in range(4):
        if number == at:
            b.erp.remove("party", "1")
        hear(b, deleted=number == at)
    assert [one.kind for one in b.hub.store.read(lambda tx: tx.reviews.listing())] == ["gone"]
    assert b.only("customer").doc["name"] == "A"
