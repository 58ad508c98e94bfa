"""Parts: what may be reserved, issued, used, brought back and set free, and that nothing ever falls below nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, HubError, InvalidError, NotFoundError
from hub.domain.stock import (
    DRAWS,
    ENTITIES,
    FRESH_WITHIN,
    LIVE,
    Ledger,
    asked,
    draw,
    draw_on_issues,
    promise,
    quantity_of,
    spare_in_van,
)

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FILTER: Doc = {"id": "p1", "sku": "P-FILT-01", "uom": "each"}
CABLE: Doc = {"id": "p2", "sku": "P-CABL-01", "uom": "metre"}


def doc(record_id: str, quantity: str, state: str = "done", **rest: Any) -> Doc:
    return {"id": record_id, "part_id": "p1", "quantity": quantity, "state": state, **rest}


def ledger(**docs: list[Doc]) -> Ledger:
    return Ledger({name.replace("back", "return"): found for name, found in docs.items()})


def test_a_request_is_reserved_in_parts_until_nothing_is_left() -> None:
    request = doc("q", "3", "approved")
    book = ledger(part_request=[request], reservation=[doc("r1", "1", "sent", part_request_id="q")])
    assert draw(book, "reservation", "q", part=FILTER).quantity == 2
    assert draw(book, "reservation", "q", Decimal(1), part=FILTER).quantity == 1
    with pytest.raises(ConflictError, match="P-FILT-01: 3 to reserve, 2 left of the request"):
        draw(book, "reservation", "q", Decimal(3), part=FILTER)


def test_a_request_that_nobody_approved_is_not_reserved() -> None:
    with pytest.raises(ConflictError, match="the request is draft: approve it first"):
        draw(ledger(part_request=[doc("q", "1", "draft")]), "reservation", "q", part=FILTER)


def test_a_refused_reservation_promises_nothing_but_a_refused_issue_is_out_of_the_hand() -> None:
    request, refused = doc("q", "1", "approved"), doc("r", "1", "refused", part_request_id="q")
    assert draw(ledger(part_request=[request], reservation=[refused]), "reservation", "q", part=FILTER).quantity == 1
    issued = doc("i", "1", "refused", reservation_id="r")
    with pytest.raises(ConflictError, match="0 left"):
        draw(ledger(reservation=[doc("r", "1")], issue=[issued]), "issue", "r", part=FILTER)


def test_nothing_is_issued_before_the_erp_has_confirmed_the_reservation() -> None:
    with pytest.raises(ConflictError, match="the reservation is sent, not yet confirmed by the ERP"):
        draw(ledger(reservation=[doc("r", "1", "sent")]), "issue", "r", part=FILTER)


def test_what_is_issued_can_no_longer_be_released() -> None:
    book = ledger(reservation=[doc("r", "5")], issue=[doc("i", "3", "approved", reservation_id="r")])
    assert draw(book, "release", "r", part=FILTER).quantity == 2
    with pytest.raises(ConflictError, match="3 to release, 2 left of the reservation"):
        draw(book, "release", "r", Decimal(3), part=FILTER)


def test_what_is_released_can_no_longer_be_issued() -> None:
    book = ledger(reservation=[doc("r", "2")], release=[doc("x", "2", "sent", reservation_id="r")])
    with pytest.raises(ConflictError, match="0 to issue, 0 left"):
        draw(book, "issue", "r", part=FILTER)


def test_a_document_that_takes_one_back_gives_its_quantity_free_again() -> None:
    issues = [doc("i1", "2", reservation_id="r"), doc("i2", "1", reservation_id="r", corrects_id="i1")]
    book = ledger(reservation=[doc("r", "2")], issue=issues)
    assert book.left("reservation", "r") == 1
    assert book.left("issue", "i1") == 1


def test_used_parts_draw_on_the_oldest_issue_first() -> None:
    issues = [doc("i2", "2", at="2026-03-02T09:00:00+00:00"), doc("i1", "1", at="2026-03-02T08:00:00+00:00")]
    draws = draw_on_issues(ledger(issue=issues), "consumption", Decimal(2), part=FILTER, in_van=Decimal(0))
    assert [(each.source_id, each.quantity) for each in draws] == [("i1", Decimal(1)), ("i2", Decimal(1))]


def test_what_was_not_issued_may_come_from_the_technicians_own_stock_but_never_beyond_it() -> None:
    book = ledger(issue=[doc("i", "1")])
    draws = draw_on_issues(book, "consumption", Decimal(3), part=FILTER, in_van=Decimal(2))
    assert [(each.source_id, each.quantity) for each in draws] == [("i", Decimal(1)), (None, Decimal(2))]
    with pytest.raises(ConflictError, match="4 used, 3 in the technician's hands"):
        draw_on_issues(book, "consumption", Decimal(4), part=FILTER, in_van=Decimal(2))


def test_only_what_was_issued_can_be_brought_back() -> None:
    with pytest.raises(ConflictError, match="2 to bring back, 1 issued and not used"):
        draw_on_issues(ledger(issue=[doc("i", "1")]), "return", Decimal(2), part=FILTER, in_van=Decimal(9))


@pytest.mark.parametrize(("part", "quantity"), [(FILTER, "0"), (FILTER, "1.5"), (CABLE, "-1"), (CABLE, "0")])
def test_a_quantity_that_cannot_be_counted_is_refused(part: Doc, quantity: str) -> None:
    with pytest.raises(InvalidError, match="quantity"):
        asked(part, quantity)


def test_metres_may_be_asked_for_in_fractions() -> None:
    assert asked(CABLE, "1.5") == Decimal("1.5")


def test_a_part_out_of_use_is_refused() -> None:
    with pytest.raises(ConflictError, match="no longer in use"):
        asked(FILTER | {"active": False}, "1")


def test_a_source_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFoundError, match="There is no reservation r"):
        draw(ledger(), "issue", "r", part=FILTER)


def level(available: str, age: timedelta = timedelta(0)) -> Doc:
    return {"part_id": "p1", "on_hand": available, "available": available, "as_of": (NOW - age).isoformat()}


def test_a_fresh_level_refuses_what_is_not_there_and_an_old_one_does_not() -> None:
    with pytest.raises(ConflictError, match="P-FILT-01: 2 asked for, 1 free in the warehouse"):
        promise(level("1"), [], Decimal(2), part=FILTER, now=NOW)
    promise(level("1", FRESH_WITHIN + timedelta(seconds=1)), [], Decimal(2), part=FILTER, now=NOW)
    promise(None, [], Decimal(2), part=FILTER, now=NOW)


def test_reservations_that_the_level_does_not_know_yet_count_against_it() -> None:
    with pytest.raises(ConflictError, match="1 asked for, 0 free"):
        promise(level("1"), [doc("r", "1", "sent")], Decimal(1), part=FILTER, now=NOW)
    promise(level("1"), [doc("r", "1", done_at=NOW.isoformat())], Decimal(1), part=FILTER, now=NOW)


def test_the_spare_stock_of_a_technician_leaves_out_what_is_promised_or_already_used() -> None:
    done = (NOW - timedelta(hours=1)).isoformat()
    issued = ledger(
        issue=[doc("i", "2", done_at=done)],
        consumption=[doc("c1", "1", "sent", issue_id="i"), doc("c2", "1", "approved")],
    )
    assert spare_in_van(level("5"), issued) == 2  # one issued and unused, two used that the level does not know
    assert spare_in_van(level("1"), issued) == 0
    assert spare_in_van(None, issued) == 0


STEPS = st.lists(
    st.tuples(
        st.sampled_from([*DRAWS, "refuse", "cancel", "confirm"]), st.integers(0, 50), st.integers(1, 5), st.booleans()
    ),
    max_size=40,
)


def play(steps: list[tuple[str, int, int, bool]], check: Callable[[Ledger], None]) -> int:
    """Try random steps on one request of ten, four of it reserved; check after each; say how many went through."""
    docs: dict[str, list[Doc]] = {entity: [] for entity in ENTITIES}
    docs["part_request"].append(doc("q", "10", "approved"))
    docs["reservation"].append(doc("reservation", "4", "done", part_request_id="q"))
    allowed = 0
    for number, (step, pick, quantity, everything) in enumerate(steps):
        book = Ledger(docs)
        if step in DRAWS:
            rule = DRAWS[step]
            sources = docs[rule.source]
            if not sources:
                continue
            source = sources[pick % len(sources)]
            try:
                decided = draw(book, step, source["id"], None if everything else Decimal(quantity), part=FILTER)
            except HubError:
                continue
            made = doc(f"{step}{number}", str(decided.quantity), "approved", **{rule.field: source["id"]})
            docs[step].append(made)
        else:
            waiting = [each for entity in DRAWS for each in docs[entity] if each["state"] == "approved"]
            if not waiting:
                continue
            chosen = waiting[pick % len(waiting)]
            if step != "confirm" and not chosen["id"].startswith("reservation"):
                continue  # what has left the hand is never undone by a state; only a promise may fall away
            chosen["state"] = {"refuse": "refused", "cancel": "cancelled", "confirm": "done"}[step]
        allowed += 1
        check(Ledger(docs))
    return allowed


@given(STEPS)
def test_stock_never_falls_below_nothing_whatever_is_tried(steps: list[tuple[str, int, int, bool]]) -> None:
    def check(book: Ledger) -> None:
        for kind in {rule.source for rule in DRAWS.values()}:
            assert all(book.left(kind, each["id"]) >= 0 for each in book.docs[kind] if each["state"] in LIVE)

    play(steps, check)


@given(STEPS)
def test_every_piece_is_conserved(steps: list[tuple[str, int, int, bool]]) -> None:
    """What was reserved is issued, released or still promised; what was issued is used, back, or in the hand."""

    def check(book: Ledger) -> None:
        live = [each for each in book.docs["reservation"] if each["state"] == "done"]
        promised = sum(book.left("reservation", each["id"]) for each in live)
        moved = quantity_of(book.docs["issue"]) + quantity_of(book.docs["release"])
        assert quantity_of(live) == promised + moved
        in_hand = sum(left for _, left in book.open("issue"))
        assert quantity_of(book.docs["issue"]) == in_hand + quantity_of(
            (*book.docs["consumption"], *book.docs["return"])
        )

    play(steps, check)
