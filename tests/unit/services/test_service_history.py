"""What service leaves behind at an asset: records of finished work, meters, replaced serial numbers."""

from datetime import timedelta
from typing import Any

import pytest

from hub.domain.documents import Doc
from hub.ports.records import Record
from hub.services import stock, tickets, visits
from tests.unit.services.world import World


@pytest.fixture
def pump(world: World) -> Record:
    return world.add("asset", id="pump", serial="PU-1", customer_id="huaxin", site_id="site")


def carried(world: World, **parts: str) -> None:
    """What the technician has in the van."""
    for part, quantity in parts.items():
        world.level("van-li", part, quantity)


def visited(world: World, ticket: Record) -> Record:
    """The visit of a ticket, the technician being there with parts."""
    carried(world, filter="9", board="9")
    return world.on_site(ticket)


def finish(world: World, ticket: Record, visit: Record) -> None:
    """The procedure is passed over."""
    world.clock.pass_by(timedelta(minutes=90))
    world.change(visit, status="finished", checked_out_at=world.clock.now().isoformat())
    world.do(
        tickets.complete,
        ticket.id,
        fault={"symptom": "no_cooling", "cause": "worn", "remedy": "replaced", "remedy_text": "Replaced 已更换"},
        note="Done",
    )


def only(world: World) -> Doc:
    (record,) = world.all("service_record")
    return record


def test_a_completed_ticket_leaves_a_record_of_its_asset(world: World) -> None:
    ticket = world.assigned()
    visit = visited(world, ticket)
    world.do(visits.answer, visit.id, step="pressure", value="0.72")
    used = world.do(stock.consume_part, visit.id, part_id="board", quantity="1", serial_in="N-2", serial_out="N-1")
    assert world.all("service_record") == []
    finish(world, ticket, visit)
    record, done = only(world), world.get("ticket", ticket.id)
    assert record["number"] == f"{done['number']}-1"
    about = [record[name] for name in ("ticket_id", "asset_id", "customer_id", "type")]
    assert about == [ticket.id, "chiller", "huaxin", "repair"]
    assert record["started_at"] == world.get("visit", visit.id)["checked_in_at"]
    assert record["finished_at"] == done["completed_at"]
    assert record["technicians"] == [{"id": "li", "name": "Li"}]
    assert record["visit_ids"] == [visit.id]
    same = {"id": used.id, "part_id": "board", "sku": "P-BOARD", "name": "Board"}
    assert record["parts"] == [{**same, "quantity": "1", "serial_in": "N-2", "serial_out": "N-1"}]
    assert [(meter["name"], meter["value"], meter["unit"]) for meter in record["meters"]] == [
        ("pressure", "0.72", "MPa")
    ]
    assert record["report"].splitlines() == [
        "Does not cool",
        "no_cooling",
        "worn",
        "Replaced 已更换",
        "1 x P-BOARD Board (N-1 > N-2)",
        "pressure: 0.72 MPa",
        "Li",
    ]


def test_each_asset_of_a_ticket_has_its_own_record_with_its_own_parts(world: World, pump: Record) -> None:
    ticket = world.assigned(asset_ids=["chiller", "pump"])
    visit = visited(world, ticket)
    world.do(stock.consume_part, visit.id, part_id="filter", quantity="2", asset_id="pump")
    world.do(visits.answer, visit.id, step="pressure", value="0.72")
    finish(world, ticket, visit)
    chiller, of_pump = sorted(world.all("service_record"), key=lambda record: str(record["number"]))
    assert (chiller["asset_id"], of_pump["asset_id"]) == ("chiller", "pump")
    assert chiller["number"].endswith("-1")
    assert of_pump["number"].endswith("-2")
    assert "parts" not in chiller
    assert [(line["part_id"], line["quantity"]) for line in of_pump["parts"]] == [("filter", "2")]
    assert "meters" not in chiller
    assert "meters" not in of_pump
    assert "meters" not in world.get("asset", "chiller")


def test_closing_adds_nothing(world: World) -> None:
    ticket = world.completed()
    world.change(world.read(lambda tx: tx.records.need("ticket", ticket.id)), status="closed")
    assert len(world.all("service_record")) == 1


def test_a_second_completion_makes_a_further_record_of_what_was_done_since(world: World) -> None:
    ticket = world.assigned()
    visit = visited(world, ticket)
    first = world.do(stock.consume_part, visit.id, part_id="filter", quantity="1")
    finish(world, ticket, visit)
    before = only(world)
    world.clock.pass_by(timedelta(hours=1))
    world.do(tickets.reopen, ticket.id, reason="Warm again")
    assert world.all("service_record") == [before]
    now = world.clock.now().isoformat()
    by: Doc = {"ticket_id": ticket.id, "technician_id": "zhang"}
    again = world.add("visit", **by, sequence=2, status="finished", checked_in_at=now, finished_at=now)
    used: Doc = {"part_id": "filter", "quantity": "3", "state": "approved", "warehouse_id": "van-zhang"}
    second = world.add("consumption", ticket_id=ticket.id, visit_id=again.id, **used, asset_id="chiller")
    world.change(world.read(lambda tx: tx.records.need("ticket", ticket.id)), status="completed", completed_at=now)
    kept, new = sorted(world.all("service_record"), key=lambda record: str(record["number"]))
    assert kept == before
    assert [line["id"] for line in kept["parts"]] == [first.id]
    assert [line["id"] for line in new["parts"]] == [second.id]
    assert new["visit_ids"] == [again.id]
    assert [one["id"] for one in new["technicians"]] == ["zhang"]
    assert new["number"].endswith("-2")


