"""Calls as a service: what a ring, an answer, a missed call and an agent bring about, in whatever order they come."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from hub.domain.call_source import CallSource
from hub.domain.calls import call_record_id
from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError, NotFoundError
from hub.files.compiling import compile_mapping
from hub.files.mappings import parse_mapping
from hub.ports.accounts import User
from hub.ports.audit import Entry
from hub.ports.connector import ObjectSpec
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import calls, desk, sla
from hub.services.context import System
from hub.testing.fake_system import FakeSystem
from tests.unit.services.world import SCHEMAS, World

KNOWN, UNKNOWN, LENT = "13812345678", "13900001111", "17010123456"
SOURCES = {
    "pbx": CallSource(privacy_prefixes=("+8617010",), confirms_alone=frozenset({"night"})),
    "info": CallSource(ticket_type="enquiry", confirms_alone=frozenset({"night"})),
    "cloud": CallSource(dialect="generic"),
}
CRM = """\
map: {entity}/crm.{entity}
version: 1
hub: {{entity: {entity}}}
remote: {{system: crm, object: {entity}}}
sync: {{default_owner: hub}}
fields:
  name <-> name:
  phone <-> phone:
"""


class Phones:
    """The telephone systems of the company, which reports to the hub."""

    def __init__(self, world: World) -> None:
        self.world = world
        mappings = {name: compile_mapping(parse_mapping(CRM.format(entity=name), "crm")) for name in TOLD}
        objects = {name: ObjectSpec(name) for name in TOLD}
        crm = System("crm", FakeSystem(world.clock, list(objects.values())), objects, mappings)
        world.hub = replace(world.hub, call_sources=SOURCES, systems={"crm": crm})
        self.know("huaxin", f"+86{KNOWN}")

    def know(self, customer_id: str, phone: str) -> None:
        customer = self.world.read(lambda tx: tx.records.get("customer", customer_id))
        if customer is None:
            self.world.add("customer", id=customer_id, name=customer_id.title(), phone=phone)
        else:
            self.world.change(customer, phone=phone)

    def report(self, event: str, call_id: str = "c-1", system: str = "pbx", **more: Any) -> None:
        facts = {"event": event, "from": KNOWN, "to": "02188886666", "direction": "in", **more}
        values = {"call_id" if system == "cloud" else "callId": call_id, **facts}
        calls.receive(self.world.hub, system, urlencode(values).encode(), {}, values)

    def answered(self, call_id: str = "c-1", system: str = "pbx", **more: Any) -> Doc:
        for event in ("newCall", "answer"):
            self.report(event, call_id, system, **more)
        return self.call(call_id, system)

    def missed(self, call_id: str, **more: Any) -> Doc:
        for event in ("newCall", "hangup"):
            self.report(event, call_id, **more)
        return self.call(call_id)

    def call(self, call_id: str = "c-1", system: str = "pbx") -> Doc:
        return self.world.get("call", call_record_id(system, call_id))

    def confirm(self, call: Doc, **values: Any) -> Record:
        about: Doc = {"asset_ids": ["chiller"], "fault": {"symptom": "no_cooling"}} | values
        return self.world.do(calls.confirm, call["id"], **about)

    def told(self) -> list[tuple[str, str]]:
        """What the CRM is to be told of."""
        waiting = self.world.read(lambda tx: tx.outbox.listing(system="crm"))
        return sorted((each.entity, each.record_id) for each in waiting)


TOLD = ("customer", "contact", "ticket")


@pytest.fixture
def phones(world: World) -> Phones:
    return Phones(world)


@pytest.fixture
def any_phones(any_world: World) -> Phones:
    """The same on SQLite and on PostgreSQL."""
    return Phones(any_world)


# Ring and answer


def test_a_ring_shows_who_calls_and_opens_no_ticket(phones: Phones) -> None:
    phones.report("newCall")
    (pop,) = desk.pops(phones.world.hub, "mei")
    assert (pop.call.doc["state"], pop.call.doc["match"], pop.call.doc["customer_id"]) == ("ringing", "one", "huaxin")
    assert [view.customer.id for view in pop.matches] == ["huaxin"]
    assert (pop.ticket, phones.world.all("ticket"), phones.world.notices()) == (None, [], [])


def test_an_answer_opens_one_draft_which_waits_for_its_confirmation(phones: Phones) -> None:
    call = phones.answered(queue="hotline", answeringNumber="801", user=["李娜", "王芳"])
    (ticket,) = phones.world.all("ticket")
    assert (call["ticket_id"], call["agent"], call["legs"][0]["id"]) == (ticket["id"], "李娜", "801")
    assert (ticket["is_draft"], ticket["status"], ticket["type"]) == (True, "new", "repair")
    assert (ticket["customer_id"], ticket["queue"], ticket["channel"]) == ("huaxin", "hotline", "phone")
    assert "sla" not in ticket
    assert ("ticket", ticket["id"]) not in phones.told()


def test_an_unconfirmed_call_stays_on_the_desk_however_many_calls_come_after(phones: Phones) -> None:
    call = phones.answered("mine", user="mei")
    phones.report("hangup", "mine")
    for number in range(30):
        phones.world.clock.pass_by(timedelta(seconds=1))
        phones.missed(f"later-{number}", **{"from": "13900009999"})
    assert [pop.call.id for pop in desk.pops(phones.world.hub, "mei")] == [call["id"]]


def test_an_answer_without_a_ring_opens_a_draft_too(phones: Phones) -> None:
    """zammad#3247: an answer without newCall gave an error 500."""
    phones.report("answer")
    assert phones.call()["ticket_id"] == phones.world.all("ticket")[0]["id"]


