"""The console's pages, over a small world of records, in both languages and for every role."""

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError
from hub.ports.accounts import User
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import accounts, api_keys, records
from hub.services.context import Actor, Hub
from hub.web.actions import Action, Table
from hub.web.i18n import N_
from tests.unit.web import world
from tests.unit.web.clients import Browser

Open = Callable[[str], Browser]
PAGES = {
    "/desk": "li",
    "/desk/strip": "li",
    "/calls/call1": "li",
    "/calls/call2": "li",
    "/calls/call3": "li",
    "/tickets": "li",
    "/tickets/tk1": "boss",
    "/tickets/tk1?tab=comments": "boss",
    "/tickets/tk1?tab=visits": "boss",
    "/tickets/tk1?tab=charges": "boss",
    "/tickets/tk1?tab=parts": "boss",
    "/tickets/tk1?tab=sla": "boss",
    "/tickets/tk5": "boss",
    "/tickets/tk2": "boss",  # no workflow for its type
    "/dispatch/tk2/candidates": "wang",
    "/dispatch/tk5/candidates": "wang",
    "/customers": "li",
    "/customers/c1": "boss",
    "/customers/c2": "boss",
    "/assets/as1": "boss",
    "/leads": "li",
    "/leads?state=new&cause=by_hand": "li",
    "/dispatch": "wang",
    "/field": "zhang",
    "/field/visits/v1": "zhang",
    "/notices": "li",
    "/sync": "boss",
    "/mappings": "boss",
    "/sync/given-up": "boss",
    "/sync/given-up?system=erp&entity=consumption&since=2020-01-01T00:00": "boss",
    "/trace": "wang",
    "/trace/corr-4": "wang",
    "/trace/fields/customer/c1": "wang",
    "/trace/fields/ticket/tk1": "boss",
    "/reviews": "wang",
    "/reviews?kind=conflict&state=settled": "wang",
    "/reviews/rv1": "wang",
    "/sync/items/d2": "boss",
    "/audit?entity=ticket&id=tk1": "boss",
    "/audit?entity=&id=corr-1": "boss",
    "/audit/verify": "boss",
    "/people": "boss",
    "/profile": "boss",
}


