"""Dispatch as a service: the visit is planned, the reasoning kept, and nobody booked twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from hub.domain.errors import ConflictError, ForbiddenError, HubError
from hub.services import dispatching, stock, visits
from hub.services.context import Actor
from tests.unit.services.world import World

WINDOW: dict[str, Any] = {"window_start": "2026-03-02T02:00:00+00:00", "window_end": "2026-03-02T04:00:00+00:00"}


def test_candidates_are_judged_without_changing_anything(world: World) -> None:
    ticket = world.ticket()
    before = len(world.all("visit"))
    found = dispatching.candidates(world.hub, ticket.id)
    assert {each.technician_id for each in found} == {"li", "zhang"}
    assert not found[0].failures
    assert len(world.all("visit")) == before


def test_assigning_plans_the_visit_keeps_the_reasoning_and_tells_the_technician(world: World) -> None:
    ticket = world.do(dispatching.assign, world.ticket().id, technician_id="zhang", **WINDOW)
    assignment = ticket.doc["assignment"]
    assert (ticket.doc["status"], assignment["technician_id"]) == ("assigned", "zhang")
    assert [each["technician_id"] for each in assignment["explanation"]] == ["li", "zhang"]
    assert {check["rule"] for check in assignment["explanation"][0]["checks"]} >= {"skill", "free", "parts"}
    visit = world.get("visit", assignment["visit_id"])
    assert (visit["technician_id"], visit["status"], visit["window_start"]) == (
        "zhang",
        "planned",
        WINDOW["window_start"],
    )
    assert ("zhang", f"New visit for ticket {ticket.doc['number']}: Does not cool") in world.notices()


def test_without_a_window_the_appointment_counts_and_else_the_first_free_time(world: World) -> None:
    appointment = {"from": "2026-03-03T01:00:00+00:00", "to": "2026-03-03T03:00:00+00:00"}
    first = world.do(dispatching.assign, world.ticket(appointment=appointment).id, technician_id="li")
    assert first.doc["assignment"]["window_start"] == appointment["from"]
    second = world.do(dispatching.assign, world.ticket().id, technician_id="li")
    assert second.doc["assignment"]["window_start"].startswith("2026-03-02T01:0")


def test_who_fails_a_hard_rule_is_refused_with_its_name(world: World) -> None:
    ticket = world.ticket(required_skills=[{"id": "1", "skill": "cooling", "level": 5}])
    with pytest.raises(
        ConflictError, match=r"Li cannot take ticket T-2026-\d+ \(skill: cooling: level 5 is wanted, has 4"
    ):
        world.do(dispatching.assign, ticket.id, technician_id="li")
    assert world.all("visit") == []


def test_the_skills_of_the_assets_model_are_wanted_too(world: World) -> None:
    world.add("product", id="model", code="HX-200", name="Chiller", skills=[{"id": "1", "skill": "gas", "level": 2}])
    world.change(world.read(lambda tx: tx.records.need("asset", "chiller")), product_id="model")
    found = dispatching.candidates(world.hub, world.ticket().id)
    assert [check.rule for check in found[0].failures] == ["skill"]


def test_a_customer_may_object_to_a_technician(world: World) -> None:
    customer = world.read(lambda tx: tx.records.need("customer", "huaxin"))
    world.change(customer, x_excluded_technicians=["li"])
    with pytest.raises(ConflictError, match="the customer does not want this technician"):
        world.do(dispatching.assign, world.ticket().id, technician_id="li")


def test_a_part_that_nobody_has_keeps_the_fault_from_being_dispatched(world: World) -> None:
    world.level("main", "filter", "0")
    found = dispatching.candidates(world.hub, world.ticket().id)
    assert {check.rule for each in found for check in each.failures} == {"parts"}
    world.level("van-zhang", "filter", "1")
    best = dispatching.candidates(world.hub, world.ticket().id)[0]
    assert (best.technician_id, best.failures) == ("zhang", ())


def test_who_was_there_before_is_preferred(world: World) -> None:
    world.completed()
    world.clock.pass_by(timedelta(hours=1))
    scores = {score.objective: score.points for score in dispatching.candidates(world.hub, world.ticket().id)[0].scores}
    assert scores["same_technician"] == 100


def test_the_same_request_twice_plans_one_visit(world: World) -> None:
    ticket = world.ticket()
    once = world.do(dispatching.assign, ticket.id, technician_id="li", **WINDOW)
    twice = world.do(dispatching.assign, ticket.id, technician_id="li", **WINDOW)
    assert once.version == twice.version
    assert len(world.all("visit")) == 1


def test_a_reassignment_cancels_the_first_visit_and_tells_both(world: World) -> None:
    ticket = world.assigned("li")
    after = world.do(dispatching.assign, ticket.id, technician_id="zhang")
    states = {each["technician_id"]: each["status"] for each in world.all("visit")}
    assert states == {"li": "cancelled", "zhang": "planned"}
    assert after.doc["assignment"]["technician_id"] == "zhang"
    assert ("li", f"Your visit for ticket {ticket.doc['number']} was given to somebody else") in world.notices()


def test_a_technician_who_is_under_way_is_not_taken_off(world: World) -> None:
    ticket = world.assigned("li")
    world.on_site(ticket)
    with pytest.raises(ConflictError):
        world.do(dispatching.assign, ticket.id, technician_id="zhang")


def test_only_who_may_dispatch_assigns(world: World) -> None:
    with pytest.raises(ForbiddenError):
        world.do(dispatching.assign, world.ticket().id, world.li, technician_id="li")


def test_a_technician_who_goes_off_shift_meanwhile_is_refused(world: World) -> None:
    """T36: engineer goes off shift in between."""
    ticket = world.ticket()
    assert not dispatching.candidates(world.hub, ticket.id)[0].failures
    world.change(world.read(lambda tx: tx.records.need("technician", "li")), shifts=[])
    with pytest.raises(ConflictError, match="free: is off shift, absent or booked then"):
        world.do(dispatching.assign, ticket.id, technician_id="li", **WINDOW)


def test_two_dispatchers_never_book_one_technician_twice(any_world: World) -> None:
    """T36: two dispatchers, one free engineer; no double assignment, capacity kept."""
    world = any_world
    tickets = [world.ticket() for _ in range(4)]

    def assign(number: int) -> str:
        actor = Actor(f"dispatcher{number}", f"c{number}", roles=frozenset({"dispatcher"}))
        try:
            world.do(dispatching.assign, tickets[number].id, actor, technician_id="li", **WINDOW)
        except HubError as error:
            return type(error).__name__
        return "assigned"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(assign, range(4)))
    assert outcomes.count("assigned") == 1
    assert set(outcomes) <= {"assigned", "ConflictError", "StaleError"}
    booked = [each for each in world.all("visit", technician_id="li") if each["status"] == "planned"]
    assert len(booked) == 1


def test_a_declined_visit_frees_the_technician(world: World) -> None:
    ticket = world.assigned("li", appointment={"from": WINDOW["window_start"], "to": WINDOW["window_end"]})
    world.do(visits.decline, ticket.doc["assignment"]["visit_id"], reason="ill")
    again = world.do(dispatching.assign, world.ticket().id, technician_id="li", **WINDOW)
    assert again.doc["status"] == "assigned"


def test_a_requested_part_is_what_the_technician_must_get(world: World) -> None:
    ticket = world.ticket()
    world.do(stock.request_part, ticket.id, part_id="board", quantity="9")
    found = dispatching.candidates(world.hub, ticket.id)
    assert {check.rule for each in found for check in each.failures} == {"parts"}