def test_a_consumption_that_was_taken_back_is_in_no_record(world: World) -> None:
    ticket = world.assigned()
    visit = visited(world, ticket)
    wrong = world.do(stock.consume_part, visit.id, part_id="filter", quantity="1")
    same = {
        name: wrong.doc[name] for name in ("ticket_id", "visit_id", "part_id", "quantity", "warehouse_id", "asset_id")
    }
    world.add("consumption", **same, state="approved", corrects_id=wrong.id)
    finish(world, ticket, visit)
    assert "parts" not in only(world)


def test_a_ticket_without_assets_and_one_that_comes_in_as_done_leave_none(world: World) -> None:
    world.completed(asset_ids=[])
    world.add("ticket", type="repair", subject="Old", status="closed", asset_ids=["chiller"])
    assert world.all("service_record") == []


def test_a_ticket_that_is_cancelled_leaves_none(world: World) -> None:
    world.do(tickets.cancel, world.ticket().id, reason="Works again")
    assert world.all("service_record") == []


def test_the_days_of_a_record_are_those_of_the_companys_zone(world: World) -> None:
    record_of = world.completed()
    finished = only(world)
    assert finished["finished_at"] == world.get("ticket", record_of.id)["completed_at"]
    assert finished["finished_on"] == world.clock.now().date().isoformat()


@pytest.mark.parametrize(("ends_on", "by"), [("2026-12-31", "warranty"), ("2020-12-31", "none")])
def test_a_record_says_who_stands_for_the_work(world: World, ends_on: str, by: str) -> None:
    asset = world.read(lambda tx: tx.records.need("asset", "chiller"))
    world.change(asset, warranty={"ends_on": ends_on, "covers": ["labour"]})
    world.completed()
    assert only(world)["covered_by"] == by


# Meters


def test_a_reading_becomes_the_assets_meter_and_a_later_one_takes_its_place(world: World) -> None:
    visit = visited(world, world.assigned())
    world.do(visits.answer, visit.id, step="pressure", value="0.65")
    world.clock.pass_by(timedelta(minutes=5))
    world.do(visits.answer, visit.id, step="pressure", value="0.72")
    (meter,) = world.get("asset", "chiller")["meters"]
    assert meter == {"name": "pressure", "value": "0.72", "unit": "MPa", "at": world.clock.now().isoformat()}


def test_a_reading_out_of_range_waits_for_a_right_one(world: World) -> None:
    visit = visited(world, world.assigned())
    world.do(visits.answer, visit.id, step="pressure", value="72")
    assert "meters" not in world.get("asset", "chiller")


def test_an_answer_to_another_step_leaves_the_asset_as_it_is(world: World) -> None:
    visit = visited(world, world.assigned())
    world.do(visits.answer, visit.id, step="pressure", value="0.72")
    before = world.read(lambda tx: tx.records.need("asset", "chiller"))
    world.clock.pass_by(timedelta(minutes=5))
    world.do(visits.answer, visit.id, step="safety", value=True)
    assert world.read(lambda tx: tx.records.need("asset", "chiller")) == before


# Replaced units


def used(world: World, **serials: Any) -> str:
    visit = visited(world, world.assigned())
    world.do(stock.consume_part, visit.id, part_id="board", quantity="1", **serials)
    return str(world.get("asset", "chiller")["serial"])


def test_who_exchanges_the_whole_unit_replaces_its_serial_number(world: World) -> None:
    assert used(world, serial_in="HX-200-0002", serial_out="HX-200-0001") == "HX-200-0002"


def test_who_exchanges_a_part_of_it_does_not(world: World) -> None:
    assert used(world, serial_in="HX-200-0002", serial_out="B-1") == "HX-200-0001"


def test_the_word_of_the_erp_on_a_consumption_exchanges_nothing_again(world: World) -> None:
    used(world, serial_in="HX-200-0002", serial_out="HX-200-0001")
    asset = world.read(lambda tx: tx.records.need("asset", "chiller"))
    world.change(asset, serial="HX-200-0001")
    consumption = world.read(lambda tx: tx.records.all("consumption")[0])
    world.erp_says(consumption, state="done")
    assert world.get("asset", "chiller")["serial"] == "HX-200-0001"