def test_a_report_that_comes_again_changes_nothing(phones: Phones) -> None:
    """zammad#3247: a repeated answer after the hang-up gave an error 500."""
    for event in ("newCall", "answer", "hangup", "answer", "newCall", "hangup"):
        phones.report(event)
    before = footprint(phones)
    phones.report("answer")
    assert (footprint(phones), phones.call()["state"], len(phones.world.all("ticket"))) == (before, "ended", 1)
    assert before[1:] == (3, 3)


def footprint(phones: Phones) -> tuple[int, int, int]:
    """The version of the call, and how many messages and stops are kept."""

    def work(tx: UnitOfWork) -> tuple[int, int, int]:
        call = tx.records.need("call", call_record_id("pbx", "c-1"))
        return call.version, len(tx.inbox.listing()), len(tx.trace.of_record("call", call.id))

    return phones.world.read(work)


@pytest.mark.parametrize("order", list(permutations(("newCall", "answer", "hangup"))), ids="-".join)
def test_in_whatever_order_reports_come_there_is_one_draft(phones: Phones, order: tuple[str, ...]) -> None:
    for event in (*order, *order):
        phones.report(event)
    (ticket,) = phones.world.all("ticket")
    call = phones.call()
    assert (call["state"], call["ticket_id"], ticket["is_draft"]) == ("ended", ticket["id"], True)
    assert call.get("call_back") != "open"


def test_eight_threads_that_report_at_once_open_one_draft_and_one_contact(any_phones: Phones) -> None:
    """T08: doubled hooks, on all workers at once."""
    events = ("answer", "newCall", "hangup", "answer", "newCall", "answer", "hangup", "newCall")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda event: any_phones.report(event, **{"from": UNKNOWN}), events))
    (call,) = any_phones.world.all("call")
    (ticket,) = any_phones.world.all("ticket")
    (contact,) = any_phones.world.all("contact")
    assert (call["state"], len(call["events"]), call["ticket_id"]) == ("ended", 3, ticket["id"])
    assert call["contact_id"] == ticket["contact_id"] == contact["id"]


def test_eight_calls_of_one_unknown_number_at_once_make_one_contact(any_phones: Phones) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: any_phones.report("answer", f"c-{number}", **{"from": UNKNOWN}), range(8)))
    tickets = any_phones.world.all("ticket")
    (contact,) = any_phones.world.all("contact")
    assert [ticket["contact_id"] for ticket in tickets] == [contact["id"]] * 8


def test_a_transferred_call_stays_one_call_with_one_ticket(phones: Phones) -> None:
    phones.answered(answeringNumber="801")
    phones.report("answer", answeringNumber="802", **{"user[]": "王芳"})
    phones.report("hangup", answeringNumber="801")
    call = phones.call()
    assert (call["state"], call["agent"], len(phones.world.all("ticket"))) == ("answered", "王芳", 1)
    phones.report("hangup", answeringNumber="802")
    assert phones.call()["state"] == "ended"


