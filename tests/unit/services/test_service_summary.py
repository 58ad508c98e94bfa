"""The service summary of a customer: kept by reading the audit trail, written only when it says something new."""

from datetime import timedelta

import pytest

from hub.domain.documents import Doc
from hub.ports.store import UnitOfWork
from hub.services import audit, service_summary
from hub.services.follow_ups import record_follow_up
from hub.services.interactions import note_interaction
from hub.services.joining import merge
from hub.services.leads import note_on_customer
from tests.unit.services.world import World


def told(world: World, customer: str = "huaxin") -> Doc:
    """The summary, once everything is sealed and read."""
    while audit.seal(world.hub):
        pass
    while service_summary.follow(world.hub):
        pass
    summary: Doc = world.get("customer", customer).get("service", {})
    return {name: value for name, value in summary.items() if name != "as_of"}


def test_each_step_of_a_service_is_told(any_world: World) -> None:
    world = any_world
    assert told(world) == {}
    ticket = world.completed()
    opened, arrived = ticket.doc["opened_at"], world.all("visit")[0]["checked_in_at"]
    assert told(world) == {"open_tickets": 0, "last_ticket_at": opened, "last_visit_at": arrived}
    world.do(record_follow_up, ticket.id, outcome="answered", score=4)
    assert told(world)["satisfaction"] == "4.0"
    newer = world.ticket()
    assert (told(world)["open_tickets"], told(world)["last_ticket_at"]) == (1, newer.doc["opened_at"])


def test_warranty_contract_and_balance_are_told(world: World) -> None:
    world.add("asset", customer_id="huaxin", serial="2", status="retired", warranty={"ends_on": "2030-01-01"})
    world.add("asset", customer_id="huaxin", serial="3", warranty={"ends_on": "2027-05-01"})
    world.add("contract", customer_id="huaxin", number="K1", state="active", ends_on="2026-12-31")
    world.add("contract", customer_id="huaxin", number="K2", state="ended", ends_on="2031-12-31")
    payment = {"status": "unpaid", "open_amount": "90.50"}
    world.add("invoice", customer_id="huaxin", state="issued", currency="CNY", payment=payment)
    assert told(world) == {
        "open_tickets": 0,
        "warranty_ends_on": "2027-05-01",
        "contract_ends_on": "2026-12-31",
        "balances": [{"currency": "CNY", "amount": "90.50"}],
        "balance": "90.50 CNY",
    }


def test_what_changes_nothing_writes_nothing(world: World) -> None:
    ticket = world.ticket()
    told(world)
    before = world.read(lambda tx: tx.records.need("customer", "huaxin"))
    world.clock.pass_by(timedelta(minutes=5))
    world.change(ticket, description="More words")
    told(world)
    assert world.read(lambda tx: tx.records.need("customer", "huaxin")) == before


def test_a_record_that_goes_to_another_customer_changes_both(world: World) -> None:
    world.add("customer", id="other", name="Other")
    asset = world.add("asset", customer_id="huaxin", serial="3", warranty={"ends_on": "2027-05-01"})
    assert told(world)["warranty_ends_on"] == "2027-05-01"
    world.change(asset, customer_id="other")
    assert told(world) == {"open_tickets": 0}
    assert told(world, "other")["warranty_ends_on"] == "2027-05-01"


def test_a_customer_that_was_merged_is_told_as_the_surviving_one(world: World) -> None:
    world.add("customer", id="other", name="Huaxin Ltd")
    world.ticket()
    world.do(note_interaction, "huaxin", text="?")
    world.do(note_on_customer, "huaxin", title="?")
    told(world)
    world.do(merge, "huaxin", into="other")
    assert told(world, "other")["open_tickets"] == 1
    assert [len(world.all(kind, customer_id="other")) for kind in ("interaction", "lead")] == [1, 1]


def test_what_breaks_off_is_done_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.ticket()
    while audit.seal(world.hub):
        pass

    def broken(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(service_summary, "keep", broken)
        with pytest.raises(OSError):  # noqa: PT011 - the one from above
            service_summary.follow(world.hub)
    assert told(world)["open_tickets"] == 1


def test_a_long_trail_is_read_in_portions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_summary, "ENTRIES", 3)
    monkeypatch.setattr(service_summary, "PORTION", 1)
    names = [f"c{number}" for number in range(4)]
    for name in names:
        world.add("customer", id=name, name=name)
        world.add("asset", customer_id=name, serial=name, warranty={"ends_on": "2027-05-01"})
    told(world)
    assert all(world.get("customer", name)["service"]["warranty_ends_on"] == "2027-05-01" for name in names)


def test_entries_of_other_readers_and_kinds_are_left_alone(world: World) -> None:
    told(world)

    def unread(tx: UnitOfWork) -> tuple[int, bool]:
        found = tx.audit.unread("another", ("site",), limit=10_000)
        return len(found.entries), found.at_end

    assert world.read(unread) == (1, True)
