"""Salesforce, connected by YAML alone, against its twin: the contract of every connector, and Salesforce's own ways."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.rest import connect
from connectors.rest import connected as connected_over
from hub.domain.documents import Doc
from hub.domain.errors import (
    AuthError,
    PositionLostError,
    RateLimitedError,
    RejectedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.files.connectors import load_connector
from hub.files.schema_import import import_schemas
from hub.files.schema_import.source import Source
from hub.ports.connector import Connector, Item, Remote, Setup
from hub.testing.connector_contract import AROUND, ConnectorContract, _listed
from hub.testing.hostile_answers import HostileAnswers
from hub.testing.twin.limits import RateLimit
from hub.testing.twin.refusals import RefusedError
from hub.testing.twins.salesforce import AUDIENCE, CLIENT, Salesforce
from hub.testing.twins.salesforce.objects import is_id, whole_id
from hub.testing.twins.salesforce.soql import parsed
from hub.testing.twins.salesforce.writing import USER
from hub.transport.guard import guard_of
from hub.transport.http import HttpClient, Limits

pytestmark = pytest.mark.proves(product="salesforce", against="twin")

DECLARED = load_connector(Path(__file__).parents[2] / "connectors" / "salesforce.yaml")
MISSING = "0015g0009999999AAA"


def setup(url: str, **other: Any) -> Setup:
    settings = {**Salesforce.settings, **Salesforce.secrets, "request_seconds": 10, "url": url, **other}
    return Setup("crm", settings, DECLARED.objects, DECLARED.remote, DECLARED.connection)


def connected(url: str, **other: Any) -> Connector:
    return connect(setup(url, **other))


def account(key: str, name: str = "Dongfang 东方诊所 'A' & <B>\\") -> Doc:
    return {"Name": name, "Phone": "021-12345678", "BillingCity": None, "TicketHub_Key__c": key}


@pytest.fixture
def twin() -> Salesforce:
    return Salesforce()


@pytest.fixture
def crm(url: str) -> Connector:
    return connected(url)


class OfTheTwin(ConnectorContract):
    missing_id: ClassVar[str] = MISSING

    @pytest.fixture
    def connector(self, crm: Connector) -> Connector:
        return crm

    @pytest.fixture
    def unreachable(self) -> Connector:
        return connected("http://127.0.0.1:9")

    @pytest.fixture
    def locked_out(self, url: str) -> Connector:
        return connected(url, client_secret="wrong")


class TestCustomer(OfTheTwin):
    name = "customer"

    def document(self, key: str) -> Doc:
        return account(key)

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "Name": f"{doc['Name']}+", "Phone": None}

    def refused(self, key: str) -> Doc:
        return {**account(key), "Name": "n" * 256}


class TestContact(OfTheTwin):
    name = "contact"

    @pytest.fixture(autouse=True)
    def _account(self, twin: Salesforce) -> None:
        self.account = twin.add("Account", Name="Dongfang")

    def document(self, key: str) -> Doc:
        return {
            "AccountId": self.account,
            "LastName": "李娜",
            "Title": "Head nurse 护士长",
            "MobilePhone": "+8613511112222",
            "Email": "li.na@dongfang.example",
            "TicketHub_Key__c": key,
        }

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "Title": f"{doc['Title']}+"}

    def refused(self, key: str) -> Doc:
        return {**self.document(key), "Email": "nobody"}


class TestCase(OfTheTwin):
    name = "case"

    def document(self, key: str) -> Doc:
        return {
            "Subject": "Alarm 呼吸机报警",
            "Description": "It beeps.\nAlways.",
            "Status": "New",
            "Priority": "High",
            "TicketHub_Number__c": "TK-1",
            "TicketHub_Closed_At__c": None,
            "TicketHub_Key__c": key,
        }

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "Subject": f"{doc['Subject']}+", "TicketHub_Closed_At__c": "2026-03-02T01:00:00+00:00"}

    def refused(self, key: str) -> Doc:
        return {**self.document(key), "AccountId": MISSING}


class TestTask(OfTheTwin):
    name = "task"

    def document(self, key: str) -> Doc:
        return {
            "Subject": "Call in",
            "TaskSubtype": "Call",
            "CallType": "Inbound",
            "Status": "Completed",
            "TicketHub_Started_At__c": "2026-03-02T01:00:00+00:00",
            "TicketHub_Key__c": key,
        }

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "CallDisposition": "normal"}

    def refused(self, key: str) -> Doc:
        return {**self.document(key), "CallType": "Sideways"}


class TestInteraction(OfTheTwin):
    name = "interaction"

    @pytest.fixture(autouse=True)
    def _account(self, twin: Salesforce) -> None:
        self.account = twin.add("Account", Name="Dongfang")

    def document(self, key: str) -> Doc:
        return {
            "Subject": "Fair 展会",
            "Description": "Wants a price.",
            "TaskSubtype": "Email",
            "CallType": "Inbound",
            "Status": "Completed",
            "WhatId": self.account,
            "TicketHub_Ended_At__c": "2026-03-02T01:00:00+00:00",
            "TicketHub_Key__c": key,
        }

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "Description": "Wants two prices."}

    def refused(self, key: str) -> Doc:
        return {**self.document(key), "TaskSubtype": "Chat"}


class TestLead(OfTheTwin):
    name = "lead"

    def document(self, key: str) -> Doc:
        return {
            "Company": "Dongfang 东方诊所",
            "LastName": "Warranty ends",
            "Status": "Open - Not Contacted",
            "TicketHub_Cause__c": "warranty_ends",
            "TicketHub_Due_On__c": "2026-05-01",
            "TicketHub_Key__c": key,
        }

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "Description": "Soon"}

    def refused(self, key: str) -> Doc:
        return {**self.document(key), "Company": None}


@pytest.fixture
def case_id(twin: Salesforce) -> str:
    return twin.add("Case", Subject="Alarm", Status="New", IsClosed=False)


@pytest.mark.proves(reads="case_comment", writes="case_comment")
def test_a_comment_is_written_read_back_listed_and_found_by_its_case(
    twin: Salesforce, crm: Connector, case_id: str
) -> None:
    sent = {"ParentId": case_id, "CommentBody": "It's \\ <b>备注</b>\n?", "IsPublished": True}
    made = crm.create("case_comment", sent)
    assert made.doc | sent == made.doc
    assert (made.doc["author"], made.doc["case_is_closed"]) == ("TicketHub", False)
    other = twin.comment(case_id, "From sales")
    assert crm.get("case_comment", made.id) == made
    assert {one.id for one in crm.find("case_comment", "ParentId", case_id)} == {made.id, other}
    now = made.changed_at
    assert now is not None
    page = crm.changes("case_comment", since=now - timedelta(hours=1), until=now + timedelta(hours=1))
    assert {one.id: one.doc["author"] for one in page.records} == {made.id: "TicketHub", other: "Wang Li"}


@pytest.mark.parametrize("body", ["x" * 4001, "备" * 1334, None])
def test_a_comment_of_more_than_4000_bytes_or_on_no_case_is_refused(
    twin: Salesforce, crm: Connector, case_id: str, body: str | None
) -> None:
    parent = case_id if body else MISSING
    with pytest.raises(RejectedError):
        crm.create("case_comment", {"ParentId": parent, "CommentBody": body or "Hi", "IsPublished": False})
    assert twin.rows.of("CaseComment") == []


class TestHostileAnswers(HostileAnswers):
    """Once we are let in, nothing that comes is believed."""

    good: ClassVar[bytes] = b'{"records": [], "done": true, "id": "0015g0000000001AAA", "access_token": "t"}'

    def connect(self, url: str) -> Connector:
        http = HttpClient("crm", Limits(read=0.5, total=1), guard_of("crm", [url]))
        connector = connected_over(setup(url), http)
        connector.get("customer", MISSING)
        return connector

    def read(self, connector: Connector) -> object:
        return connector.get("customer", MISSING)

    def write(self, connector: Connector) -> object:
        return connector.create("customer", account("K1"))


# --- how it lets us in


def test_a_session_that_ended_is_renewed_and_the_write_happens_once(twin: Salesforce, crm: Connector) -> None:
    crm.create("customer", account("K1"))
    twin.end_sessions()
    crm.create("customer", account("K2"))
    assert twin.tokens == 2
    assert len(twin.rows.of("Account")) == 2


def test_an_assertion_signed_with_our_key_lets_us_in_too(twin: Salesforce, url: str) -> None:
    """As docs/howto/connect-salesforce.md writes it into a copy of the connector file."""
    key = rsa.generate_private_key(65537, 2048)
    twin.public_key = key.public_key()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    jwt = {"issuer": "{client_id}", "subject": "{user}", "audience": AUDIENCE, "key": "{private_key}"}
    auth = {**DECLARED.connection["auth"], "grant": "jwt_bearer", "jwt": jwt}
    settings = {"client_id": CLIENT["client_id"], "user": USER, "private_key": pem, "url": url, "request_seconds": 10}
    connection = {**DECLARED.connection, "auth": auth}
    crm = connect(Setup("crm", settings, DECLARED.objects, DECLARED.remote, connection))
    assert crm.get("customer", MISSING) is None
    wrong = connect(Setup("crm", {**settings, "user": "other"}, DECLARED.objects, DECLARED.remote, connection))
    with pytest.raises(AuthError, match="approved"):
        wrong.get("customer", MISSING)


def test_beyond_the_limit_of_the_day_everybody_waits(twin: Salesforce, crm: Connector) -> None:
    twin.limit = RateLimit(1, timedelta(days=1))
    crm.get("customer", MISSING)
    with pytest.raises(RateLimitedError):
        crm.create("customer", account("K1"))
    assert twin.left == 0


# --- reading


def test_pages_are_as_long_as_salesforce_likes(twin: Salesforce, crm: Connector) -> None:
    """It may tell fewer rows than the 2,000 that it promises."""
    twin.reading.page = 3
    made = [twin.add("Account", Name=f"A{number}") for number in range(8)]
    now = crm.probe().now
    assert now is not None
    assert [one.id for one in _listed(crm, "customer", now - AROUND, now + AROUND)] == made
    assert len(crm.find("customer", "Phone", "1")) == 0


def test_changes_are_told_in_their_order_not_in_that_of_ids(twin: Salesforce, crm: Connector) -> None:
    first, second = (twin.add("Account", Name=name) for name in "ab")
    twin.rows.by_kind["Account"][second].changed_at -= timedelta(seconds=2)
    now = crm.probe().now
    assert now is not None
    assert [one.id for one in _listed(crm, "customer", now - AROUND, now + AROUND)] == [second, first]


def test_a_locator_that_ended_begins_the_listing_anew(twin: Salesforce, crm: Connector) -> None:
    twin.reading.page = 1
    for name in "ab":
        twin.add("Account", Name=name)
    now = crm.probe().now
    assert now is not None
    page = crm.changes("customer", since=now - AROUND, until=now + AROUND)
    twin.reading.locators.clear()
    with pytest.raises(PositionLostError):
        crm.changes("customer", since=now - AROUND, until=now + AROUND, after=page.after)


def test_a_quote_in_a_value_stays_in_it(twin: Salesforce, crm: Connector) -> None:
    name = "x' OR Name != '\\"
    wanted = twin.add("Account", Name=name)
    twin.add("Account", Name="y")
    assert [one.id for one in crm.find("customer", "Name", name)] == [wanted]


def test_what_lies_in_the_bin_is_gone_and_what_was_merged_tells_where_to(twin: Salesforce, crm: Connector) -> None:
    lost, loser, winner = (twin.add("Account", Name=name) for name in "abc")
    twin.delete("Account", lost)
    twin.merge("Account", loser, winner)
    now = crm.probe().now
    assert now is not None
    page = crm.changes("customer", since=now - AROUND, until=now + AROUND)
    assert page.gone == (lost,)
    assert {one.id: one.merged_into for one in page.records} == {loser: winner, winner: None}
    assert crm.get("customer", lost) is None
    merged = crm.get("customer", loser)
    assert merged is not None
    assert merged.merged_into == winner


def test_an_order_is_told_with_its_lines_and_anew_when_one_of_them_changes(twin: Salesforce, crm: Connector) -> None:
    account_id, product = twin.add("Account", Name="A"), twin.add("Product2", Name="Ventilator V60")
    order = twin.add("Order", AccountId=account_id, EffectiveDate="2026-01-31", Status="Activated")
    line = twin.add("OrderItem", OrderId=order, Product2Id=product, Quantity=2.0, UnitPrice=1250.25)
    told = crm.get("sales_order", order)
    assert told is not None
    assert told.doc == {
        "OrderNumber": "00000003",
        "AccountId": account_id,
        "EffectiveDate": "2026-01-31",
        "StatusCode": "Activated",
        "TotalAmount": "2500.5",
        "lines": [
            {"id": line, "product": "Ventilator V60", "Description": None, "Quantity": "2.0", "UnitPrice": "1250.25"}
        ],
    }
    at = twin.rows.by_kind["Order"][order]
    at.changed_at -= timedelta(days=1)
    now = crm.probe().now
    assert now is not None
    assert order in [one.id for one in _listed(crm, "sales_order", now - AROUND, now + AROUND)]


def test_contracts_are_read(twin: Salesforce, crm: Connector) -> None:
    account_id = twin.add("Account", Name="A")
    one = twin.add("Contract", AccountId=account_id, Status="In Approval Process", StartDate="2026-01-01")
    other = twin.add("ServiceContract", AccountId=account_id, Name="Full", Status="Active", EndDate="2026-12-31")
    first, second = crm.get("contract", one), crm.get("service_contract", other)
    assert first is not None
    assert second is not None
    assert (first.doc["StatusCode"], first.doc["StartDate"]) == ("InApproval", "2026-01-01")
    assert (second.doc["Status"], second.doc["EndDate"]) == ("Active", "2026-12-31")


def test_what_salesforce_says_of_an_object_becomes_its_schema(crm: Connector) -> None:
    description = crm.describe("case")  # type: ignore[attr-defined] # it describes
    source = Source(json.dumps(description.document), description.kind, "case", "case")
    (schema,) = import_schemas(source, "crm").values()
    assert schema["properties"]["Subject"]["maxLength"] == 255
    assert schema["properties"]["CaseNumber"]["readOnly"]
    assert schema["properties"]["TicketHub_Closed_At__c"]["format"] == "date-time"
    assert schema["properties"]["AccountId"]["x-refers-to"] == "Account"


# --- writing


def test_a_write_whose_answer_is_lost_is_made_again_without_a_second_record(twin: Salesforce, crm: Connector) -> None:
    twin.faults.plan("lost", "PATCH", "TicketHub_Key__c")
    with pytest.raises(UnknownOutcomeError):
        crm.create("customer", account("K1"))
    crm.create("customer", account("K1"))
    assert len(twin.rows.of("Account")) == 1


def test_a_key_that_stands_in_two_records_is_refused(twin: Salesforce, crm: Connector) -> None:
    """An administrator forgot to make the field unique."""
    for name in "ab":
        twin.add("Account", Name=name, TicketHub_Key__c="K1")
    with pytest.raises(RejectedError, match="sobjects/Account"):
        crm.create("customer", account("K1"))


def test_a_record_that_somebody_else_is_writing_is_tried_again(twin: Salesforce, crm: Connector) -> None:
    made = crm.create("customer", account("K1"))
    twin.writing.locked.add(made.id)
    with pytest.raises(RetryableError):
        crm.update("customer", made, {**made.doc, "Phone": "1"})
    twin.writing.locked.clear()
    assert crm.update("customer", made, {**made.doc, "Phone": "1"}).doc["Phone"] == "1"


def test_a_duplicate_rule_over_there_is_told(twin: Salesforce, crm: Connector) -> None:
    twin.writing.blocks_duplicates = True
    crm.create("customer", account("K1"))
    with pytest.raises(RejectedError, match="one of these records"):
        crm.create("customer", account("K2"))


def test_the_name_of_a_person_account_is_not_written(twin: Salesforce, crm: Connector) -> None:
    row_id = twin.add("Account", FirstName="Na", LastName="Li", IsPersonAccount=True)
    person = crm.get("customer", row_id)
    assert person is not None
    assert person.doc["Name"] == "Na Li"
    with pytest.raises(RejectedError, match="bad field names"):
        crm.update("customer", person, {**person.doc, "Name": "Li Na"})
    assert crm.update("customer", person, {**person.doc, "Phone": "1"}).doc["Phone"] == "1"


def test_a_record_in_the_bin_is_not_written(twin: Salesforce, crm: Connector) -> None:
    made = crm.create("customer", account("K1"))
    twin.delete("Account", made.id)
    with pytest.raises(StaleError):
        crm.update("customer", made, {**made.doc, "Phone": "1"})


def test_each_of_a_batch_has_an_outcome_of_its_own(twin: Salesforce, crm: Connector) -> None:
    known = crm.create("customer", account("K0"))
    locked = crm.create("customer", account("K9"))
    twin.writing.locked.add(locked.id)
    before = twin.limit.calls - twin.left
    outcomes = crm.write_many(  # type: ignore[attr-defined] # it batches
        "customer",
        [
            Item("new", account("K1")),
            Item("wrong", account("K2", "n" * 256)),
            Item("other", account("K3")),
            Item("known", {**known.doc, "Phone": "1"}, known),
            Item("locked", {**locked.doc, "Phone": "1"}, locked),
        ],
    )
    assert isinstance(outcomes["new"], Remote)
    assert outcomes["new"].doc["TicketHub_Key__c"] == "K1"
    assert isinstance(outcomes["wrong"], RejectedError)
    assert isinstance(outcomes["other"], Remote)
    assert isinstance(outcomes["known"], Remote)
    assert outcomes["known"].doc["Phone"] == "1"
    assert isinstance(outcomes["locked"], RetryableError)
    assert len(twin.rows.of("Account")) == 4
    assert twin.limit.calls - twin.left - before == 6  # two writes, two looks before, two after


@pytest.mark.parametrize(
    ("how", "error"), [("page", UnknownOutcomeError), ("broken", UnknownOutcomeError), ("before", RetryableError)]
)
def test_what_is_no_answer_of_salesforce_is_no_success(
    twin: Salesforce, crm: Connector, how: str, error: type[Exception]
) -> None:
    twin.faults.plan(how, "PATCH", "TicketHub_Key__c")
    with pytest.raises(error):
        crm.create("customer", account("K1"))


def test_plans_and_tasks_of_nobody_are_not_told_as_interactions(twin: Salesforce, crm: Connector) -> None:
    user, account_id = twin.add("User", Name="Wang Fang"), twin.add("Account", Name="A")
    person = twin.add("Contact", LastName="Li", AccountId=account_id)
    twin.add("Task", Subject="Plan", WhatId=account_id, Status="Not Started")
    twin.add("Task", Subject="Nobody", Status="Completed")
    done = twin.add("Task", Subject="Done", WhoId=person, Status="Completed", OwnerId=user)
    now = crm.probe().now
    assert now is not None
    (told,) = _listed(crm, "interaction", now - AROUND, now + AROUND)
    assert (told.id, told.doc["AccountId"], told.doc["owner"]) == (done, account_id, "Wang Fang")
    assert told.doc["CompletedDateTime"].endswith("+00:00")


def test_a_lead_is_converted_by_people_alone_and_not_written_after_that(twin: Salesforce, crm: Connector) -> None:
    doc = {"Company": "A", "LastName": "B", "Status": "Open - Not Contacted", "TicketHub_Key__c": "K1"}
    with pytest.raises(RejectedError, match="convertLead"):
        crm.create("lead", {**doc, "Status": "Closed - Converted"})
    made = crm.create("lead", doc)
    twin.convert(made.id)
    now = crm.get("lead", made.id)
    assert now is not None
    assert (now.doc["Status"], now.doc["IsConverted"]) == ("Closed - Converted", True)
    with pytest.raises(RejectedError, match="converted lead"):
        crm.update("lead", now, {**now.doc, "Description": "Late"})


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT Id FROM Account WHERE SystemModstamp > '2026-01-01T00:00:00Z'", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE SystemModstamp > 2026-01-01", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Name = Dongfang", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE IsDeleted = 'true'", "INVALID_FIELD"),
        ("SELECT Id FROM Case WHERE Description = 'a'", "INVALID_FIELD"),
        ("SELECT Id FROM Case ORDER BY TicketHub_Remedy__c", "INVALID_FIELD"),
        ("SELECT Id, Id FROM Account", "INVALID_FIELD"),
        ("SELECT Nothing FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Nothing", "INVALID_TYPE"),
        ("SELECT Id FROM Account WHERE Id = '7'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Account WHERE Name = 'a\\x'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name = 'a' OR Name = 'b'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account; DELETE", "MALFORMED_QUERY"),
    ],
)
def test_the_twin_refuses_what_is_no_query(query: str, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        parsed(query)
    assert refused.value.code == code


def test_ids_of_fifteen_letters_have_the_suffix_of_the_documents() -> None:
    """It says which of them are capitals, by fives."""
    assert whole_id("001A0000006Vm9r") == "001A0000006Vm9rIAC"
    assert not is_id("001A0000006Vm9rIAD")