@pytest.mark.parametrize(
    ("named", "desks"), [("李娜", ["lina"]), ("lina", ["lina"]), ("坐席801", ["lina", "mei"]), ("", ["lina", "mei"])]
)
def test_an_answered_call_is_on_the_desk_of_whoever_took_it(phones: Phones, named: str, desks: list[str]) -> None:
    """zammad#2177: every agent got every call; an agent whom nobody knows by that name must not hide a call."""
    people = [User("u1", "lina", "李娜", ("agent",), ""), User("u2", "mei", "梅", ("agent",), "")]
    for person in people:
        phones.world.hub.store.run(partial(enlist, person))
    phones.answered(answeringNumber="801", user=named)
    assert [agent for agent in ("lina", "mei") if desk.pops(phones.world.hub, agent)] == desks


def enlist(person: User, tx: UnitOfWork) -> None:
    tx.accounts.save_user(person)


def test_an_outbound_call_shows_whom_we_called_and_opens_no_ticket(phones: Phones) -> None:
    call = phones.answered(direction="out", answeringNumber=KNOWN, **{"from": "801", "to": KNOWN})
    assert (call["to"], call["customer_id"], "from" in call) == (f"+86{KNOWN}", "huaxin", False)
    assert (phones.world.all("ticket"), phones.world.all("contact")) == ([], [])


def test_a_telephone_system_that_is_not_configured_is_named(phones: Phones) -> None:
    with pytest.raises(NotFoundError, match="elsewhere"):
        calls.receive(phones.world.hub, "elsewhere", b"", {}, {})


# The clocks


def test_the_clocks_of_a_confirmed_ticket_count_from_the_first_ring(phones: Phones) -> None:
    clock = phones.world.clock
    rang = clock.now()
    phones.report("newCall")
    clock.pass_by(timedelta(seconds=20))
    phones.report("answer")
    clock.pass_by(timedelta(minutes=10))
    ticket = phones.confirm(phones.call(), customer_id="huaxin", priority="p2")
    assert (ticket.doc["status"], ticket.doc["is_draft"]) == ("triaged", False)
    assert first_counted(phones, ticket) == rang
    assert ("ticket", ticket.id) in phones.told()


def test_a_first_ring_that_is_heard_of_late_still_counts(phones: Phones) -> None:
    clock = phones.world.clock
    rang = clock.now()
    clock.pass_by(timedelta(seconds=30))
    phones.report("answer", system="cloud", agent="mei", at=clock.now().isoformat())
    call = phones.call(system="cloud")
    clock.pass_by(timedelta(minutes=5))
    ticket = phones.confirm(call, customer_id="huaxin", priority="p2")
    assert first_counted(phones, ticket) == rang + timedelta(seconds=30)
    phones.report("new", system="cloud", at=rang.isoformat())
    assert first_counted(phones, ticket) == rang


def first_counted(phones: Phones, ticket: Record) -> datetime:
    return next(part.start for part in sla.explained(phones.world.hub, ticket.id, "resolution") if part.counted)


# Who calls


def test_an_unknown_number_makes_one_pending_contact_that_no_system_is_told_of(phones: Phones) -> None:
    before = phones.told()
    call = phones.answered(**{"from": UNKNOWN})
    again = phones.answered("c-2", **{"from": f"+86 {UNKNOWN}"})
    (contact,) = phones.world.all("contact")
    assert (contact["phone"], contact["pending"]) == (f"+86{UNKNOWN}", True)
    assert (call["match"], call["contact_id"], again["match"], again["contact_id"]) == (
        "none",
        contact["id"],
        "one",
        contact["id"],
    )
    assert phones.told() == before


def test_the_agent_who_says_who_called_makes_the_contact_known(phones: Phones) -> None:
    call = phones.answered(**{"from": UNKNOWN})
    before = phones.told()
    ticket = phones.confirm(call, new_customer={"name": "赵敏"})
    customer = phones.world.get("customer", ticket.doc["customer_id"])
    contact = phones.world.get("contact", call["contact_id"])
    assert (customer["name"], customer["phone"]) == ("赵敏", f"+86{UNKNOWN}")
    assert ("pending" in contact, contact["customer_id"]) == (False, customer["id"])
    assert phones.call()["customer_id"] == customer["id"]
    news = [each for each in phones.told() if each not in before]
    assert news == [("contact", contact["id"]), ("customer", customer["id"]), ("ticket", ticket.id)]


