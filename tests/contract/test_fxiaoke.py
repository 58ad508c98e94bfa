"""Fxiaoke, connected by YAML alone, against its twin: the contract of every connector, and Fxiaoke's own ways."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import requests

from connectors.rest import connect
from hub.domain.documents import Doc
from hub.domain.errors import (
    AuthError,
    RateLimitedError,
    RejectedError,
    RetryableError,
    UnknownOutcomeError,
)
from hub.files.connectors import load_connector
from hub.ports.connector import Connector, Setup
from hub.testing.connector_contract import AROUND, ConnectorContract, _listed
from hub.testing.twins.fxiaoke import APP, EA, USER, Fxiaoke

pytestmark = pytest.mark.proves(product="fxiaoke", against="twin")

DECLARED = load_connector(Path(__file__).parents[2] / "connectors" / "fxiaoke.yaml")


def connected(url: str, **other: Any) -> Connector:
    settings = {**Fxiaoke.settings, **Fxiaoke.secrets, "request_seconds": 10, "url": url, **other}
    return connect(Setup("crm", settings, DECLARED.objects, DECLARED.remote, DECLARED.connection))


def account(key: str) -> Doc:
    return {
        "name": "Dongfang Clinic 东方诊所 <A&B>",
        "tel": "021-12345678",
        "email": None,
        "address": '12 "Renmin" Road\\',
        "tickethub_key__c": key,
    }


@pytest.fixture
def twin() -> Fxiaoke:
    return Fxiaoke()


@pytest.fixture
def crm(url: str) -> Connector:
    return connected(url)


class OfTheTwin(ConnectorContract):
    missing_id: ClassVar[str] = "5a9914fcf125ae0a1affffff"

    @pytest.fixture
    def connector(self, crm: Connector) -> Connector:
        return crm

    @pytest.fixture
    def unreachable(self) -> Connector:
        return connected("http://127.0.0.1:9")

    @pytest.fixture
    def locked_out(self, url: str) -> Connector:
        return connected(url, app_secret="wrong")


class TestCustomer(OfTheTwin):
    name = "customer"

    def document(self, key: str) -> Doc:
        return account(key)

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "name": f"{doc['name']}+", "tel": None}

    def refused(self, key: str) -> Doc:
        return {**account(key), "email": "nobody"}


class TestContact(OfTheTwin):
    name = "contact"

    @pytest.fixture(autouse=True)
    def _customer(self, crm: Connector) -> None:
        self.account = ""
        self.crm = crm

    def document(self, key: str) -> Doc:
        self.account = self.account or self.crm.create("customer", account("C")).id
        return {
            "account_id": self.account,
            "name": "Li Na 李娜",
            "job_title": "Head nurse 护士长",
            "mobile1": "+8613511112222",
            "email": "li.na@dongfang.example",
            "tickethub_key__c": key,
        }

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "job_title": f"{doc['job_title']}+"}

    def refused(self, key: str) -> Doc:
        return {**self.document(key), "account_id": "5a9914fcf125ae0a1affffff"}


class TestCase(OfTheTwin):
    name = "case"

    def document(self, key: str) -> Doc:
        return {
            "tickethub_number__c": "TK-1",
            "tickethub_subject__c": "Alarm 呼吸机报警",
            "tickethub_status__c": "open",
            "tickethub_closed_at__c": None,
            "tickethub_key__c": key,
        }

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "tickethub_status__c": "closed", "tickethub_closed_at__c": "2026-03-02T01:00:00+00:00"}

    def refused(self, key: str) -> Doc:
        return {**self.document(key), "tickethub_status__c": "lost"}


class TestRecord(OfTheTwin):
    name = "record"

    @pytest.fixture(autouse=True)
    def _customer(self, crm: Connector) -> None:
        self.account = crm.create("customer", account("C")).id

    def document(self, key: str) -> Doc:
        return {
            "active_record_content": "来电 Call in: answered, li",
            "account": self.account,
            "tickethub_key__c": key,
        }

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "active_record_content": "来电 Call in: ended, li"}

    def refused(self, key: str) -> Doc:
        return {**self.document(key), "account": "5a9914fcf125ae0a1affffff"}


class TestInteraction(TestRecord):
    name = "interaction"


class TestLead(OfTheTwin):
    name = "lead"

    def document(self, key: str) -> Doc:
        return {
            "name": "质保将于 2026-05-01 到期",
            "company": "Dongfang 东方诊所",
            "tickethub_cause__c": "warranty_ends",
            "tickethub_key__c": key,
        }

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "tickethub_due_on__c": "2026-05-01"}

    def refused(self, key: str) -> Doc:
        return {**self.document(key), "tickethub_account__c": "5a9914fcf125ae0a1affffff"}


# --- Fxiaoke's own ways


def test_many_threads_ask_for_one_token(twin: Fxiaoke, crm: Connector) -> None:
    """Ten a minute, and never two at a time."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: crm.get("customer", "5a9914fcf125ae0a1affffff"), range(16)))
    assert twin.tokens == 1
    assert twin.refused == []


def test_a_token_that_is_asked_for_while_another_one_is_granted_is_waited_for(twin: Fxiaoke, crm: Connector) -> None:
    with twin.granting, pytest.raises(RateLimitedError):
        crm.get("customer", "1")


def test_a_token_that_ended_is_renewed_and_the_write_happens_once(twin: Fxiaoke, crm: Connector) -> None:
    """The repeated call bears another trace id: the twin takes none twice."""
    crm.create("customer", account("K1"))
    twin.end_token()
    crm.create("customer", account("K2"))
    assert twin.tokens == 2
    assert len(twin.rows.of("AccountObj")) == 2
    assert [refusal.partition(" ")[0] for refusal in twin.refused] == ["20016"]


