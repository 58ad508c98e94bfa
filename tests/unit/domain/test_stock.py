from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError, NotFoundError
from hub.domain.quantity import parse_quantity
from hub.domain.stock import DRAWS_ON, Movements, correct, draw, leftovers, request_part
from hub.domain.stock_levels import choose_warehouse, consume_from_own_stock, is_fresh
from hub.domain.stock_reports import decide_request, depends_on, reported, unexpected

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TICKET = {"id": "T1"}
PART = {"id": "P1", "sku": "SEAL-8"}


def approved(quantity: str = "3") -> Doc:
    request = request_part(TICKET, PART, quantity, by="bo", now=NOW, from_warehouse_id="MAIN", issue_kind="warranty")
    return {"id": "Q1", **decide_request(request, approved=True, by="li")}


def reserved(quantity: str = "3", state: str = "done") -> Doc:
    request = approved(quantity)
    made = draw(Movements({}), "reservation", request, by="li", now=NOW, to_warehouse_id="VAN")
    return {"id": "R1", **made, "state": state}


def issued(quantity: str = "3") -> tuple[Movements, Doc]:
    reservation = reserved(quantity)
    movements = Movements({"reservation": [reservation]})
    made = draw(movements, "issue", reservation, by="li", now=NOW, issue_kind="warranty")
    issue = {"id": "I1", **made, "state": "done"}
    return Movements({"reservation": [reservation], "issue": [issue]}), issue


def test_a_request_is_approved_before_anything_is_reserved() -> None:
    request = {"id": "Q1", **request_part(TICKET, PART, "1", by="bo", now=NOW)}
    with pytest.raises(ConflictError, match="not approved yet"):
        draw(Movements({}), "reservation", request, by="li", now=NOW)
    refused = decide_request(request, approved=False, by="li", reason="in the van already")
    assert (refused["state"], refused["reason"]) == ("cancelled", "in the van already")
    with pytest.raises(ConflictError, match="is cancelled already"):
        decide_request(refused, approved=True, by="li")


def test_a_movement_takes_over_part_ticket_and_warehouses_from_its_source() -> None:
    movements, issue = issued()
    assert reserved()["warehouse_id"] == "MAIN"
    assert (issue["from_warehouse_id"], issue["to_warehouse_id"]) == ("MAIN", "VAN")
    back = draw(movements, "return", issue, by="bo", now=NOW, quantity="1")
    assert (back["from_warehouse_id"], back["to_warehouse_id"]) == ("VAN", "MAIN")
    used = draw(movements, "consumption", issue, by="bo", now=NOW, quantity="1", serial_in="S-9")
    assert (used["warehouse_id"], used["issue_kind"], used["serial_in"]) == ("VAN", "warranty", "S-9")


@pytest.mark.parametrize("quantity", ["4", "3.000001"])
def test_more_than_is_left_cannot_be_drawn(quantity: str) -> None:
    movements, issue = issued("3")
    with pytest.raises(ConflictError, match=r"issue I1: .* are wanted, 3 are left"):
        draw(movements, "consumption", issue, by="bo", now=NOW, quantity=quantity)


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_nothing_and_less_moves_nothing(quantity: str) -> None:
    movements, issue = issued()
    with pytest.raises(InvalidError, match="moves nothing"):
        draw(movements, "consumption", issue, by="bo", now=NOW, quantity=quantity)


def test_a_refused_document_counts_for_nothing() -> None:
    reservation = reserved("3", "refused")
    movements = Movements({"reservation": [reservation]})
    assert movements.left("reservation", reservation) == 0
    with pytest.raises(ConflictError, match="0 are left"):
        draw(movements, "issue", reservation, by="li", now=NOW)
    assert Movements({"part_request": [approved()], "reservation": [reservation]}).left("part_request", approved()) == 3


def test_what_is_on_its_way_counts_as_drawn() -> None:
    movements, issue = issued("1")
    used = {"id": "U1", **draw(movements, "consumption", issue, by="bo", now=NOW)}
    assert used["state"] == "approved"
    again = Movements({**movements.documents, "consumption": [used]})
    with pytest.raises(ConflictError):
        draw(again, "consumption", issue, by="bo", now=NOW)