def test_to_link_an_ended_call_confirms_its_contact(phones: Phones) -> None:
    call = phones.answered(**{"from": UNKNOWN})
    phones.report("hangup", **{"from": UNKNOWN})
    linked = phones.world.do(calls.link_customer, call["id"], customer_id="huaxin")
    assert (linked.doc["match"], linked.doc["customer_id"]) == ("one", "huaxin")
    assert "pending" not in phones.world.get("contact", call["contact_id"])


def test_several_customers_with_one_number_are_offered_and_the_agent_chooses(phones: Phones) -> None:
    """znuny/Znuny4OTRS-CTI#3: several customers on one number."""
    phones.know("branch", f"+86{KNOWN}")
    call = phones.answered()
    pop = desk.one(phones.world.hub, call["id"])
    assert (call["match"], "customer_id" in call) == ("several", False)
    assert sorted(view.customer.id for view in pop.matches) == ["branch", "huaxin"]
    ticket = phones.confirm(call, customer_id="branch")
    assert (ticket.doc["customer_id"], phones.call()["customer_id"]) == ("branch", "branch")
    assert phones.world.all("contact") == []


def test_a_landline_and_a_contact_are_found_as_well(phones: Phones) -> None:
    phones.world.add("customer", id="hotel", name="Hotel", landline="+862166668888")
    phones.world.add("contact", id="chen", customer_id="huaxin", name="陈伟", phone="+8613655556666")
    phones.report("newCall", "c-1", **{"from": "(021) 6666-8888"})
    phones.report("newCall", "c-2", **{"from": "136/5555 6666"})
    assert phones.call("c-1")["customer_id"] == "hotel"
    assert (phones.call("c-2")["customer_id"], phones.call("c-2")["contact_id"]) == ("huaxin", "chen")


def test_a_draft_learns_who_calls_from_a_report_that_comes_late(phones: Phones) -> None:
    for number, call_id in ((KNOWN, "c-1"), (UNKNOWN, "c-2")):
        phones.report("answer", call_id, **{"from": ""})
        phones.report("newCall", call_id, **{"from": number})
    known, unknown = (phones.world.get("ticket", phones.call(call_id)["ticket_id"]) for call_id in ("c-1", "c-2"))
    assert known["customer_id"] == "huaxin"
    assert unknown["contact_id"] == phones.world.all("contact")[0]["id"]


@pytest.mark.parametrize("shown", ["anonymous", "", LENT, f"+86 {LENT}", "801", "not-a-number-12345678"])
def test_who_shows_no_number_of_his_own_matches_nobody(phones: Phones, shown: str) -> None:
    phones.know("lender", f"+86{LENT}")
    call = phones.answered(**{"from": shown})
    assert ("from" in call, call["matches"], "customer_id" in call) == (False, [], False)
    assert call["match"] == ("anonymous" if shown in {"anonymous", ""} else "none")
    assert phones.world.all("contact") == []
    ticket = phones.confirm(call, new_customer={"name": "Zhao"})
    assert "phone" not in phones.world.get("customer", ticket.doc["customer_id"])


def test_a_privacy_number_is_stored_nowhere_and_others_nowhere_in_the_clear(phones: Phones, tmp_path: Path) -> None:
    call = phones.answered("in", answeringNumber=LENT, **{"from": LENT})
    phones.report("hangup", "in", **{"from": LENT})
    phones.confirm(call, new_customer={"name": "Zhao"})
    phones.missed("lost", **{"from": LENT})
    phones.answered("out", direction="out", answeringNumber=LENT, **{"from": "801", "to": LENT})
    phones.answered("known", answeringNumber=KNOWN)
    phones.answered("strange", **{"from": UNKNOWN})
    phones.answered("dialled", direction="out", answeringNumber=KNOWN, **{"from": "801", "to": KNOWN})
    assert [text for text in everything(phones.world) if LENT in text] == []
    files = [path.read_bytes() for path in tmp_path.glob("hub.db*")]
    assert any(b"call.new" in data for data in files)
    assert [number for number in (LENT, KNOWN, UNKNOWN) for data in files if number.encode() in data] == []
    assert phones.world.read(lambda tx: tx.records.by_secret("call", "from", f"+86{LENT}")) == []