def test_the_twin_takes_no_trace_id_twice(twin: Fxiaoke, url: str) -> None:
    told = {**APP, "grantType": "app_secret"}
    token = requests.post(f"{url}/oauth2.0/token?thirdTraceId=1", json=told, timeout=5).json()["accessToken"]
    headers = {"Authorization": f"Bearer {token}", "x-fs-ea": EA, "x-fs-userid": USER}
    address = f"{url}/cgi/crm/v2/object/describe?thirdTraceId={uuid.uuid4()}"
    body = {"data": {"apiName": "AccountObj"}}
    codes = [requests.post(address, json=body, headers=headers, timeout=5).json()["errorCode"] for _ in range(2)]
    assert codes == [0, 32000]


def test_the_limit_of_an_interface_is_waited_for(crm: Connector) -> None:
    for _ in range(100):
        crm.get("customer", "1")
    with pytest.raises(RateLimitedError):
        crm.get("customer", "1")


def test_a_write_whose_answer_is_lost_is_found_by_our_key(twin: Fxiaoke, crm: Connector) -> None:
    twin.faults.plan("lost", "POST", "data/create")
    with pytest.raises(UnknownOutcomeError):
        crm.create("customer", account("K1"))
    assert len(crm.find("customer", "tickethub_key__c", "K1")) == 1


@pytest.mark.parametrize(
    ("how", "error"), [("page", UnknownOutcomeError), ("broken", UnknownOutcomeError), ("before", RetryableError)]
)
def test_a_200_that_is_no_answer_of_the_product_is_no_success(
    twin: Fxiaoke, crm: Connector, how: str, error: type[Exception]
) -> None:
    twin.faults.plan(how, "POST", "data/create")
    with pytest.raises(error):
        crm.create("customer", account("K1"))


def test_writes_start_no_flows_of_the_crm(twin: Fxiaoke, crm: Connector) -> None:
    made = crm.create("customer", account("K1"))
    crm.update("customer", made, {**made.doc, "name": "Other"})
    assert twin.flows == 0


def test_a_record_out_of_use_is_gone(twin: Fxiaoke, crm: Connector) -> None:
    made = crm.create("customer", account("K1"))
    twin.rows.change("AccountObj", made.id, {"life_status": "invalid"})
    now = crm.probe().now
    assert now is not None
    page = crm.changes("customer", since=now - AROUND, until=now + AROUND)
    assert (page.records, page.gone) == ((), (made.id,))
    assert crm.get("customer", made.id) is None
    assert crm.ids("customer", None).ids == ()  # type: ignore[attr-defined] # it lists ids


def test_more_records_than_a_page_are_told_once_each(twin: Fxiaoke, crm: Connector) -> None:
    made = [f"{number:024x}" for number in range(250)]
    for one in made:
        twin.rows.add("AccountObj", {"name": one, "owner": [USER], "life_status": "normal"}, one)
    now = crm.probe().now
    assert now is not None
    assert [each.id for each in _listed(crm, "customer", now - AROUND, now + AROUND)] == made


def test_an_employee_whom_nobody_knows_is_told(url: str) -> None:
    with pytest.raises(RejectedError, match="no such employee"):
        connected(url, user_id="7").get("customer", "1")


def test_a_wrong_permanent_code_pauses_the_system(url: str) -> None:
    with pytest.raises(AuthError, match="permanentCode"):
        connected(url, permanent_code="wrong").get("customer", "1")


def test_a_sales_record_without_an_account_names_none(twin: Fxiaoke, crm: Connector) -> None:
    crm.create("record", {"active_record_content": "来电", "account": None, "tickethub_key__c": "L1"})
    (row,) = twin.rows.of("ActiveRecordObj")
    assert "related_object_data" not in row.doc


def test_an_order_is_told_with_its_lines_and_anew_when_one_of_them_changes(twin: Fxiaoke, crm: Connector) -> None:
    made = crm.create("customer", account("C"))
    kept = {"life_status": "normal", "owner": [USER]}
    order = twin.rows.add("SalesOrderObj", {**kept, "name": "O-1", "account_id": made.id, "order_amount": 2500.5}, "a1")
    lines = [f"{number:024x}" for number in range(150)]
    for one in lines:
        doc = {**kept, "order_id": "a1", "product_id__r": "V60", "quantity": 2, "sales_price": 1250.25}
        twin.rows.add("SalesOrderProductObj", doc, one)
    twin.rows.add("SalesOrderProductObj", {**kept, "order_id": "a1", "life_status": "invalid"}, "ff")
    told = crm.get("sales_order", "a1")
    assert told is not None
    assert (told.doc["name"], told.doc["account_id"], told.doc["order_amount"]) == ("O-1", made.id, "2500.5")
    assert [line["id"] for line in told.doc["lines"]] == lines
    first = {"id": lines[0], "product": "V60", "quantity": "2", "sales_price": "1250.25"}
    assert told.doc["lines"][0] == first
    order.changed_at -= timedelta(days=1)
    now = crm.probe().now
    assert now is not None
    assert {one.id for one in _listed(crm, "sales_order", now - AROUND, now + AROUND)} == {"a1"}


def test_a_contract_is_read(twin: Fxiaoke, crm: Connector) -> None:
    made = crm.create("customer", account("C"))
    doc = {"life_status": "under_review", "name": "HT-1", "account_id": made.id, "owner": [USER]}
    twin.rows.add("SaleContractObj", doc, "b1")
    told = crm.get("contract", "b1")
    assert told is not None
    assert told.doc == {"name": "HT-1", "account_id": made.id, "life_status": "under_review"}
