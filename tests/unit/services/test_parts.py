"""Parts as a service: requested, reserved, issued, used, brought back, released; and what the ERP's answers bring."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, HubError, InvalidError, NotFoundError
from hub.domain.stock import quantity_of
from hub.ports.records import Record
from hub.services import dispatching, stock, tickets, visits
from tests.unit.services.world import World


def reserved(world: World, ticket: Record, part: str = "filter", quantity: str = "2", **more: str) -> Record:
    """A part that the ERP has reserved for a ticket."""
    request = world.do(stock.request_part, ticket.id, part_id=part, quantity=quantity, **more)  # type: ignore[arg-type] # values of the command
    reservation = world.do(stock.approve, request.id)
    return world.erp_says(reservation, state="done", remote_number="INT-1", done_at=world.clock.now().isoformat())


def issued(world: World, ticket: Record, quantity: str = "2") -> Record:
    """A part in the technician's own stock."""
    issue = world.do(stock.issue, reserved(world, ticket, quantity=quantity).id)
    return world.erp_says(issue, state="done", done_at=world.clock.now().isoformat())


def kept(doc: Doc, *names: str) -> list[object]:
    return [doc.get(name) for name in names]


def test_a_request_is_approved_reserved_and_told(world: World) -> None:
    ticket = world.assigned()
    request = world.do(stock.request_part, ticket.id, part_id="filter", quantity="2")
    assert kept(request.doc, "state", "issue_kind", "by") == ["draft", "billable", "mei"]
    reservation = world.do(stock.approve, request.id)
    assert kept(reservation.doc, "state", "quantity", "warehouse_id", "to_warehouse_id") == [
        "approved",
        "2",
        "main",
        "van-li",
    ]
    assert world.get("part_request", request.id)["state"] == "approved"
    world.erp_says(reservation, state="done", done_at=world.clock.now().isoformat())
    assert world.get("part_request", request.id)["state"] == "done"
    number = ticket.doc["number"]
    assert ("warehouse", f"Ticket {number}: 2 x P-FILTER is requested") in world.notices()
    assert ("warehouse", f"Ticket {number}: 2 x P-FILTER is reserved: hand it out") in world.notices()
    assert ("li", f"Ticket {number}: 2 x P-FILTER is reserved for you") in world.notices()


def test_approving_twice_reserves_once(world: World) -> None:
    request = world.do(stock.request_part, world.assigned().id, part_id="filter", quantity="2")
    assert world.do(stock.approve, request.id).id == world.do(stock.approve, request.id).id
    assert len(world.all("reservation")) == 1


def test_nothing_is_reserved_before_somebody_is_assigned(world: World) -> None:
    request = world.do(stock.request_part, world.ticket().id, part_id="filter", quantity="1")
    with pytest.raises(ConflictError, match="assign a technician, who will carry the part"):
        world.do(stock.approve, request.id)
    assert world.get("part_request", request.id)["state"] == "draft"


def test_a_part_is_charged_to_the_warranty_while_it_lasts(world: World) -> None:
    asset = world.read(lambda tx: tx.records.need("asset", "chiller"))
    world.change(asset, warranty={"ends_on": "2026-12-31", "covers": ["part"]})
    request = world.do(stock.request_part, world.assigned().id, part_id="filter", quantity="1")
    assert request.doc["issue_kind"] == "warranty"


def test_a_request_may_be_refused_with_a_reason_that_reaches_who_asked(world: World) -> None:
    request = world.do(stock.request_part, world.assigned().id, world.li, part_id="filter", quantity="1")
    after = world.do(stock.refuse, request.id, reason="use the old one")
    assert kept(after.doc, "state", "error") == ["refused", "use the old one"]
    assert world.notices()[-1][0] == "li"
    with pytest.raises(ConflictError, match="refused: approve it first, or make a new one"):
        world.do(stock.approve, request.id)


def test_a_known_shortage_is_refused_at_once_with_what_is_there(world: World) -> None:
    request = world.do(stock.request_part, world.assigned().id, part_id="filter", quantity="6")
    with pytest.raises(ConflictError, match="P-FILTER: 6 asked for, 5 free in the warehouse"):
        world.do(stock.approve, request.id)


