"""A linked record is run through its mapping to be looked at: with what the other side says now, or said last."""

from dataclasses import replace

import pytest

from hub.domain.errors import ConflictError, NotFoundError, RetryableError
from hub.domain.mapping import MissingLinkError
from hub.ports.connector import Remote
from hub.ports.links import Link
from hub.ports.records import Record
from hub.services import mapping_trial
from hub.services.context import System
from hub.services.guarded import Guarded
from hub.services.mapping_trial import Way
from hub.testing.fake_system import FakeSystem
from tests.unit.services.world import World

NOW = {"reference": "huaxin", "name": "Huaxin Ltd", "lang": "en", "identifiers": [], "contact_mechanisms": []}


def erp(world: World) -> System:
    world.connect()
    return world.hub.systems["erp"]


def fake(system: System) -> FakeSystem:
    assert isinstance(system.connector, Guarded)
    assert isinstance(system.connector.connector, FakeSystem)
    return system.connector.connector


def record(world: World, entity: str, record_id: str) -> Record:
    return world.read(lambda tx: tx.records.need(entity, record_id))


def link(world: World, system: System, one: Record, remote: dict[str, object], *, there: bool = True) -> None:
    name = system.mappings[one.entity].object
    shadow = Link("erp", name, "7", one.entity, one.id, hub_shadow=one.doc, remote_shadow=remote)
    world.hub.store.run(lambda tx: tx.links.save(shadow))
    if there:
        fake(system).store[name, "7"] = Remote("7", dict(NOW))


def told(way: Way | None) -> dict[str, tuple[object, object, bool]]:
    assert way is not None
    return {each.value.path: (each.value.old, each.value.new, each.same) for each in way.values}


def test_both_directions_are_told_value_by_value_and_nothing_is_written(world: World) -> None:
    system, customer = erp(world), record(world, "customer", "huaxin")
    link(world, system, customer, {})
    found = mapping_trial.of_record(world.hub, system, customer)
    assert told(found.push)["name"] == ("Huaxin Ltd", "Huaxin Electronics", False)
    assert told(found.pull)["name"] == ("Huaxin Electronics", "Huaxin Ltd", False)
    assert told(found.pull)["language"] == ("en", "en", True)
    assert found.push is not None
    assert found.merged is not None
    assert [(each.path, each.to) for each in found.merged.changes if each.path == "name"] == [("name", "hub")]
    assert (found.push.changed, found.away, found.remote_id) == (1, None, "7")
    assert fake(system).calls == []
    assert record(world, "customer", "huaxin") == customer


def test_a_system_that_does_not_answer_is_stood_in_for_by_what_was_last_agreed(world: World) -> None:
    system, customer = erp(world), record(world, "customer", "huaxin")
    link(world, system, customer, {**NOW, "name": "Agreed"}, there=False)
    gone = mapping_trial.of_record(world.hub, system, customer)
    assert isinstance(gone.away, NotFoundError)
    fake(system).fail("get", "before")
    down = mapping_trial.of_record(world.hub, system, customer)
    assert isinstance(down.away, RetryableError)
    paused = mapping_trial.of_record(world.hub, replace(system, paused=True), customer)
    assert isinstance(paused.away, ConflictError)
    assert all(told(each.pull)["name"][1] == "Agreed" for each in (gone, down, paused))
    assert all(each.merged is None for each in (gone, down, paused))


def test_a_direction_that_fails_says_why_and_the_other_one_is_told(world: World) -> None:
    system = erp(world)
    invoice = Record("invoice", "i1", 1, {"id": "i1", "customer_id": "huaxin", "currency": "CNY", "lines": []})
    link(world, system, invoice, {}, there=False)
    found = mapping_trial.of_record(world.hub, system, invoice)
    assert found.push is not None
    assert isinstance(found.push.refused, MissingLinkError)
    assert found.push.values == ()
    assert told(found.pull)["number"] == (None, None, True)


def test_a_mapping_of_one_direction_has_no_other_way(world: World) -> None:
    system, part = erp(world), record(world, "part", "filter")
    link(world, system, part, {"name": "Filter"}, there=False)
    assert mapping_trial.of_record(world.hub, system, part).push is None


def test_only_linked_records_can_be_run(world: World) -> None:
    system = erp(world)
    parts = [record(world, "part", name) for name in ("filter", "board")]
    with pytest.raises(NotFoundError):
        mapping_trial.of_record(world.hub, system, parts[0])
    link(world, system, parts[1], {}, there=False)
    known = world.read(lambda tx: mapping_trial.linked(tx, system, "part", parts))
    assert known == [(parts[1], "7")]
    assert world.read(lambda tx: mapping_trial.linked(tx, system, "part", [])) == []
