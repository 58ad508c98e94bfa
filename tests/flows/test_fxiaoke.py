"""Fxiaoke that is connected by YAML alone: both directions through a hub, lost answers, one case for each ticket."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from hub.bootstrap import build
from hub.testing.twin.limits import RateLimit
from hub.testing.twin.twin import serving
from hub.testing.twins.fxiaoke import USER, Fxiaoke
from tests.beside import Beside
from tests.hub_process import RunningClock
from tests.laid_out import lay_out

SETTINGS = """
systems:
  crm:
    connector: fxiaoke
    settings: {{url: "{url}", app_id: FSAID_1, user_id: "1000"}}
    secrets: {{app_secret: env/FXIAOKE_APP_SECRET, permanent_code: env/FXIAOKE_PERMANENT_CODE}}
    mappings: [fxiaoke]
    request_limit: 5 s
"""


@dataclass
class Both(Beside):
    """The hub, and the CRM."""

    system: ClassVar = "crm"
    crm: Fxiaoke


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    clock = RunningClock(timedelta())
    crm = Fxiaoke(clock.now)
    crm.limit = RateLimit(1_000_000, timedelta(seconds=1))
    with serving(crm) as url:
        environment = {f"FXIAOKE_{name.upper()}": value for name, value in Fxiaoke.secrets.items()}
        with build(lay_out(tmp_path, SETTINGS.format(url=url)), environment) as container:
            yield Both(replace(container.hub, clock=clock), clock, crm)


def test_a_telephone_crosses_both_ways_without_an_echo(both: Both) -> None:
    doc = {"name": "东方诊所", "tel": "021-12345678", "owner": [USER], "life_status": "normal"}
    row = both.crm.rows.add("AccountObj", doc, f"{1:024x}")
    both.settle()
    assert both.only("customer")["phone"] == "+862112345678"

    both.crm.rows.change("AccountObj", row.id, {"tel": "13900002222"})
    both.settle()
    assert both.only("customer")["phone"] == "+8613900002222"

    both.change("customer", phone="+8613700003333")
    both.settle()
    assert row.doc["tel"] == "+8613700003333"
    assert row.doc["name"] == "东方诊所"
    revision = row.revision
    both.settle()
    both.settle()
    assert row.revision == revision
    assert both.in_peace()


@pytest.mark.parametrize("how", ["lost", "drop", "broken", "error", "page", "before"])
def test_one_account_whatever_becomes_of_a_call(both: Both, how: str) -> None:
    """Nothing over there keeps a second one from being made."""
    both.crm.faults.plan(how, path="data/create")
    both.add("customer", name="上海华信", phone="+8613812345678")
    both.settle()
    (row,) = both.crm.rows.of("AccountObj")
    assert row.doc["tel"] == "+8613812345678"
    assert both.in_peace()


def test_a_ticket_becomes_a_case_of_its_account(both: Both) -> None:
    customer = both.add("customer", name="上海华信").id
    both.add("ticket", type="repair", status="new", subject="呼吸机报警", customer_id=customer)
    both.settle()
    (account,), (case,) = both.crm.rows.of("AccountObj"), both.crm.rows.of("CasesObj")
    assert case.doc["account_id"] == account.id
    assert case.doc["tickethub_subject__c"] == "呼吸机报警"
    assert case.doc["tickethub_status__c"] == "open"


def test_sales_see_what_service_knows_of_a_customer(both: Both) -> None:
    customer = both.add("customer", name="上海华信").id
    both.add("ticket", type="repair", status="new", subject="呼吸机报警", customer_id=customer)
    both.add("asset", serial="V60-1", customer_id=customer, warranty={"ends_on": "2027-05-01"})
    both.sum_up()
    (row,) = both.crm.rows.of("AccountObj")
    assert (row.doc["tickethub_open_tickets__c"], row.doc["tickethub_warranty_ends__c"]) == (1, "2027-05-01")
    assert row.doc["tickethub_as_of__c"] >= row.doc["tickethub_last_ticket_at__c"] > 1_700_000_000_000
    revision = row.revision
    both.sum_up()
    assert row.revision == revision
    assert both.in_peace()


@pytest.mark.parametrize("how", ["lost", "page", "before"])
def test_what_was_said_with_a_customer_is_known_on_both_sides_and_once(both: Both, how: str) -> None:
    kept = {"owner": [USER], "life_status": "normal"}
    account = both.crm.rows.add("AccountObj", {**kept, "name": "东方诊所"}, f"{1:024x}").id
    about = [{"describe_api_name": "AccountObj", "id": account}]
    doc = {**kept, "active_record_content": "五月需要报价", "related_object_data": about}
    record = both.crm.rows.add("ActiveRecordObj", doc, f"{2:024x}")
    both.settle()
    told, customer = both.only("interaction"), both.only("customer")["id"]
    assert (told["customer_id"], told["text"]) == (customer, "五月需要报价")
    assert told["at"][:16] == record.created_at.isoformat()[:16]

    both.crm.faults.plan(how, path="data/create")
    at = "2026-03-02T01:00:00+00:00"
    noted = both.add("interaction", customer_id=customer, text="展会", channel="visit", at=at).id
    both.add("call", system="pbx", call_id="a-1", direction="in", state="ended", customer_id=customer, agent="li")
    both.settle()
    both.settle()
    assert {one.id for one in both.records("interaction")} == {told["id"], noted}
    assert len(both.crm.rows.of("ActiveRecordObj")) == 3
    (mine,) = [one.doc for one in both.records("interaction") if one.id == noted]
    assert (mine["at"], mine["channel"]) == (at, "visit")
    (there,) = [row.doc for row in both.crm.rows.of("ActiveRecordObj") if row.doc.get("tickethub_key__c") == noted]
    assert (there["active_record_content"], there["related_object_data"]) == ("展会", about)
    assert both.in_peace()


@pytest.mark.parametrize("how", ["lost", "page", "before"])
def test_a_lead_is_theirs_and_its_end_comes_back(both: Both, how: str) -> None:
    customer = both.add("customer", name="上海华信").id
    both.settle()
    both.crm.faults.plan(how, path="data/create")
    facts = {"customer_id": customer, "company": "上海华信", "cause": "by_hand", "state": "new"}
    both.add("lead", title="第二台呼吸机", due_on="2026-12-31", **facts)
    both.settle()
    ((account,), (lead,)) = (both.crm.rows.of(kind) for kind in ("AccountObj", "LeadsObj"))
    assert (lead.doc["name"], lead.doc["company"]) == ("第二台呼吸机", "上海华信")
    assert (lead.doc["tickethub_account__c"], lead.doc["tickethub_due_on__c"]) == (account.id, "2026-12-31")
    both.crm.rows.change("LeadsObj", lead.id, {"biz_status": "transformed"})
    both.crm.rows.add("LeadsObj", {"name": "Zhao", "owner": [USER], "life_status": "normal"}, f"{9:024x}")
    both.settle()
    assert both.only("lead")["state"] == "won"


def test_a_case_that_sales_hands_to_service_becomes_a_ticket_and_its_end_goes_back(both: Both) -> None:
    told = {"owner": [USER], "life_status": "normal"}
    account = both.crm.rows.add("AccountObj", {"name": "东方诊所", **told}, f"{1:024x}")
    said = {"tickethub_subject__c": "呼吸机报警", "tickethub_description__c": "从今天早上开始"}
    case = both.crm.rows.add("CasesObj", {"name": "GD-1", "account_id": account.id, **said, **told}, f"{2:024x}")
    both.settle()
    assert both.hub.store.read(lambda tx: tx.records.all("ticket")) == []

    both.crm.rows.change("CasesObj", case.id, {"tickethub_status__c": "open"})
    both.settle()
    ticket = both.only("ticket")
    assert (ticket["type"], ticket["subject"], ticket["description"]) == ("repair", "呼吸机报警", "从今天早上开始")
    assert ticket["customer_id"] == both.only("customer")["id"]
    assert ticket["number"].startswith("T-")
    assert case.doc["tickethub_number__c"] == ticket["number"]

    both.change("ticket", status="closed")
    both.settle()
    assert case.doc["tickethub_status__c"] == "closed"
    assert len(both.crm.rows.of("CasesObj")) == 1
    assert both.in_peace()


def test_a_thousand_cases_of_sales_own_make_no_ticket(both: Both) -> None:
    for number in range(1000):
        doc = {"name": f"GD-{number}", "owner": [USER], "life_status": "normal"}
        closed = {"tickethub_status__c": "closed"} if number % 2 else {}
        both.crm.rows.add("CasesObj", {**doc, **closed}, f"{number + 1:024x}")
    both.settle()
    assert both.hub.store.read(lambda tx: tx.records.all("ticket")) == []
    assert both.in_peace()


@pytest.mark.parametrize("how", ["lost", "page"])
def test_a_call_is_one_sales_record_of_its_account(both: Both, how: str) -> None:
    customer = both.add("customer", name="上海华信").id
    both.settle()
    both.crm.faults.plan(how, path="data/create")
    both.add("call", system="pbx", call_id="a-1", direction="in", state="ended", customer_id=customer, agent="li")
    both.settle()
    (account,), (record,) = both.crm.rows.of("AccountObj"), both.crm.rows.of("ActiveRecordObj")
    assert record.doc["related_object_data"] == [{"describe_api_name": "AccountObj", "id": account.id}]
    assert record.doc["active_record_content"] == "来电 Call in · ended · li"
    assert both.in_peace()


@pytest.mark.proves(product="fxiaoke", reads=("sales_order", "contract"))
def test_orders_and_contracts_of_a_customer_are_read(both: Both) -> None:
    kept = {"owner": [USER], "life_status": "normal"}
    account = both.crm.rows.add("AccountObj", {**kept, "name": "东方诊所"}, f"{1:024x}").id
    both.crm.rows.add("SalesOrderObj", {**kept, "name": "O-1", "account_id": account, "order_amount": 2500.5}, "a1")
    line = {**kept, "order_id": "a1", "product_id__r": "V60", "quantity": 2, "sales_price": 1250.25}
    both.crm.rows.add("SalesOrderProductObj", line, "a2")
    both.crm.rows.add("SaleContractObj", {**kept, "name": "HT-1", "account_id": account}, "b1")
    both.settle()
    customer, order, contract = (both.only(entity) for entity in ("customer", "sales_order", "contract"))
    assert (order["customer_id"], order["state"], order["totals"]) == (
        customer["id"],
        "confirmed",
        {"gross": "2500.50"},
    )
    assert [line["description"] for line in order["lines"]] == ["V60"]
    assert (contract["customer_id"], contract["state"]) == (customer["id"], "active")
    assert both.in_peace()

    both.crm.rows.change("SalesOrderObj", "a1", {"life_status": "invalid"})
    both.settle()
    assert both.only("sales_order")["state"] == "cancelled"
