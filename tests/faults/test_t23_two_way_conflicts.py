"""T23: both sides edit the same field or different fields in one second, in every order in which work can fall.

The rule decides, the loser is in the audit trail, nobody answers an echo, and fewer than three writes are made.
"""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from hub.ports.store import Store
from hub.services import inbound, outbound
from hub.services.verdicts import KEY
from hub.testing.clock import FakeClock
from tests.sync_bench import Bench, bench

HERE, THERE = "+8613811111111", "+8613822222222"
Step = Callable[[], Any]
CASES = {  # our field and value, theirs; what both sides have in the end
    "hub owns": ({"name": "here"}, {"name": "there"}, {"name": "here"}),
    "remote owns": ({"phone": HERE}, {"phone": THERE}, {"phone": THERE}),
    "different fields": ({"name": "here"}, {"phone": THERE}, {"name": "here", "phone": THERE}),
    "the same value": ({"phone": HERE}, {"phone": HERE}, {"phone": HERE}),
}
ORDERS = [
    order
    for order in permutations(("ours", "theirs", "poll", "deliver"))
    if order.index("ours") < order.index("deliver")
]


@pytest.fixture
def b(store: Store, clock: FakeClock) -> Bench:
    return bench(store, clock)


def steps(b: Bench, ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Step]:
    record, remote = b.only("customer"), b.erp.records("party")[0]
    system = b.hub.systems["erp"]
    return {
        "ours": lambda: b.change(record, **ours),
        "theirs": lambda: b.erp.edit("party", remote.id, **theirs),
        "poll": lambda: (inbound.poll(b.hub, system), inbound.process(b.hub)),
        "deliver": lambda: outbound.deliver(b.hub, "erp"),
    }


def was_agreed(order: tuple[str, ...], first: str, crossing: str, second: str) -> bool:
    """Whether the first change had crossed before the second was made."""
    return order.index(first) < order.index(crossing) < order.index(second)


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("case", CASES)
def test_the_rule_decides_in_every_order_and_nobody_answers_an_echo(
    b: Bench, case: str, order: tuple[str, ...]
) -> None:
    ours, theirs, expected = CASES[case]
    record = b.add("customer", name="A", phone="+8613800138000")
    b.run(3)
    writes = len(b.erp.calls)
    work = steps(b, ours, theirs)
    for name in order:
        work[name]()
    b.settle()
    if was_agreed(order, "ours", "deliver", "theirs"):  # no conflict: they knew ours when they changed it
        expected = {**ours, **theirs}
    if was_agreed(order, "theirs", "poll", "ours"):  # no conflict: we knew theirs
        expected = {**theirs, **ours}
    assert {name: b.get(record)[name] for name in expected} == expected
    (remote,) = b.erp.records("party")
    assert {name: remote.doc[name] for name in expected} == expected
    assert len(b.erp.calls) - writes < 3
    quiet = len(b.erp.calls)
    b.settle()
    assert len(b.erp.calls) == quiet
    assert b.open_count() == 0


@pytest.mark.parametrize(("case", "lost"), [("hub owns", "there"), ("remote owns", HERE)])
def test_the_value_that_lost_is_in_the_audit_trail(b: Bench, case: str, lost: str) -> None:
    ours, theirs, _ = CASES[case]
    record = b.add("customer", name="A", phone="+8613800138000")
    b.run(3)
    work = steps(b, ours, theirs)
    for name in ("ours", "theirs", "poll", "deliver"):
        work[name]()
    b.settle()
    entries = b.hub.store.read(lambda tx: tx.audit.of_record("customer", record.id))
    told = [verdict for entry in entries for verdict in (entry.payload or {}).get(KEY, ())]
    assert [verdict["lost"] for verdict in told] == [lost]