def test_the_erp_is_asked_when_our_figure_is_old(world: World) -> None:
    request = world.do(stock.request_part, world.assigned().id, part_id="filter", quantity="6")
    world.clock.pass_by(timedelta(minutes=16))
    assert world.do(stock.approve, request.id).doc["state"] == "approved"


def test_what_the_erp_refuses_stands_on_the_ticket_with_who_must_act(world: World) -> None:
    ticket = world.assigned()
    request = world.do(stock.request_part, ticket.id, part_id="filter", quantity="2")
    reservation = world.do(stock.approve, request.id)
    world.erp_says(reservation, state="refused", error="There is too little stock.")
    problem = world.get("ticket", ticket.id)["problems"][0]
    assert kept(problem, "system", "role", "message") == ["erp", "warehouse", "There is too little stock."]
    assert problem["what"].startswith("reservation P-FILTER x 2")
    assert kept(world.get("part_request", request.id), "state", "error") == ["refused", "There is too little stock."]
    assert any("was refused: There is too little stock." in text for _, text in world.notices())


def test_a_refusal_that_was_mended_leaves_the_ticket(world: World) -> None:
    ticket = world.assigned()
    request = world.do(stock.request_part, ticket.id, part_id="filter", quantity="2")
    reservation = world.do(stock.approve, request.id)
    world.erp_says(reservation, state="refused", error="There is too little stock.")
    world.erp_says(reservation, state="done", error=None)
    assert "problems" not in world.get("ticket", ticket.id)
    assert kept(world.get("part_request", request.id), "state", "error") == ["done", None]


def test_a_part_is_issued_used_and_the_rest_brought_back(world: World) -> None:
    ticket = world.assigned()
    issue = issued(world, ticket)
    assert kept(issue.doc, "from_warehouse_id", "to_warehouse_id", "issue_kind") == ["main", "van-li", "billable"]
    visit = world.on_site(ticket)
    used = world.do(stock.consume_part, visit.id, world.li, part_id="filter", quantity="1")
    assert kept(used.doc, "state", "issue_id", "warehouse_id", "asset_id", "visit_id") == [
        "approved",
        issue.id,
        "van-li",
        "chiller",
        visit.id,
    ]
    back = world.do(stock.return_part, visit.id, world.li, part_id="filter", quantity="1", reason="not needed")
    assert kept(back.doc, "from_warehouse_id", "to_warehouse_id", "reason") == ["van-li", "main", "not needed"]
    with pytest.raises(ConflictError, match="1 used, 0 in the technician's hands"):
        world.do(stock.consume_part, visit.id, world.li, part_id="filter", quantity="1")


def test_a_reservation_is_drawn_in_parts_and_the_rest_released(world: World) -> None:
    reservation = reserved(world, world.assigned(), quantity="3")
    world.do(stock.issue, reservation.id, quantity="1")
    assert world.do(stock.release, reservation.id, reason="done").doc["quantity"] == "2"
    with pytest.raises(ConflictError, match="0 left of the reservation"):
        world.do(stock.issue, reservation.id)


def test_nothing_is_issued_that_the_erp_has_not_confirmed(world: World) -> None:
    request = world.do(stock.request_part, world.assigned().id, part_id="filter", quantity="1")
    with pytest.raises(ConflictError, match="not yet confirmed by the ERP"):
        world.do(stock.issue, world.do(stock.approve, request.id).id)


def test_what_is_used_while_the_issue_is_under_way_follows_it(world: World) -> None:
    """The ERP must get them in this order, however long it was down."""
    ticket = world.assigned()
    issue = world.do(stock.issue, reserved(world, ticket).id)
    visit = world.on_site(ticket)
    used = world.do(stock.consume_part, visit.id, part_id="filter", quantity="1")
    assert used.doc["state"] == "draft"
    world.erp_says(issue, state="done")
    assert world.get("consumption", used.id)["state"] == "approved"