def test_a_correction_gives_back_what_a_document_took() -> None:
    movements, issue = issued("2")
    used = {
        "id": "U1",
        **draw(movements, "consumption", issue, by="bo", now=NOW),
        "state": "done",
        "remote_number": "9",
    }
    with_use = Movements({**movements.documents, "consumption": [used]})
    counter = {"id": "U2", **correct(with_use, "consumption", used, by="li", now=NOW, quantity="1")}
    assert (counter["corrects_id"], counter["quantity"], "remote_number" in counter) == ("U1", "1", False)
    after = Movements({**movements.documents, "consumption": [used, counter]})
    assert after.left("issue", issue) == 1
    with pytest.raises(ConflictError, match="only 1 can be taken back"):
        correct(after, "consumption", used, by="li", now=NOW, quantity="2")


def test_an_issue_that_was_consumed_cannot_be_taken_back() -> None:
    movements, issue = issued("1")
    used = {"id": "U1", **draw(movements, "consumption", issue, by="bo", now=NOW)}
    with pytest.raises(ConflictError, match="only 0 can be taken back"):
        correct(Movements({**movements.documents, "consumption": [used]}), "issue", issue, by="li", now=NOW)


def test_leftovers_are_returned_and_released_and_then_nothing_is_left() -> None:
    reservation = reserved("5")
    issue = {
        "id": "I1",
        **draw(Movements({"reservation": [reservation]}), "issue", reservation, by="li", now=NOW, quantity="3"),
    }
    before = Movements({"reservation": [reservation], "issue": [issue]})
    used = {"id": "U1", **draw(before, "consumption", issue, by="bo", now=NOW, quantity="1")}
    movements = Movements({**before.documents, "consumption": [used]})
    found = leftovers(movements, by="bo", now=NOW)
    assert [(entity, each["quantity"]) for entity, each in found] == [("return", "2"), ("release", "2")]
    after = Movements({**movements.documents, "return": [found[0][1]], "release": [found[1][1]]})
    assert leftovers(after, by="bo", now=NOW) == []


def test_a_document_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFoundError, match="no issue I9"):
        Movements({}).find("issue", "I9")
    movements, issue = issued()
    assert movements.find("issue", "I1") == issue


def test_a_report_is_recorded_and_a_strange_one_asks_for_a_review() -> None:
    document = reserved(state="sent")
    done = reported(document, "done", now=NOW, number="INT/7")
    assert (done["state"], done["remote_number"], done["done_at"]) == ("done", "INT/7", NOW.isoformat())
    refused = reported(document, "refused", now=NOW, error="too little stock")
    assert refused["error"] == "too little stock"
    assert "error" not in reported(refused, "done", now=NOW)
    assert unexpected(document, "done") is None
    assert unexpected(done, "done") is None
    assert str(unexpected(done, "refused")) == "refused was reported after done"
    assert reported(done, "refused", now=NOW)["state"] == "refused"


def test_a_movement_waits_for_the_one_that_it_draws_on() -> None:
    _, issue = issued()
    assert depends_on("reservation", reserved()) == ()
    assert depends_on("issue", issue) == (("reservation", "R1"),)
    assert depends_on("consumption", {"issue_id": "I1", "corrects_id": "U1"}) == (
        ("issue", "I1"),
        ("consumption", "U1"),
    )


def level(warehouse: str, available: str, on_hand: str = "10", part: str = "P1") -> Doc:
    return {
        "warehouse_id": warehouse,
        "part_id": part,
        "on_hand": on_hand,
        "available": available,
        "as_of": NOW.isoformat(),
    }


def test_a_part_comes_from_where_enough_of_it_is() -> None:
    levels = [level("W1", "1"), level("W2", "5"), level("W3", "9"), level("W4", "99", part="P2")]
    chosen = [choose_warehouse(levels, "P1", Decimal(2), preferred) for preferred in ((), ("W1", "W2"))]
    assert [each and each["warehouse_id"] for each in chosen] == ["W3", "W2"]
    assert choose_warehouse(levels, "P1", Decimal(10)) is None