def everything(world: World) -> Iterator[str]:
    """Every record, every audited act and every stop, as they read when they are opened."""
    for entity in SCHEMAS.entities():
        for doc in world.all(entity):
            yield str(doc)
            yield str(world.read(partial(audited, entity, doc["id"])))
    yield str(world.read(lambda tx: tx.trace.recent()))


def audited(entity: str, record_id: str, tx: UnitOfWork) -> list[Entry]:
    return tx.audit.of_record(entity, record_id)


# Missed calls


def test_a_number_that_calls_in_vain_is_rung_back_once(phones: Phones) -> None:
    first, second = phones.missed("c-1"), phones.missed("c-2")
    phones.missed("c-3", **{"from": UNKNOWN})
    assert (first["call_back"], "call_back" in second) == ("open", False)
    assert phones.world.notices() == [("agent", "Call back: a caller hung up unheard.")] * 2
    assert phones.world.all("ticket") == []


def test_eight_missed_calls_at_once_ask_for_one_call_back(any_phones: Phones) -> None:
    for number in range(8):
        any_phones.report("newCall", f"c-{number}")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: any_phones.report("hangup", f"c-{number}"), range(8)))
    assert [call["call_back"] for call in any_phones.world.all("call", state="missed") if "call_back" in call] == [
        "open"
    ]
    assert len(any_phones.world.notices()) == 1


@pytest.mark.parametrize("back", [{"direction": "out", "from": "801", "to": KNOWN}, {"direction": "in"}])
def test_who_was_spoken_with_is_not_rung_back_but_may_call_in_vain_again(phones: Phones, back: Doc) -> None:
    phones.missed("c-1")
    phones.answered("c-2", **back)
    assert phones.call("c-1")["call_back"] == "done"
    assert phones.missed("c-3")["call_back"] == "open"


def test_an_answer_that_is_heard_of_after_the_hang_up_takes_the_call_back_away(phones: Phones) -> None:
    assert phones.missed("c-1")["call_back"] == "open"
    phones.report("answer")
    call = phones.call()
    assert (call["state"], call["call_back"], "ticket_id" in call) == ("ended", "done", True)


def test_nobody_rings_back_a_withheld_or_an_outbound_number(phones: Phones) -> None:
    for call_id, number in (("c-1", "anonymous"), ("c-2", LENT), ("c-3", "801")):
        assert "call_back" not in phones.missed(call_id, **{"from": number})
    assert "call_back" not in phones.missed("c-4", direction="out", **{"from": "801", "to": KNOWN})
    assert phones.world.notices() == []


# The agent


def test_a_caller_who_chases_a_ticket_leaves_no_second_one(phones: Phones) -> None:
    opened = phones.confirm(phones.answered("c-1"), customer_id="huaxin")
    call = phones.answered("c-2")
    chased = phones.world.do(calls.confirm, call["id"], chase_ticket_id=opened.id)
    draft = phones.world.get("ticket", call["ticket_id"])
    assert (chased.id, chased.doc["chase_count"], chased.doc["status"]) == (opened.id, 1, "triaged")
    assert (draft["status"], draft["merged_into"]) == ("merged", opened.id)
    assert phones.call("c-2")["ticket_id"] == opened.id
    again = phones.answered("c-3")
    assert phones.world.do(calls.confirm, again["id"], chase_ticket_id=opened.id).doc["chase_count"] == 2


def test_a_late_report_of_a_chasing_call_leaves_the_clocks_of_the_ticket(phones: Phones) -> None:
    long_ago = phones.world.clock.now() - timedelta(hours=1)
    opened = phones.confirm(phones.answered("c-1"), customer_id="huaxin")
    phones.report("answer", "c-2", "cloud")
    call = phones.call("c-2", "cloud")
    phones.world.do(calls.confirm, call["id"], chase_ticket_id=opened.id)
    phones.report("new", "c-2", "cloud", at=long_ago.isoformat())
    assert phones.call("c-2", "cloud")["started_at"] == long_ago.isoformat()
    assert phones.world.get("ticket", opened.id)["sla_start_at"] == opened.doc["sla_start_at"]


