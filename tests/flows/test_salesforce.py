"""Salesforce that is connected by YAML alone: both directions through a hub, lost answers, one case for each ticket."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from hub.bootstrap import build
from hub.services import (
    comments,
    leads,
    loading,
    outbound,
    ticket_view,
)
from hub.testing.twin.limits import RateLimit
from hub.testing.twin.rows import Row
from hub.testing.twin.twin import serving
from hub.testing.twins.salesforce import Salesforce
from tests.beside import Beside
from tests.hub_process import RunningClock
from tests.laid_out import lay_out

SETTINGS = """
systems:
  crm:
    connector: salesforce
    settings: {{url: "{url}", client_id: 3MVG9.twin}}
    secrets: {{client_secret: env/SALESFORCE_CLIENT_SECRET}}
    mappings: {mappings}
    request_limit: 5 s
"""


@dataclass
class Both(Beside):
    """The hub, and the org."""

    system: ClassVar = "crm"
    crm: Salesforce

    def row(self, kind: str) -> Row:
        (row,) = self.crm.rows.of(kind)
        return row

    def comment(self, text: str, visibility: str) -> None:
        """Somebody here comments on the ticket."""
        ticket, actor = self.only("ticket")["id"], self.hub.actor("li")
        given = {"text": text, "visibility": visibility}
        self.hub.store.run(lambda tx: comments.comment_on_ticket(self.hub, tx, actor, ticket, given))

    def texts(self) -> list[str]:
        return [one.doc["text"] for one in self.hub.store.read(lambda tx: tx.records.all("comment"))]


@pytest.fixture
def mappings() -> str:
    """The mappings that the hub is told to use."""
    return "[salesforce]"


@pytest.fixture
def both(tmp_path: Path, mappings: str) -> Iterator[Both]:
    clock = RunningClock(timedelta())
    crm = Salesforce(clock.now)
    crm.limit = RateLimit(1_000_000, timedelta(seconds=1))
    with serving(crm) as url:
        environment = {f"SALESFORCE_{name.upper()}": value for name, value in Salesforce.secrets.items()}
        with build(lay_out(tmp_path, SETTINGS.format(url=url, mappings=mappings)), environment) as container:
            yield Both(replace(container.hub, clock=clock), clock, crm)


def test_a_telephone_crosses_both_ways_without_an_echo(both: Both) -> None:
    both.crm.add("Account", Name="东方诊所", Phone="021-12345678")
    both.settle()
    assert both.only("customer")["phone"] == "+862112345678"

    row = both.row("Account")
    both.crm.rows.change("Account", row.id, {"Phone": "13900002222"})
    both.settle()
    assert both.only("customer")["phone"] == "+8613900002222"

    both.change("customer", phone="+8613700003333")
    both.settle()
    assert row.doc["Phone"] == "+8613700003333"
    revision = row.revision
    both.settle()
    both.settle()
    assert row.revision == revision
    assert both.in_peace()


@pytest.mark.parametrize("how", ["lost", "broken", "error", "page", "before", "twice", "late"])
def test_one_account_whatever_becomes_of_a_call(both: Both, how: str) -> None:
    both.crm.faults.plan(how, "PATCH", "Account")
    both.add("customer", name="上海华信", phone="+8613812345678")
    both.settle()
    both.crm.faults.go_on()
    both.settle()
    assert both.row("Account").doc["Phone"] == "+8613812345678"
    assert both.in_peace()


@pytest.mark.parametrize("how", ["lost", "page", "before"])
def test_one_activity_whatever_becomes_of_a_call(both: Both, how: str) -> None:
    """A task has no external id: nothing over there keeps a second one from being made."""
    customer = both.add("customer", name="上海华信").id
    both.settle()
    both.crm.faults.plan(how, "POST", "Task")
    both.add("call", system="pbx", call_id="a-1", direction="in", state="ended", customer_id=customer)
    both.settle()
    assert both.row("Task").doc["WhatId"] == both.row("Account").id
    assert both.in_peace()


def test_a_ticket_becomes_a_case_that_is_closed_with_what_was_done(both: Both) -> None:
    customer = both.add("customer", name="上海华信").id
    contact = both.add("contact", name="李娜", customer_id=customer).id
    both.add("ticket", type="repair", status="new", subject="报警", customer_id=customer, contact_id=contact)
    both.settle()
    case = both.row("Case")
    assert (case.doc["AccountId"], case.doc["ContactId"]) == (both.row("Account").id, both.row("Contact").id)
    assert (case.doc["Subject"], case.doc["Status"]) == ("报警", "New")

    both.crm.rows.change("Case", case.id, {"Subject": "呼吸机 3 报警"})
    both.settle()
    assert both.only("ticket")["subject"] == "呼吸机 3 报警"

    both.change(
        "ticket", status="closed", closed_at="2026-03-02T01:00:00+00:00", fault={"remedy_text": "更换流量传感器"}
    )
    both.settle()
    assert case.doc["Status"] == "Closed"
    assert case.doc["IsClosed"]
    assert case.doc["TicketHub_Remedy__c"] == "更换流量传感器"
    assert case.doc["Subject"] == "呼吸机 3 报警"
    assert both.in_peace()


@pytest.mark.proves(product="salesforce", writes="follow_up")
def test_what_a_customer_said_after_the_service_stands_with_the_case(both: Both) -> None:
    ticket = both.add("ticket", type="repair", status="new", subject="报警").id
    both.add(
        "follow_up", ticket_id=ticket, outcome="answered", score=5, comment="很满意", at="2026-03-02T01:00:00+00:00"
    )
    both.settle()
    task = both.row("Task").doc
    assert (task["WhatId"], task["Subject"]) == (both.row("Case").id, "Follow-up, score 5")
    assert (task["Description"], task["TicketHub_Ended_At__c"]) == ("很满意", "2026-03-02T01:00:00.000Z")
    assert both.in_peace()


def test_sales_see_what_service_knows_of_a_customer(both: Both) -> None:
    account = both.crm.add("Account", Name="东方诊所", Phone="021-12345678")
    both.settle()
    customer = both.only("customer")["id"]
    both.add("ticket", type="repair", status="new", subject="报警", customer_id=customer)
    both.add("asset", serial="V60-1", customer_id=customer, warranty={"ends_on": "2027-05-01"})
    payment = {"status": "unpaid", "open_amount": "90.50"}
    both.add("invoice", customer_id=customer, state="issued", currency="CNY", payment=payment)
    both.crm.rows.change("Account", account, {"Name": "东方医院"})  # at the same time
    both.sum_up()
    told = both.row("Account").doc
    assert (told["Name"], both.only("customer")["name"]) == ("东方医院", "东方医院")
    assert (told["TicketHub_Open_Tickets__c"], told["TicketHub_Warranty_Ends__c"]) == (1, "2027-05-01")
    assert (told["TicketHub_Balance__c"], told["Phone"]) == ("90.50 CNY", "021-12345678")

    both.change("ticket", status="cancelled")
    both.sum_up()
    assert both.row("Account").doc["TicketHub_Open_Tickets__c"] == 0
    revision = both.row("Account").revision
    both.sum_up()
    assert both.row("Account").revision == revision
    assert both.in_peace()


def test_what_was_said_with_a_customer_is_known_on_both_sides_and_once(both: Both) -> None:
    user = both.crm.add("User", Name="Wang Fang")
    account = both.crm.add("Account", Name="东方诊所")
    person = both.crm.add("Contact", LastName="李娜", AccountId=account)
    closed = {"Status": "Completed", "OwnerId": user}
    both.crm.add("Task", Subject="Offer", TaskSubtype="Email", WhoId=person, Description="In May", **closed)
    both.crm.add("Task", Subject="A plan", WhatId=account, Status="Not Started")
    both.crm.add("Task", Subject="Of nobody", **closed)
    both.settle()
    customer, contact = both.only("customer")["id"], both.only("contact")["id"]
    told = both.only("interaction")
    assert (told["customer_id"], told["contact_id"], told["by"]) == (customer, contact, "Wang Fang")
    assert (told["channel"], told["subject"], told["text"]) == ("mail", "Offer", "In May")

    (row,) = [row for row in both.crm.rows.of("Task") if row.doc["Subject"] == "Offer"]
    both.crm.rows.change("Task", row.id, {"Description": "In June"})
    both.settle()
    assert both.only("interaction")["text"] == "In June"

    ticket = both.add(
        "ticket", type="repair", status="new", subject="报警", customer_id=customer, contact_id=contact
    ).id
    at = "2026-03-02T01:00:00+00:00"
    both.add("call", system="pbx", call_id="a-1", direction="in", state="ended", customer_id=customer)
    both.add("follow_up", ticket_id=ticket, outcome="answered", score=5, at=at)
    noted = both.add(
        "interaction", customer_id=customer, contact_id=contact, channel="visit", text="展会", at=at, by="li"
    ).id
    both.settle()
    both.settle()
    assert {one.id for one in both.records("interaction")} == {told["id"], noted}
    (mine,) = [one.doc for one in both.records("interaction") if one.id == noted]
    assert (mine["channel"], mine["at"], mine["by"]) == ("visit", at, "li")
    (there,) = [row.doc for row in both.crm.rows.of("Task") if row.doc.get("TicketHub_Key__c") == noted]
    assert (there["WhatId"], there["Description"], there["Status"]) == (account, "展会", "Completed")
    assert len(both.crm.rows.of("Task")) == 6
    assert both.in_peace()


@pytest.mark.parametrize("how", ["lost", "page", "before"])
def test_one_task_for_what_was_noted_whatever_becomes_of_a_call(both: Both, how: str) -> None:
    customer = both.add("customer", name="上海华信").id
    both.settle()
    both.crm.faults.plan(how, "POST", "Task")
    both.add("interaction", customer_id=customer, text="展会", at="2026-03-02T01:00:00+00:00")
    both.settle()
    assert both.row("Task").doc["WhatId"] == both.row("Account").id
    assert len(both.records("interaction")) == 1
    assert both.in_peace()


def test_a_lead_is_theirs_and_its_end_comes_back(both: Both) -> None:
    customer = both.add("customer", name="东方诊所").id
    ends = (both.clock.now() + timedelta(days=20)).date().isoformat()
    asset = both.add("asset", serial="V60-1", name="呼吸机", customer_id=customer, warranty={"ends_on": ends}).id
    both.settle()
    assert leads.look(both.hub) == 1
    assert leads.look(both.hub) == 0
    both.settle()
    lead = both.row("Lead")
    assert (lead.doc["Company"], lead.doc["LastName"]) == ("东方诊所", f"呼吸机 质保将于 {ends} 到期")
    assert (lead.doc["TicketHub_Account__c"], lead.doc["TicketHub_Due_On__c"]) == (both.row("Account").id, ends)
    assert both.only("lead")["asset_id"] == asset

    both.crm.rows.change("Lead", lead.id, {"Status": "Working - Contacted", "LastName": "Li"})
    both.settle()
    assert both.only("lead")["state"] == "taken"
    both.crm.convert(lead.id)
    both.settle()
    assert (both.only("lead")["state"], both.only("lead")["title"]) == ("won", f"呼吸机 质保将于 {ends} 到期")
    both.change("lead", text="A late word")  # of a converted lead nothing is written
    both.clock.ahead += timedelta(days=2)
    assert leads.look(both.hub) == 0
    both.crm.add("Lead", Company="Nobody of ours", LastName="Zhao", Status="Open - Not Contacted")
    both.settle()
    assert len(both.records("lead")) == 1
    assert both.in_peace()


@pytest.mark.parametrize("how", ["lost", "broken", "page", "before"])
def test_one_lead_whatever_becomes_of_a_call(both: Both, how: str) -> None:
    customer = both.add("customer", name="上海华信").id
    both.settle()
    both.crm.faults.plan(how, "PATCH", "Lead")
    facts = {"customer_id": customer, "company": "上海华信", "cause": "by_hand", "state": "new"}
    both.add("lead", title="第二台呼吸机", **facts)
    both.settle()
    assert both.row("Lead").doc["LastName"] == "第二台呼吸机"
    assert both.in_peace()


def test_a_case_of_their_own_is_left_alone(both: Both) -> None:
    both.crm.add("Case", Subject="Where is my invoice?", Status="New")


def test_a_case_that_sales_opens_becomes_a_ticket_and_its_end_goes_back(both: Both) -> None:
    account = both.crm.add("Account", Name="东方诊所")
    contact = both.crm.add("Contact", LastName="李娜", AccountId=account)
    said = {"Subject": "呼吸机报警", "Description": "从今天早上开始", "Priority": "High", "Origin": "Email"}
    case = both.crm.add("Case", AccountId=account, ContactId=contact, Status="Working", IsClosed=False, **said)
    both.settle()
    ticket = both.only("ticket")
    assert (ticket["type"], ticket["status"], ticket["subject"]) == ("repair", "new", "呼吸机报警")
    assert (ticket["description"], ticket["priority"], ticket["channel"]) == ("从今天早上开始", "p2", "mail")
    assert (ticket["customer_id"], ticket["contact_id"]) == (both.only("customer")["id"], both.only("contact")["id"])
    assert ticket["number"].startswith("T-")
    assert both.row("Case").doc["Status"] == "Working"
    assert both.row("Case").doc["TicketHub_Number__c"] == ticket["number"]
    seen = both.row("Case").revision
    both.settle()
    assert both.row("Case").revision == seen

    both.change("ticket", status="closed", fault={"remedy_text": "更换流量传感器"})
    both.settle()
    row = both.row("Case")
    assert (row.id, row.doc["Status"], row.doc["TicketHub_Remedy__c"]) == (case, "Closed", "更换流量传感器")
    assert row.doc["Priority"] == "High"
    revision = row.revision
    both.settle()
    assert row.revision == revision
    assert both.in_peace()


def test_a_thousand_closed_cases_and_what_was_said_on_them_make_no_ticket(both: Both) -> None:
    for number in range(1000):
        case = both.crm.add("Case", Subject=f"Old {number}", Status="Closed", IsClosed=True)
        both.crm.comment(case, "Settled")
    both.settle()
    assert both.hub.store.read(lambda tx: tx.records.all("ticket") + tx.records.all("comment")) == []
    assert both.hub.store.read(lambda tx: tx.inbox.listing(state="new") + tx.inbox.listing(state="dead")) == []
    assert both.in_peace()


def test_a_closed_case_that_is_reopened_becomes_a_ticket(both: Both) -> None:
    case = both.crm.add("Case", Subject="Old", Status="Closed", IsClosed=True)
    both.settle()
    both.crm.rows.change("Case", case, {"Status": "Working", "IsClosed": False})
    both.settle()
    assert both.only("ticket")["subject"] == "Old"
    assert both.in_peace()


def test_comments_cross_both_ways_once_each(both: Both) -> None:
    case = both.crm.add("Case", Subject="报警", Status="New", IsClosed=False)
    both.crm.comment(case, "客户很着急", published=False)
    both.settle()
    told = both.only("comment")
    assert (told["ticket_id"], told["text"], told["visibility"]) == (
        both.only("ticket")["id"],
        "客户很着急",
        "internal",
    )
    assert (told["author"], told["system"]) == ("Wang Li", "crm")

    both.comment("明天上午到", "public")
    both.settle()
    rows = {row.doc["CommentBody"]: row for row in both.crm.rows.of("CaseComment")}
    assert rows.keys() == {"客户很着急", "明天上午到"}
    assert rows["明天上午到"].doc["IsPublished"]
    assert rows["明天上午到"].doc["ParentId"] == case
    both.settle()
    assert sorted(both.texts()) == ["客户很着急", "明天上午到"]
    assert len(both.crm.rows.of("CaseComment")) == 2
    assert both.in_peace()


def test_a_comment_on_a_case_that_was_closed_since_comes_and_reopens_nothing(both: Both) -> None:
    case = both.crm.add("Case", Subject="报警", Status="New", IsClosed=False)
    both.settle()
    both.change("ticket", status="closed")
    both.settle()
    both.crm.comment(case, "It is broken again", published=True)
    both.settle()
    assert both.only("comment")["visibility"] == "public"
    assert both.only("ticket")["status"] == "closed"
    both.crm.delete("CaseComment", both.row("CaseComment").id)
    both.settle()
    assert both.texts() == ["It is broken again"]
    assert both.crm.rows.of("CaseComment") == []
    assert both.hub.store.read(lambda tx: tx.reviews.listing()) == []


def test_a_comment_on_a_draft_waits_until_the_ticket_is_confirmed(both: Both) -> None:
    both.add("ticket", type="repair", status="new", subject="报警", is_draft=True)
    both.comment("客户还在线上", "internal")
    for _ in range(3):  # it waits
        both.clock.ahead += timedelta(minutes=1)
        outbound.deliver(both.hub, "crm")
    assert both.crm.rows.of("Case") == both.crm.rows.of("CaseComment") == []
    both.change("ticket", is_draft=False)
    both.settle()
    assert both.row("CaseComment").doc["ParentId"] == both.row("Case").id
    assert both.in_peace()


@pytest.mark.parametrize("how", ["lost", "broken", "error", "page", "before"])
def test_one_comment_whatever_becomes_of_a_call(both: Both, how: str) -> None:
    """A comment has no field for our key: it is found again by its case and its words."""
    both.add("ticket", type="repair", status="new", subject="报警")
    both.settle()
    both.crm.faults.plan(how, "POST", "CaseComment")
    both.comment("  已联系客户\n等回复 ", "internal")
    both.settle()
    both.crm.faults.go_on()
    both.settle()
    assert both.row("CaseComment").doc["CommentBody"] == "已联系客户\n等回复"
    assert both.texts() == ["  已联系客户\n等回复 "]
    assert both.in_peace()


def test_two_comments_that_read_alike_are_two_though_an_answer_is_lost(both: Both) -> None:
    both.add("ticket", type="repair", status="new", subject="报警")
    both.settle()
    both.comment("好的", "internal")
    both.settle()
    both.crm.faults.plan("lost", "POST", "CaseComment")
    both.comment("好的", "internal")
    both.settle()
    both.crm.faults.go_on()
    both.settle()
    assert [row.doc["CommentBody"] for row in both.crm.rows.of("CaseComment")] == ["好的", "好的"]
    assert both.texts() == ["好的", "好的"]
    assert both.in_peace()


def test_a_comment_that_is_too_long_for_them_is_given_up_and_told(both: Both) -> None:
    ticket = both.add("ticket", type="repair", status="new", subject="报警").id
    both.comment("备" * 1333, "internal")
    both.comment("备" * 1334, "internal")
    both.settle()
    assert len(both.row("CaseComment").doc["CommentBody"]) == 1333
    view = ticket_view.of_ticket(both.hub, ticket)
    (waiting,) = view.waiting
    assert waiting.state == "dead"
    assert len(view.comments) == 2


@pytest.mark.proves(product="salesforce", reads=("sales_order", "contract"))
def test_orders_and_contracts_of_a_customer_are_read(both: Both) -> None:
    account = both.crm.add("Account", Name="东方诊所")
    order = both.crm.add("Order", AccountId=account, EffectiveDate="2026-01-31", Status="Activated")
    both.crm.add("OrderItem", OrderId=order, Quantity=2.0, UnitPrice=1250.25, Description="V60")
    both.crm.add("Contract", AccountId=account, Status="Activated", StartDate="2026-01-01", EndDate="2026-12-31")
    both.settle()
    customer = both.only("customer")["id"]
    told = both.only("sales_order")
    assert (told["customer_id"], told["state"], told["totals"]) == (customer, "confirmed", {"net": "2500.50"})
    assert [line["unit_price"] for line in told["lines"]] == ["1250.25"]
    contract = both.only("contract")
    assert (contract["customer_id"], contract["state"], contract["ends_on"]) == (customer, "active", "2026-12-31")
    assert both.in_peace()


@pytest.mark.parametrize("mappings", ["[salesforce/customer, salesforce_entitlements]"])
def test_where_entitlements_are_managed_service_contracts_are_the_contracts(both: Both) -> None:
    account = both.crm.add("Account", Name="东方诊所")
    both.crm.add("Contract", AccountId=account, Status="Activated", StartDate="2026-01-01", EndDate="2026-12-31")
    dates = {"StartDate": "2026-03-01", "EndDate": "2027-02-28"}
    made = both.crm.add("ServiceContract", AccountId=account, Name="Full", Status="Active", **dates)
    both.settle()
    contract = both.only("contract")
    assert (contract["customer_id"], contract["state"]) == (both.only("customer")["id"], "active")
    assert contract["ends_on"] == "2027-02-28"
    both.crm.rows.change("ServiceContract", made, {"Status": "Expired"})
    both.settle()
    assert both.only("contract")["state"] == "ended"
    assert both.in_peace()


def test_accounts_that_are_merged_over_there_are_one_here_or_a_person_is_asked(both: Both) -> None:
    loser, winner = (both.crm.add("Account", Name=name) for name in ("Dongfang", "Dongfang Clinic"))
    both.settle()
    both.crm.merge("Account", loser, winner)
    both.settle()
    (review,) = both.hub.store.read(lambda tx: tx.reviews.listing())
    assert (review.kind, review.entity) == ("merged", "customer")


def test_a_first_load_takes_open_cases_with_what_was_said_on_them(both: Both) -> None:
    closed = both.crm.add("Case", Subject="Old", Status="Closed", IsClosed=True)
    both.crm.comment(closed, "Settled")
    case = both.crm.add("Case", Subject="报警", Status="New", IsClosed=False)
    both.crm.comment(case, "客户很着急")
    system = both.hub.systems["crm"]
    run = loading.start(both.hub, system)
    while run.state == "running":
        run = loading.advance(both.hub, system, run)
    assert run.state == "complete"
    assert both.only("ticket")["subject"] == "报警"
    assert both.texts() == ["客户很着急"]
    assert both.in_peace()