def chase(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    ticket = tx.records.need("ticket", record_id)
    if ticket.doc["status"] == "closed":
        raise ConflictError("The ticket {number} is closed.", number=ticket.doc["number"])
    return records.change(hub, tx, actor, ticket, {"chase_count": ticket.doc.get("chase_count", 0) + 1}, action="chase")


def confirm(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    call = tx.records.need("call", record_id)
    if chased := values.get("chase_ticket_id"):
        return chase(hub, tx, actor, chased, {})
    ticket = tx.records.need("ticket", call.doc["ticket_id"])
    return records.change(hub, tx, actor, ticket, {**values, "is_draft": None, "status": "triaged"}, action="confirm")


TICKET_FIELDS = {
    name: {"type": "string", "x-ref": entity, "x-title": {"en": name}}
    for name, entity in (("chase_ticket_id", "ticket"), ("customer_id", "customer"))
} | {"subject": {"type": "string", "maxLength": 200, "minLength": 1, "x-title": {"en": "Subject"}}}


@pytest.fixture
def actions() -> Table:
    return {
        ("ticket", "chase"): Action(N_("Chase"), chase),
        ("ticket", "cancel"): Action(
            N_("Cancel"), chase, needs="reason", more={"reason": {"type": "string", "maxLength": 9}}, is_danger=True
        ),
        ("call", "confirm"): Action(
            N_("Confirm"), confirm, takes="chase_ticket_id customer_id subject", more=TICKET_FIELDS
        ),
    }


@pytest.fixture
def full(hub: Hub, people: dict[str, User]) -> Hub:
    world.fill(hub)
    accounts.change_user(hub, hub.actor("setup"), people["zhang"].id, technician_id="t1")
    return hub


class Checker(HTMLParser):
    """Reads a page as a careful person would: open tags, ids, labels."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.inputs: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        self.ids += [facts["id"]] if facts.get("id") else []  # type: ignore[list-item] # not None here
        self.labelled |= {str(facts["for"])} if "for" in facts else set()
        if tag in {"input", "select", "textarea"} and facts.get("type") != "hidden" and "label" not in self.open:
            self.inputs.append(facts)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Tags that close themselves leave nothing open."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag


def checked(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert sorted(checker.ids) == sorted(set(checker.ids))
    assert [one for one in checker.inputs if one.get("id") not in checker.labelled] == []
    return checker


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound_in_both_languages(
    full: Hub, people: dict[str, User], browser: Open, path: str, language: str
) -> None:
    login = PAGES[path]
    accounts.set_language(full, full.actor("setup"), people[login].id, language)
    answer = browser(login).get(path)
    assert answer.status_code == 200
    checked(answer.text)
    assert not re.search(r"<script(?![^>]*src=)|\son[a-z]+=|\sstyle=|javascript:", answer.text)
    assert "{" not in re.sub(r"<[^>]+>|<pre.*?</pre>", "", answer.text, flags=re.DOTALL)


@pytest.mark.parametrize("path", [path for path in PAGES if "/" not in path.strip("/") and "?" not in path])
def test_a_page_without_records_says_what_comes_here(
    hub: Hub, people: dict[str, User], browser: Open, path: str
) -> None:
    login = PAGES[path]
    if login == "zhang":
        hub.store.run(lambda tx: tx.records.add("technician", {"id": "t1", "name": "Zhang"}))
        accounts.change_user(hub, hub.actor("setup"), people[login].id, technician_id="t1")
    answer = browser(login).get(path)
    assert answer.status_code == 200
    checked(answer.text)


def test_each_person_has_the_menu_of_the_role_and_starts_at_its_first_entry(full: Hub, browser: Open) -> None:
    starts = {login: browser(login).get("/").location for login in ("li", "wang", "zhang", "boss")}
    assert starts == {"li": "/desk", "wang": "/desk", "zhang": "/field", "boss": "/desk"}
    assert 'href="/sync"' not in browser("li").get("/tickets").text
    assert 'href="/sync"' in browser("boss").get("/tickets").text


def test_the_language_follows_the_person_else_the_browser(full: Hub, browser: Open) -> None:
    li = browser("li")
    assert ">Tickets<" in li.get("/tickets").text
    back = li.post("/language", {"language": "zh", "back": "/tickets?status=new"})
    assert back.location == "/tickets?status=new"
    assert ">工单<" in li.get("/tickets").text
    assert li.post("/language", {"language": "tlh", "back": "/"}).status_code == 422
    stranger = li.client.application.test_client()
    assert "登录" in stranger.get("/sign-in", headers={"Accept-Language": "zh-CN"}).text
    assert "Sign in" in stranger.get("/sign-in", headers={"Accept-Language": "fr"}).text


def test_the_list_filters_searches_and_pages(full: Hub, browser: Open) -> None:
    li = browser("li")
    assert "T-000041" in li.get("/tickets?status=in_service").text
    assert "T-000042" not in li.get("/tickets?status=in_service").text
    assert "No ticket matches" in li.get("/tickets?q=nothingatall").text
    part = li.get("/tickets?priority=p1", **{"HX-Request": "true", "HX-Target": "rows"}).text
    assert "<html" not in part
    assert "T-000041" in part


def test_a_telephone_number_however_written_finds_its_customer(full: Hub, browser: Open) -> None:
    li = browser("li")
    for typed in ("13800138000", "+86 138-0013-8000", "138 0013 8001"):
        page = li.client.get("/customers", query_string={"q": typed}).text
        assert "华星制造有限公司" in page
        assert "Bolt &amp; Nut" not in page
    assert "No customer matches" in li.get("/customers?q=13800000000").text


def test_people_read_what_they_and_their_roles_were_told(full: Hub, browser: Open) -> None:
    words = "Ticket {number}: {quantity} x {part} is requested"
    facts = {"number": "T-000041", "quantity": "1", "part": "轴封"}
    for to in ({"to_role": "agent"}, {"to_user": "wang"}):
        doc = {"template": words, "params": facts, "channel": "console", "state": "recorded", "ticket_id": "tk1", **to}
        full.store.run(lambda tx, doc=doc: records.create(full, tx, full.actor("hub"), "notification", doc))  # type: ignore[misc] # bound at once
    li = browser("li")
    assert li.get("/notices").text.count("is requested") == 1
    li.post("/language", {"language": "zh", "back": "/"})
    assert "工单 T-000041：申领 轴封 × 1" in li.get("/notices").text
    assert browser("wang").get("/notices").text.count("is requested") == 1


def test_what_stands_in_a_record_is_never_markup(full: Hub, browser: Open) -> None:
    nasty = "<script>alert(1)</script>\"'<img src=x onerror=alert(2)>"
    ticket = full.store.read(lambda tx: tx.records.need("ticket", "tk1"))
    full.store.run(
        lambda tx: tx.records.put("ticket", {**ticket.doc, "subject": nasty, "description": nasty}, version=1)
    )
    for path in ("/tickets", "/tickets/tk1", "/customers/c1", "/tickets?q=" + nasty):
        page = browser("boss").get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_a_ticket_shows_what_it_waits_for_and_who_must_act(full: Hub, browser: Open) -> None:
    page = browser("boss").get("/tickets/tk1").text
    assert "Waiting for another system" in page
    assert "RES-7" in page
    troubled = browser("boss").get("/tickets/tk5").text
    assert "Only 0 of OIL-SEAL-75" in troubled
    assert "To act: Warehouse keeper" in troubled


def test_a_button_gives_its_command_once(full: Hub, browser: Open) -> None:
    li = browser("li")
    page = li.get("/tickets/tk1").text
    key = page.partition('action="/do/tickets/tk1/chase"')[2].partition('name="key" value="')[2].partition('"')[0]
    for _ in range(2):
        answer = li.post("/do/tickets/tk1/chase", {"key": key, "back": "/tickets/tk1"})
        assert answer.location == "/tickets/tk1"
    assert full.store.read(lambda tx: tx.records.need("ticket", "tk1")).doc["chase_count"] == 2
    assert 'class="alert good" role="status">Done.' in li.get("/tickets/tk1").text
    assert "Done." not in li.get("/tickets/tk1").text


def test_a_refusal_is_shown_in_place(full: Hub, browser: Open) -> None:
    li = browser("li")
    answer = li.post("/do/tickets/tk3/chase", {"back": "/tickets/tk3"}, **{"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#alerts"
    assert "The ticket T-000040 is closed." in answer.text
    assert "<html" not in answer.text
    wrong = li.post("/do/tickets/tk1/cancel", {"reason": "much too long a reason", "back": "/"})
    assert wrong.status_code == 422
    assert "reason" in wrong.text


def test_only_commands_that_the_person_may_give_are_offered(full: Hub, browser: Open) -> None:
    assert "/do/tickets/tk1/chase" in browser("li").get("/tickets/tk1").text
    assert "/do/tickets/tk1/chase" not in browser("zhang").get("/tickets/tk1").text
    assert browser("zhang").post("/do/tickets/tk1/chase").status_code == 403


def test_an_answered_call_is_confirmed_or_chases_an_open_ticket(full: Hub, browser: Open) -> None:
    li = browser("li")
    page = li.get("/calls/call1").text
    assert "Is it about an open ticket?" in page
    assert "空压机漏油" in page
    done = li.post("/do/calls/call1/confirm", {"chase_ticket_id": "tk1", "back": "/tickets/tk1"})
    assert done.location == "/tickets/tk1"
    li.post("/do/calls/call1/confirm", {"customer_id": "c1", "subject": "漏油", "back": "/"})
    assert full.store.read(lambda tx: tx.records.need("ticket", "tk4")).doc["status"] == "triaged"
    assert "/do/calls/call1/confirm" not in li.get("/calls/call1").text


def test_an_agent_sees_what_rings_and_not_what_others_answered(full: Hub, browser: Open) -> None:
    call = full.store.read(lambda tx: tx.records.need("call", "call1"))
    full.store.run(lambda tx: tx.records.put("call", {**call.doc, "agent": "wang"}, version=1))
    strip = browser("li").get("/desk/strip").text
    assert "/calls/call2" in strip
    assert "/calls/call1" not in strip


def test_what_was_given_up_is_tried_again(full: Hub, browser: Open) -> None:
    boss = browser("boss")
    assert "RejectedError 409" in boss.get("/sync").text
    assert boss.post("/sync/replay/d2").location == "/sync/given-up"
    assert full.store.read(lambda tx: tx.outbox.get("d2")).state == "ready"  # type: ignore[union-attr] # it is there
    assert boss.post("/sync/replay/d2").status_code == 404


def test_a_technician_sees_his_round_and_nobody_elses(full: Hub, browser: Open, people: dict[str, User]) -> None:
    zhang = browser("zhang")
    assert "空压机漏油" in zhang.get("/field").text
    assert zhang.get("/field/visits/v1").status_code == 200
    accounts.change_user(full, full.actor("setup"), people["zhang"].id, technician_id="t2")
    assert zhang.get("/field/visits/v1").status_code == 404
    accounts.change_user(full, full.actor("setup"), people["zhang"].id, technician_id=None)
    assert "belongs to no technician" in zhang.get("/field").text


def test_a_role_without_personal_data_sees_that_there_is_some(full: Hub, browser: Open) -> None:
    page = browser("zhao").get("/tickets/tk1").text
    assert "•••" in page
    assert "138 0013" not in page


def test_administrators_make_change_and_shut_accounts_and_keys(full: Hub, browser: Open) -> None:
    boss = browser("boss")
    facts = {"login": "wu", "name": "Wu", "password": "long enough now", "roles": "agent", "language": "zh"}
    assert boss.post("/people/users", facts).location == "/people"
    user = next(one for one in accounts.users(full) if one.login == "wu")
    boss.post(f"/people/users/{user.id}", {"name": "Wu Fang", "roles": ["agent", "dispatcher"], "disabled": "1"})
    changed = next(one for one in accounts.users(full) if one.login == "wu")
    assert changed == replace(user, name="Wu Fang", roles=("agent", "dispatcher"), disabled=True)
    assert boss.post(f"/people/users/{user.id}/password", {"password": "short"}).status_code == 422
    page = boss.post("/people/keys", {"name": "crm", "scopes": "tickets:read"}).text
    text = re.search(r"th_\w+_[\w-]+", page)
    assert text
    key = api_keys.key_of(full, text[0])
    assert key
    assert boss.post(f"/people/keys/{key.id}/revoke").location == "/people"
    assert api_keys.key_of(full, text[0]) is None


def test_a_person_changes_the_own_password_with_the_present_one(full: Hub, browser: Open) -> None:
    li = browser("li")
    wrong = {"present": "wrong", "password": "another long one"}
    assert li.post("/profile/password", wrong).status_code == 422
    right = {**wrong, "present": "correct horse battery"}
    assert li.post("/profile/password", right).location == "/profile"
    assert Browser(li.client.application).sign_in("li", "another long one").status_code == 302


def test_a_made_up_message_is_not_shown(full: Hub, browser: Open) -> None:
    li = browser("li")
    li.client.set_cookie("th_flash", base64.urlsafe_b64encode(b'["good","Call this number"]').decode())
    assert "Call this number" not in li.get("/tickets").text
    li.client.set_cookie("th_flash", "%%%")
    assert li.get("/tickets").status_code == 200


def test_an_error_page_is_friendly_and_in_the_readers_language(full: Hub, browser: Open) -> None:
    li = browser("li")
    li.post("/language", {"language": "zh", "back": "/"})
    missing = li.get("/tickets/none")
    assert missing.status_code == 404
    checked(missing.text)
    assert "没有工单 none" in missing.text.replace("“", "").replace("”", "")
    nowhere = li.client.application.test_client().get("/nowhere")
    assert nowhere.status_code == 404
    checked(nowhere.text)


def test_the_draft_of_a_call_is_told_in_the_reader_s_language(hub: Hub, people: dict[str, User], browser: Open) -> None:
    draft = {"id": "tk", "number": "T-1", "type": "repair", "subject": "Call", "status": "new", "is_draft": True}
    hub.store.run(lambda tx: tx.records.add("ticket", draft))
    accounts.change_user(hub, hub.actor("setup"), people["li"].id, language="zh")
    li = browser("li")
    for path in ("/tickets", "/tickets/tk"):
        assert ">通话" in re.sub(r"\s+", "", li.get(path).text)


def test_an_asset_shows_its_meters_and_what_service_did_for_it(
    full: Hub, people: dict[str, User], browser: Open
) -> None:
    page = browser("boss").get("/assets/as1").text
    for words in ("0.72 MPa", "T-2026-000001-1", "更换接触器", "张伟", "S-0"):
        assert words in page
    assert "/assets/as1" in browser("boss").get("/customers/c1").text
    assert "T-2026-000001-1" in browser("boss").get("/tickets/tk1?tab=visits").text


def test_a_technician_sees_the_assets_of_his_own_tickets_only(
    full: Hub, people: dict[str, User], browser: Open
) -> None:
    assert browser("zhang").get("/assets/as1").status_code == 200
    accounts.change_user(full, full.actor("setup"), people["zhang"].id, technician_id="t2")
    assert browser("zhang").get("/assets/as1").status_code == 404