def test_the_erp_is_told_of_each_movement_once_and_never_of_a_draft(world: World) -> None:
    ticket = world.assigned()
    world.connect()
    request = world.do(stock.request_part, ticket.id, part_id="filter", quantity="1")
    reservation = world.do(stock.approve, request.id)
    assert world.due("reservation") == [(reservation.id, "assigned")]
    assert world.get("ticket", ticket.id)["waiting_for"][0]["what"] == f"reservation P-FILTER x 1 ({reservation.id})"
    world.erp_says(reservation, state="done")
    assert "waiting_for" not in world.get("ticket", ticket.id)
    issue = world.do(stock.issue, reservation.id)
    used = world.do(stock.consume_part, world.on_site(ticket).id, part_id="filter", quantity="1")
    assert (world.due("issue"), world.due("consumption")) == ([(issue.id, "done")], [])
    world.erp_says(issue, state="done")
    assert world.due("consumption") == [(used.id, "done")]
    assert used.doc["customer_id"] == "huaxin"


def test_a_reservation_that_comes_too_late_is_released_in_the_erp(world: World) -> None:
    ticket = world.assigned()
    world.connect()
    late = world.do(stock.approve, world.do(stock.request_part, ticket.id, part_id="filter", quantity="1").id)
    world.do(tickets.cancel, ticket.id, reason="bought a new one")
    assert world.due("release") == []
    world.erp_says(late, state="done")
    assert [goal for _, goal in world.due("release")] == ["cancelled"]


def test_the_technicians_own_stock_is_used_when_nothing_was_issued(world: World) -> None:
    world.level("van-li", "filter", "1")
    visit = world.on_site(world.assigned())
    used = world.do(stock.consume_part, visit.id, part_id="filter", quantity="1")
    assert kept(used.doc, "issue_id", "warehouse_id", "state") == [None, "van-li", "approved"]
    with pytest.raises(ConflictError, match="1 used, 0 in the technician's hands"):
        world.do(stock.consume_part, visit.id, part_id="filter", quantity="1")


def test_a_part_of_another_ticket_is_not_taken_out_of_the_van(world: World) -> None:
    other = world.assigned()
    issued(world, other, quantity="1")
    world.clock.pass_by(timedelta(minutes=1))
    world.level("van-li", "filter", "1")
    visit = world.on_site(world.assigned("li"))
    with pytest.raises(ConflictError, match="0 in the technician's hands"):
        world.do(stock.consume_part, visit.id, part_id="filter", quantity="1")


def test_parts_are_used_on_the_visit_only(world: World) -> None:
    ticket = world.assigned()
    with pytest.raises(ConflictError, match="The visit is planned: parts are used between check-in and finish"):
        world.do(stock.consume_part, ticket.doc["assignment"]["visit_id"], part_id="filter", quantity="1")


def test_a_technician_finds_only_his_own_visits(world: World) -> None:
    visit = world.on_site(world.assigned("zhang"))
    with pytest.raises(NotFoundError):
        world.do(stock.consume_part, visit.id, world.li, part_id="filter", quantity="1")


def test_a_serialised_part_is_used_one_by_one_with_its_serial_number(world: World) -> None:
    world.level("van-li", "board", "2")
    visit = world.on_site(world.assigned())
    for values in ({"quantity": "1"}, {"quantity": "2", "serial_in": "B-1"}):
        with pytest.raises(InvalidError, match="serial"):
            world.do(stock.consume_part, visit.id, None, part_id="board", **values)
    used = world.do(stock.consume_part, visit.id, part_id="board", quantity="1", serial_in="B-1", serial_out="B-0")
    assert kept(used.doc, "serial_in", "serial_out") == ["B-1", "B-0"]


def test_serial_numbers_are_as_many_as_pieces(world: World) -> None:
    reservation = reserved(world, world.assigned(), part="board")
    with pytest.raises(InvalidError, match="Give 2 different serial numbers, or none"):
        world.do(stock.issue, reservation.id, serials=["B-1", "B-1"])
    assert world.do(stock.issue, reservation.id, serials=["B-1", "B-2"]).doc["serials"] == ["B-1", "B-2"]


def test_a_finished_ticket_asks_for_no_more_parts(world: World) -> None:
    with pytest.raises(ConflictError, match="is completed: reopen it first"):
        world.do(stock.request_part, world.completed().id, part_id="filter", quantity="1")