def test_an_old_level_is_not_decided_on() -> None:
    assert is_fresh(level("W1", "1"), within=timedelta(seconds=60), now=NOW + timedelta(seconds=60))
    assert not is_fresh(level("W1", "1"), within=timedelta(seconds=60), now=NOW + timedelta(seconds=61))


def test_own_stock_is_not_consumed_twice_before_the_erp_knows() -> None:
    def use(stock: Doc | None, pending: list[Doc], quantity: str = "2") -> Doc:
        return consume_from_own_stock(stock, pending, ticket=TICKET, part=PART, quantity=quantity, by="bo", now=NOW)

    own = level("VAN", "3", on_hand="3")
    first = use(own, [])
    assert (first["warehouse_id"], first["quantity"]) == ("VAN", "2")
    with pytest.raises(ConflictError, match="Part SEAL-8: 2 are wanted, the own stock has 1"):
        use(own, [first])
    assert use(own, [{**first, "state": "done"}])["quantity"] == "2"
    assert use(own, [{**first, "state": "refused"}])["quantity"] == "2"
    with pytest.raises(ConflictError, match="the own stock has 0"):
        use(None, [])


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reservation", "issue", "release", "consumption", "return", "correct", "report"]),
        st.integers(0, 5),
        st.sampled_from(["1", "0.5", "2", "7"]),
        st.sampled_from(["done", "refused", "sent"]),
    ),
    max_size=30,
)


@given(STEPS)
def test_stock_is_never_negative_whatever_is_tried(steps: list[tuple[str, int, str, str]]) -> None:
    documents: dict[str, list[Doc]] = {"part_request": [{**approved("7")}]}
    for number, (kind, index, quantity, state) in enumerate(steps):
        movements = Movements(documents)
        entity = (
            ("issue", "consumption", "return", "reservation", "release")[index % 5]
            if kind in {"correct", "report"}
            else kind
        )
        pool = documents.get(entity if kind in {"correct", "report"} else DRAWS_ON[entity][0], [])
        source = pool[index % len(pool)] if pool else None
        if source is None or (kind == "correct" and "corrects_id" in source):
            continue
        if kind == "report":
            _report(documents, entity, source, state)
            continue
        try:
            made = _attempt(movements, kind, entity, source, quantity)
        except ConflictError:
            continue
        documents.setdefault(entity, []).append({"id": f"{entity}{number}", **made})
        _check_conservation(documents)


def _attempt(movements: Movements, kind: str, entity: str, source: Doc, quantity: str) -> Doc:
    if kind == "correct":
        return correct(movements, entity, source, by="x", now=NOW, quantity=quantity)
    more: dict[str, Any] = {"to_warehouse_id": "VAN"} if entity == "reservation" else {}
    return draw(movements, entity, source, by="x", now=NOW, quantity=quantity, **more)


def _report(documents: dict[str, list[Doc]], entity: str, source: Doc, state: str) -> None:
    """The ERP carries a document out or refuses it; nothing had been drawn on what it refuses (``depends_on``)."""
    movements = Movements(documents)
    kinds = [kind for kind, (base, _) in DRAWS_ON.items() if base == entity]
    drawn = [each for kind in kinds for each in documents.get(kind, []) if each[DRAWS_ON[kind][1]] == source["id"]]
    corrected = [each for each in documents.get(entity, []) if each.get("corrects_id") == source["id"]]
    if state == "refused" and (drawn or corrected or "corrects_id" in source or source["state"] == "done"):
        return
    assert movements.net(entity, source) >= 0
    documents[entity][documents[entity].index(source)] = reported(source, state, now=NOW)


def _check_conservation(documents: dict[str, list[Doc]]) -> None:
    movements = Movements(documents)
    for entity, links in (("reservation", ("issue", "release")), ("issue", ("consumption", "return"))):
        for source in documents.get(entity, []):
            if "corrects_id" in source:
                continue
            left = movements.left(entity, source)
            drawn = sum(
                (
                    movements.net(kind, each)
                    for kind in links
                    for each in documents.get(kind, [])
                    if each[DRAWS_ON[kind][1]] == source["id"] and "corrects_id" not in each
                ),
                Decimal(0),
            )
            assert left >= 0
            assert movements.net(entity, source) == left + drawn
            assert parse_quantity(source["quantity"]) > 0
