"""Leads are found once, whatever breaks off, and noted by hand with where they were seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.errors import InvalidError
from hub.services import leads
from hub.services.interactions import note_interaction
from tests.unit.services.world import World


def day(world: World, days: int) -> str:
    return (world.clock.now() + timedelta(days=days)).date().isoformat()


def test_each_end_is_found_once_also_on_other_days(any_world: World) -> None:
    world = any_world
    for number in range(3):
        warranty = {"ends_on": day(world, 20 + number)}
        world.add("asset", serial=f"S{number}", customer_id="huaxin", warranty=warranty)
    world.add("contract", number="K1", customer_id="huaxin", state="active", ends_on=day(world, 30))
    assert leads.look(world.hub) == 4
    assert leads.look(world.hub) == 0
    found = world.all("lead", customer_id="huaxin")
    assert {(lead["cause"], lead["by"], lead["company"]) for lead in found} == {
        ("warranty_ends", "hub", "Huaxin Electronics"),
        ("contract_ends", "hub", "Huaxin Electronics"),
    }
    world.clock.pass_by(timedelta(days=1))
    world.add("asset", serial="new", customer_id="huaxin", warranty={"ends_on": day(world, 3)})
    assert leads.look(world.hub) == 1


def test_what_is_asked_again_on_the_same_day_is_not_looked_through_again(world: World) -> None:
    leads.look(world.hub)
    world.add("asset", serial="new", customer_id="huaxin", warranty={"ends_on": day(world, 3)})
    assert leads.look(world.hub) == 0


def test_a_search_that_broke_off_is_done_again_without_a_second_lead(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leads, "PORTION", 1)
    for number in range(3):
        world.add("asset", serial=f"S{number}", customer_id="huaxin", warranty={"ends_on": day(world, 20)})
    make, left = leads.make, [1, 0]

    def once(*given: object) -> int:
        if not left.pop(0):
            raise OSError
        return make(*given)  # type: ignore[arg-type] # as they came

    with monkeypatch.context() as patched:
        patched.setattr(leads, "make", once)
        with pytest.raises(OSError):  # noqa: PT011 - the one from above
            leads.look(world.hub)
    assert len(world.all("lead")) == 1
    assert leads.look(world.hub) == 2
    assert len(world.all("lead")) == 3


def test_a_rule_that_is_off_and_a_customer_whom_nobody_confirmed_give_none(world: World) -> None:
    world.add("customer", id="caller", name="?", pending=True)
    world.add("asset", serial="S1", customer_id="caller", warranty={"ends_on": day(world, 3)})
    world.add("asset", serial="S2", customer_id="huaxin", warranty={"ends_on": day(world, 3)})
    policy = world.hub.policies.leads
    off = {**policy.rules, "warranty_ends": replace(policy.rules["warranty_ends"], enabled=False)}
    world.hub = replace(world.hub, policies=replace(world.hub.policies, leads=replace(policy, rules=off)))
    assert leads.look(world.hub) == 0


def test_a_lead_that_was_seen_on_a_ticket_names_it_and_its_customer(world: World) -> None:
    ticket = world.ticket()
    lead = world.do(leads.note_on_ticket, ticket.id, world.li, title="Wants a second chiller").doc
    assert (lead["customer_id"], lead["ticket_id"], lead["cause"]) == ("huaxin", ticket.id, "by_hand")
    assert (lead["by"], lead["state"], lead["company"]) == ("li", "new", "Huaxin Electronics")
    other = world.do(leads.note_on_customer, "huaxin", title="Wants a contract").doc
    assert other["id"] != lead["id"]


def test_on_a_ticket_of_nobody_no_lead_is_noted(world: World) -> None:
    ticket = world.add("ticket", type="repair", status="new", subject="?", number="TK-9")
    with pytest.raises(InvalidError, match="Say first which customer"):
        world.do(leads.note_on_ticket, ticket.id, title="?")


def test_what_was_said_is_noted_with_who_and_when(world: World) -> None:
    noted = world.do(note_interaction, "huaxin", world.li, text="Asks for a price", channel="visit").doc
    assert (noted["customer_id"], noted["by"], noted["channel"]) == ("huaxin", "li", "visit")
    assert noted["at"] == world.clock.now().isoformat()
    earlier = world.do(note_interaction, "huaxin", text="?", at="2026-01-01T00:00:00+00:00").doc
    assert earlier["at"] == "2026-01-01T00:00:00+00:00"