def test_a_cancelled_ticket_gives_its_parts_back(world: World) -> None:
    """Repair-DeskPOS/RepairDesk-BUGS-IMPROVEMENTS#572: cancel must return parts to stock."""
    ticket = world.assigned()
    draft = world.do(stock.request_part, ticket.id, part_id="board", quantity="1")
    issue = issued(world, ticket, quantity="1")
    reservation = reserved(world, ticket, quantity="2")
    later = world.do(stock.approve, world.do(stock.request_part, ticket.id, part_id="filter", quantity="1").id)
    world.do(tickets.cancel, ticket.id, reason="bought a new one")
    assert world.get("part_request", draft.id)["state"] == "cancelled"
    assert [kept(each, "reservation_id", "quantity") for each in world.all("release")] == [[reservation.id, "2"]]
    told = f"Ticket {ticket.doc['number']}: 1 x P-FILTER was issued and is not needed: bring it back"
    assert {("li", told), ("warehouse", told)} <= set(world.notices())
    assert world.get("issue", issue.id)["state"] == "done"
    world.erp_says(later, state="done")
    assert [each["reservation_id"] for each in world.all("release")] == [reservation.id, later.id]


def test_the_parts_that_a_fault_needs_are_found_by_its_symptom(world: World) -> None:
    assert [part.id for part in world.read(lambda tx: stock.parts_for_fault(tx, "no_cooling"))] == ["filter"]
    assert world.read(lambda tx: stock.parts_for_fault(tx, "noise")) == []
    assert world.read(lambda tx: stock.parts_for_fault(tx, None)) == []
    filter_part = world.read(lambda tx: tx.records.need("part", "filter"))
    world.change(filter_part, active=False)
    assert world.read(lambda tx: stock.parts_for_fault(tx, "no_cooling")) == []


def test_what_is_reserved_is_needed_no_more(world: World) -> None:
    ticket = world.assigned()
    assert world.read(lambda tx: stock.parts_still_needed(tx, ticket)) == {"filter": Decimal(1)}
    request = world.do(stock.request_part, ticket.id, part_id="board", quantity="2")
    assert world.read(lambda tx: stock.parts_still_needed(tx, ticket)) == {"board": Decimal(2)}
    world.do(stock.approve, request.id)
    assert world.read(lambda tx: stock.parts_still_needed(tx, ticket)) == {}


def test_a_technician_without_a_stock_of_their_own_is_named(world: World) -> None:
    request = world.do(stock.request_part, world.assigned().id, part_id="filter", quantity="1")
    world.change(world.read(lambda tx: tx.records.need("technician", "li")), warehouse_id=None)
    with pytest.raises(ConflictError, match="Li has no stock of their own"):
        world.do(stock.approve, request.id)


def test_eight_who_want_the_last_piece_get_one(any_world: World) -> None:
    """T31: reserve, issue, release from 8 workers at once, last unit; never negative, all conserved."""
    world = any_world
    world.level("main", "filter", "1")
    ticket = world.assigned()
    requests = [world.do(stock.request_part, ticket.id, part_id="filter", quantity="1") for _ in range(8)]

    def attempt(request: Record) -> str:
        try:
            world.do(stock.approve, request.id)
        except HubError as error:
            return type(error).__name__
        return "reserved"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(attempt, requests))
    assert outcomes.count("reserved") == 1
    assert quantity_of(world.all("reservation")) == 1


def test_issue_and_release_at_once_draw_no_more_than_was_reserved(any_world: World) -> None:
    """T31: what eight workers issue and release at the same time is exactly what was reserved."""
    world = any_world
    reservation = reserved(world, world.assigned(), quantity="5")

    def attempt(number: int) -> None:
        command = stock.issue if number % 2 else stock.release
        try:
            world.do(command, reservation.id, quantity="1")
        except ConflictError:
            return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, range(8)))
    moved = quantity_of(world.all("issue")) + quantity_of(world.all("release"))
    assert moved == 5


def test_a_reassigned_ticket_can_be_dispatched_with_its_part_reserved(world: World) -> None:
    ticket = world.assigned()
    reserved(world, ticket, quantity="5")
    world.level("main", "filter", "0")
    after = world.do(dispatching.assign, ticket.id, technician_id="zhang")
    assert after.doc["assignment"]["technician_id"] == "zhang"
    world.do(visits.accept, after.doc["assignment"]["visit_id"])
