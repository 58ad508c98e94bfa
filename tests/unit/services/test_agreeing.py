"""A record that another system tells of comes into being as if a person had made it."""

from typing import Any

from hub.ports.records import Record
from hub.services import agreeing, tickets
from hub.services.context import Actor
from tests.unit.services.world import World


def test_a_ticket_that_comes_from_another_system_is_opened_with_number_clocks_and_history(world: World) -> None:
    told = {"type": "repair", "subject": "Chiller stands still", "priority": "p1"}
    desk = Actor("system:desk", "c1", system="desk")
    record = world.hub.store.run(lambda tx: agreeing.create(world.hub, tx, desk, "ticket", told))
    by_hand = world.hub.store.run(lambda tx: tickets.open_ticket(world.hub, tx, world.everybody, told))
    assert (record.doc["status"], record.doc["is_draft"], record.doc["priority"]) == ("new", False, "p1")
    assert record.doc["number"] != by_hand.doc["number"]
    assert record.doc["sla"] == by_hand.doc["sla"]
    assert [entry["event"] for entry in record.doc["history"]] == ["opened"]


def test_another_record_is_kept_as_it_was_told(world: World) -> None:
    told = {"name": "Huaxin 华信"}
    desk = Actor("system:desk", "c1", system="desk")
    record = world.hub.store.run(lambda tx: agreeing.create(world.hub, tx, desk, "customer", told))
    assert told.items() <= record.doc.items()


def told_by_the_desk(world: World, record: Record, **values: Any) -> Record:
    desk = Actor("system:desk", "c1", system="desk")
    return world.hub.store.run(lambda tx: agreeing.keep(world.hub, tx, desk, record, record.doc | values))


def opened(world: World, priority: str = "p4") -> Record:
    customer = world.add("customer", name="Huaxin 华信")
    told = {"type": "repair", "subject": "Chiller stands still", "priority": priority, "customer_id": customer.id}
    made = world.hub.store.run(lambda tx: tickets.open_ticket(world.hub, tx, world.everybody, told))
    return world.do(tickets.triage, made.id)


def test_the_clocks_of_a_ticket_follow_the_priority_that_another_system_gives_it(world: World) -> None:
    record = opened(world)
    after = told_by_the_desk(world, record, priority="p1")
    assert after.doc["sla"] != record.doc["sla"]
    assert [entry["event"] for entry in after.doc["history"]] == ["opened", "triaged", "priority_changed"]
    due = {target["target"]: target.get("due_at") for target in opened(world, "p1").doc["sla"]["targets"]}
    assert {target["target"]: target.get("due_at") for target in after.doc["sla"]["targets"]} == due
    assert world.read(lambda tx: tx.reviews.listing()) == []


def test_a_status_to_which_no_command_leads_is_kept_and_looked_at(world: World) -> None:
    after = told_by_the_desk(world, opened(world), status="closed")
    assert (after.doc["status"], after.doc["history"][-1]["event"]) == ("closed", "closed_elsewhere")
    (review,) = world.read(lambda tx: tx.reviews.listing())
    assert (review.kind, review.detail["params"]["new"]) == ("fact", "closed")
    again = told_by_the_desk(world, after)
    assert again == after


def test_a_status_that_a_command_leads_to_is_one_more_line_of_history(world: World) -> None:
    after = told_by_the_desk(world, opened(world), status="rejected", subject="Chiller 1 stands still")
    assert (after.doc["status"], after.doc["history"][-1]["event"]) == ("rejected", "rejected")
    assert world.read(lambda tx: tx.reviews.listing()) == []
