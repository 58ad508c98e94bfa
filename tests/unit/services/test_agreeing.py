"""A record that another system tells of comes into being as if a person had made it."""

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