def test_a_chase_of_a_ticket_that_is_not_there_leaves_the_draft(phones: Phones) -> None:
    call = phones.answered()
    with pytest.raises(NotFoundError, match="T-none"):
        phones.world.do(calls.confirm, call["id"], chase_ticket_id="T-none")
    assert phones.world.get("ticket", call["ticket_id"])["status"] == "new"


def test_a_call_is_confirmed_once(phones: Phones) -> None:
    call = phones.answered()
    phones.confirm(call, customer_id="huaxin")
    with pytest.raises(ConflictError, match="is not possible now"):
        phones.confirm(call, customer_id="huaxin")


def test_what_an_agent_must_still_say_is_named(phones: Phones) -> None:
    phones.report("newCall")
    with pytest.raises(ConflictError, match="was not answered"):
        phones.confirm(phones.call(), customer_id="huaxin")
    phones.report("answer")
    with pytest.raises(InvalidError, match="Say who calls"):
        phones.confirm(phones.call())
    with pytest.raises(InvalidError, match=r"fault\.symptom"):
        phones.confirm(phones.call(), customer_id="huaxin", fault={})
    with pytest.raises(NotFoundError, match="nobody"):
        phones.confirm(phones.call(), customer_id="nobody")
    assert phones.world.get("ticket", phones.call()["ticket_id"])["is_draft"]


# Queues that need no agent


def test_a_queue_may_confirm_alone_what_needs_no_more_words(phones: Phones) -> None:
    call = phones.answered(system="info", queue="night")
    ticket = phones.world.get("ticket", call["ticket_id"])
    assert (ticket["status"], ticket["is_draft"], ticket["type"]) == ("triaged", False, "enquiry")


@pytest.mark.parametrize(
    ("system", "facts"),
    [
        ("info", {"queue": "day"}),
        ("info", {}),
        ("info", {"queue": "night", "from": UNKNOWN}),
        ("info", {"queue": "night", "from": "anonymous"}),
        ("pbx", {"queue": "night"}),
    ],
    ids=["another queue", "no queue", "unknown caller", "withheld number", "a repair needs asset and fault"],
)
def test_all_others_wait_for_an_agent(phones: Phones, system: str, facts: Doc) -> None:
    call = phones.answered(system=system, **facts)
    assert phones.world.get("ticket", call["ticket_id"])["is_draft"]


# Silence


def test_calls_whose_hang_up_never_comes_end_by_themselves(phones: Phones) -> None:
    """FreePBX/issue-tracker#943: the hook at the end of a call sometimes never fired."""
    clock = phones.world.clock
    phones.answered("talks")
    phones.report("newCall", "rings", **{"from": UNKNOWN})
    assert calls.end_silent(phones.world.hub) == 0
    clock.pass_by(timedelta(hours=1))
    assert (calls.end_silent(phones.world.hub), phones.call("talks")["state"]) == (1, "answered")
    rings = phones.call("rings")
    assert (rings["state"], rings["is_estimated_end"], rings["call_back"]) == ("missed", True, "open")
    clock.pass_by(timedelta(hours=3))
    assert (calls.end_silent(phones.world.hub), phones.call("talks")["state"]) == (1, "ended")
    assert calls.end_silent(phones.world.hub) == 0
    assert len(phones.world.all("ticket")) == 1


def test_a_hang_up_after_the_time_out_tells_the_true_end(phones: Phones) -> None:
    phones.answered()
    phones.world.clock.pass_by(timedelta(hours=4))
    calls.end_silent(phones.world.hub)
    phones.report("hangup")
    call = phones.call()
    assert (call["state"], "is_estimated_end" in call) == ("ended", False)
    assert call["ended_at"] == phones.world.clock.now().isoformat()


def test_silent_calls_of_a_system_that_is_gone_end_as_well(phones: Phones) -> None:
    phones.answered()
    hub = replace(phones.world.hub, call_sources={})
    phones.world.clock.pass_by(timedelta(hours=4))
    assert calls.end_silent(hub) == 1
