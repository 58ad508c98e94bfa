"""The OData driver against the twin of SAP S/4HANA: the contract that every connector keeps, and SAP's own ways."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import orjson
import pytest
import requests

from hub.bootstrap.remote_schemas import live_schema
from hub.domain.documents import Doc
from hub.domain.errors import (
    AuthError,
    RateLimitedError,
    RejectedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.ports.connector import Connector, Item, Remote
from hub.testing.connector_contract import AROUND, ConnectorContract, _listed
from hub.testing.twin.limits import RateLimit
from hub.testing.twin.twin import serving
from hub.testing.twins.sap_s4hana import MAIN, PLANT, VAN, S4HanaTwin
from tests.sap import DECLARED, connected, patient_twin

pytestmark = pytest.mark.proves(product="sap_s4hana", against="twin")


@pytest.fixture(scope="module")
def sap() -> S4HanaTwin:
    return patient_twin()


@pytest.fixture(scope="module")
def url(sap: S4HanaTwin) -> Iterator[str]:
    with serving(sap) as address:
        yield address


@pytest.fixture(scope="module")
def erp(url: str) -> Connector:
    return connected(url)


def partner(key: str, name: str = "Dongfang Clinic 东方诊所") -> Doc:
    return {
        "HubKey": key,
        "BusinessPartnerCategory": "2",
        "OrganizationBPName1": name,
        "CorrespondenceLanguage": "ZH",
        "Address": {
            "StreetName": "12 Renmin Road 人民路12号",
            "CityName": "Nanjing 南京",
            "PostalCode": "210000",
            "Country": "CN",
            "Mobiles": [{"PhoneNumberType": "3", "PhoneNumber": "+8613511112222", "DestinationLocationCountry": "CN"}],
            "Mails": [{"EmailAddress": "desk@dongfang.example", "IsDefaultEmailAddress": True}],
        },
        "Taxes": [{"BPTaxType": "CN5", "BPTaxNumber": "91320100MA1ABCDE0X"}],
    }


def bill(key: str, party: str) -> Doc:
    def line(name: str, material: str, quantity: str, rate: str) -> Doc:
        price = {"ConditionRateValue": rate, "ConditionCurrency": "CNY"}
        return {"PurchaseOrderByCustomer": name, "Material": material, "RequestedQuantity": quantity, "Price": price}

    return {
        "PurchaseOrderByCustomer": key,
        "SoldToParty": party,
        "TransactionCurrency": "CNY",
        "Lines": [line("L1", "CALL-OUT", "1", "150"), line("L2", "LABOUR", "1.5", "180.00")],
    }


class OfTheTwin(ConnectorContract):
    missing_id: ClassVar[str] = "99999999"

    @pytest.fixture
    def connector(self, erp: Connector) -> Connector:
        return erp

    @pytest.fixture
    def unreachable(self) -> Connector:
        return connected("http://127.0.0.1:9")

    @pytest.fixture
    def locked_out(self, url: str) -> Connector:
        return connected(url, password="wrong")


class TestCustomer(OfTheTwin):
    name = "customer"

    def document(self, key: str) -> Doc:
        return {name: value for name, value in partner(key).items() if name != "Address"}

    def changed(self, doc: Doc) -> Doc:
        name = f"{doc['OrganizationBPName1']}+"
        return {**doc, "OrganizationBPName1": name, "BusinessPartnerFullName": name}

    def refused(self, key: str) -> Doc:
        return {**partner(key), "BusinessPartnerCategory": "9"}


class TestCreditMemoRequest(OfTheTwin):
    name = "credit_memo_request"

    @pytest.fixture(autouse=True)
    def _customer(self, erp: Connector) -> None:
        self.party = erp.create("customer", partner("C")).id

    def document(self, key: str) -> Doc:
        return bill(key, self.party)

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "Lines": [{**doc["Lines"][0], "Text": "Call-out 上门费"}, *doc["Lines"][1:]]}

    def refused(self, key: str) -> Doc:
        return bill(key, "NOBODY")


# --- SAP's own ways


def every(erp: Connector, name: str) -> list[str]:
    found, after = list[str](), None
    while True:
        page = erp.ids(name, after)  # type: ignore[attr-defined] # it lists ids
        found += page.ids
        after = page.after
        if after is None:
            return found


@pytest.fixture
def own() -> Iterator[tuple[S4HanaTwin, str]]:
    """A twin of the test's own."""
    twin = patient_twin()
    with serving(twin) as address:
        yield twin, address


Own = tuple[S4HanaTwin, str]


def paged(url: str, page: int) -> Connector:
    setup = {**DECLARED.connection, "page": page}
    return connected(url, connection=setup)


@pytest.mark.parametrize(("page", "cap"), [(2, 1000), (500, 2), (3, 3)])
def test_pages_tell_each_record_once(own: Own, page: int, cap: int) -> None:
    """Whether we ask for less, or the service tells less than we ask for."""
    twin, url = own
    twin.store.cap = cap
    erp = paged(url, page)
    made = [erp.create("customer", partner(f"K{number}")) for number in range(5)]
    now = erp.probe().now
    assert now is not None
    listed = [each.id for each in _listed(erp, "customer", now - AROUND, now + AROUND)]
    assert sorted(listed) == sorted(each.id for each in made)
    assert every(erp, "customer") == [each.id for each in made]


def test_a_record_that_changes_while_pages_are_read_is_told_again_and_none_is_skipped(own: Own) -> None:
    """T21."""
    _, url = own
    erp = paged(url, 2)
    made = [erp.create("customer", partner(f"K{number}")) for number in range(5)]
    now = erp.probe().now
    assert now is not None
    first = erp.changes("customer", since=now - AROUND, until=now + AROUND)
    erp.update("customer", made[0], {**made[0].doc, "OrganizationBPName1": "New name"})
    listed, after = [each.id for each in first.records], first.after
    while after is not None:
        page = erp.changes("customer", since=now - AROUND, until=now + AROUND, after=after)
        listed += [each.id for each in page.records]
        after = page.after
    assert {each.id for each in made} <= set(listed)


def test_telephones_are_changed_added_and_removed_in_one_changeset(sap: S4HanaTwin, erp: Connector) -> None:
    made = erp.create("customer", partner("K-PHONES"))
    writes = len(sap.writes)
    address = made.doc["Address"]
    mobile = {**address["Mobiles"][0], "PhoneNumber": "+8613900001111"}
    line = {"PhoneNumberType": "1", "PhoneNumber": "+862512345678", "DestinationLocationCountry": "CN"}
    wanted = {**made.doc, "Address": {**address, "Mobiles": [mobile], "Phones": [line], "Mails": []}}
    updated = erp.update("customer", made, wanted)
    assert [each["PhoneNumber"] for each in updated.doc["Address"]["Mobiles"]] == ["+8613900001111"]
    assert [each["PhoneNumber"] for each in updated.doc["Address"]["Phones"]] == ["+862512345678"]
    assert updated.doc["Address"]["Mails"] == []
    assert sorted(method for method, _ in sap.writes[writes:]) == ["DELETE", "PATCH", "POST"]


def test_a_changeset_of_which_one_write_is_refused_changes_nothing(erp: Connector) -> None:
    made = erp.create("customer", partner("K-ATOM"))
    wanted = {**made.doc, "OrganizationBPName1": "Other", "Taxes": [{"BPTaxType": "XX9", "BPTaxNumber": "1"}]}
    with pytest.raises(RejectedError, match="R1/218"):
        erp.update("customer", made, wanted)
    assert erp.get("customer", made.id) == made


def test_a_write_that_something_in_between_repeats_is_stale_the_second_time(sap: S4HanaTwin, erp: Connector) -> None:
    made = erp.create("customer", partner("K-TWICE"))
    sap.faults.plan("twice", "PATCH", "A_BusinessPartner")
    with pytest.raises(StaleError):
        erp.update("customer", made, {**made.doc, "OrganizationBPName1": "Once"})
    now = erp.get("customer", made.id)
    assert now is not None
    assert now.doc["OrganizationBPName1"] == "Once"


def test_a_batch_tells_what_became_of_each(sap: S4HanaTwin, erp: Connector) -> None:
    seen = erp.create("customer", partner("K-B0"))
    items = [
        Item("one", partner("K-B1")),
        Item("two", {**partner("K-B2"), "BusinessPartnerCategory": "9"}),
        Item("three", partner("K-B3")),
        Item("old", {**seen.doc, "OrganizationBPName1": "Batched"}, seen),
        Item("stale", {**seen.doc, "OrganizationBPName1": "X"}, Remote(seen.id, seen.doc, "another")),
    ]
    told = erp.write_many("customer", items)  # type: ignore[attr-defined] # it takes batches
    assert {key: type(each) for key, each in told.items()} == {
        "one": Remote, "two": RejectedError, "three": Remote, "old": Remote, "stale": StaleError,
    }  # fmt: skip
    assert told["old"].doc["OrganizationBPName1"] == "Batched"
    assert [each.id for each in erp.find("customer", "HubKey", "K-B1")] == [told["one"].id]
    assert list(erp.find("customer", "HubKey", "K-B2")) == []


@pytest.mark.parametrize("how", ["lost", "broken", "error", "page"])
def test_a_batch_without_a_whole_answer_is_looked_up(own: Own, how: str) -> None:
    twin, url = own
    erp = connected(url)
    erp.create("customer", partner("K0"))
    twin.faults.plan(how, "POST", "$batch")
    items = [Item("one", partner("K1")), Item("two", partner("K2"))]
    try:
        told = dict(erp.write_many("customer", items))  # type: ignore[attr-defined] # it takes batches
    except UnknownOutcomeError:
        told = {}
    assert all(isinstance(each, (UnknownOutcomeError, Remote)) for each in told.values())
    assert len(erp.find("customer", "HubKey", "K2")) == (0 if how == "page" else 1)


def test_many_threads_share_one_session(own: Own) -> None:
    twin, url = own
    erp = connected(url)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: erp.create("customer", partner(f"K{number}")), range(16)))
    assert len({each.id for each in made}) == 16
    assert len(twin.sessions) == 1


def test_a_session_that_ended_is_begun_anew_once(own: Own) -> None:
    twin, url = own
    erp = connected(url)
    erp.create("customer", partner("K0"))
    twin.end_sessions()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: erp.create("customer", partner(f"K{number}")), range(1, 5)))
    assert len(twin.sessions) == 1
    assert len(twin.store.table("A_BusinessPartner")) == 5


def test_too_many_requests_say_how_long_to_wait(own: Own) -> None:
    twin, url = own
    twin.limit = RateLimit(1, timedelta(seconds=60))
    with pytest.raises(RateLimitedError) as asked:
        connected(url).get("customer", "1")
    assert asked.value.retry_after == 1


def test_a_service_that_was_taken_away_is_no_record_that_is_gone(own: Own) -> None:
    """Else a sweep would conclude that every customer was deleted."""
    twin, url = own
    erp = connected(url)
    made = erp.create("customer", partner("K0"))
    twin.services = {}
    with pytest.raises(RejectedError, match="MED/170"):
        erp.get("customer", made.id)


def test_a_refusal_names_code_and_property_and_no_value(erp: Connector) -> None:
    with pytest.raises(RejectedError) as refused:
        erp.create("debit_memo_request", bill("K-SECRET", "NOBODY77"))
    assert "VP/112" in str(refused.value)
    assert "NOBODY77" not in str(refused.value)


@pytest.mark.parametrize("how", ["page", "broken", "before"])
def test_a_read_without_a_whole_answer_may_be_asked_again(own: Own, how: str) -> None:
    twin, url = own
    erp = connected(url)
    made = erp.create("customer", partner("K0"))
    twin.faults.plan(how, "GET", "A_BusinessPartner")
    with pytest.raises(RetryableError):
        erp.get("customer", made.id)
    assert erp.get("customer", made.id) == made


def test_wrong_credentials_are_tried_once(own: Own) -> None:
    """SAP locks a user after a few wrong passwords."""
    twin, url = own
    with pytest.raises(AuthError):
        connected(url, password="wrong").create("customer", partner("K0"))
    assert len(twin.faults.calls) == 1


@pytest.mark.proves(writes="issue", reads=("issue", "stock_level", "location"))
def test_stock_is_told_by_place_and_follows_its_movements(sap: S4HanaTwin, erp: Connector) -> None:
    now = erp.probe().now
    assert now is not None
    item = {
        "Material": "P-FILT-01", "Place": f"{PLANT},{MAIN}", "QuantityInEntryUnit": "2", "To": f"{PLANT},{VAN}",
        "MaterialDocumentItemText": "K-MOVE",
    }  # fmt: skip
    moved = erp.create("issue", {"Item": item})
    assert moved.doc["state"] == "posted"
    assert [each.id for each in erp.find("issue", "Item.MaterialDocumentItemText", "K-MOVE")] == [moved.id]
    levels = {each.id: each.doc for each in _listed(erp, "stock_level", now - AROUND, now + AROUND)}
    assert levels[f"P-FILT-01,{PLANT},{VAN}"]["MatlWrhsStkQtyInMatlBaseUnit"].startswith("2.0")
    assert erp.get("stock_level", f"P-FILT-01,{PLANT},NONE") is None
    assert f"{PLANT},{VAN}" in every(erp, "location")
    assert sap.own.stocks.level("P-FILT-01", PLANT, VAN)["MatlWrhsStkQtyInMatlBaseUnit"] == 2


@pytest.mark.parametrize(
    "name", [name for name in DECLARED.objects if name not in {"debit_memo_request", "credit_memo_request"}]
)
def test_the_stored_schema_is_what_the_services_say(erp: Connector, name: str) -> None:
    told = live_schema(erp, name, "sap_s4hana")
    stored = Path(__file__).parents[2] / "schemas" / "remote" / "sap_s4hana" / f"{name}.json"
    assert told == orjson.loads(stored.read_bytes())


def test_a_read_only_object_is_not_written(erp: Connector) -> None:
    with pytest.raises(RejectedError):
        erp.create("billing_document", {})


# --- the twin itself


def asked(url: str, path: str, method: str = "GET", **more: Any) -> requests.Response:
    address = f"{url}/sap/opu/odata/sap/API_BUSINESS_PARTNER/{path}"
    return requests.request(method, address, auth=(S4HanaTwin.user, S4HanaTwin.password), timeout=10, **more)


def test_the_twin_wants_a_token_with_its_own_cookies(url: str) -> None:
    fetched = asked(url, "", headers={"X-CSRF-Token": "Fetch"})
    token = fetched.headers["X-CSRF-Token"]
    for headers, cookies in (({}, fetched.cookies), ({"X-CSRF-Token": token}, None)):
        refused = asked(url, "A_BusinessPartner", "POST", json={}, headers=headers, cookies=cookies)
        assert (refused.status_code, refused.headers["X-CSRF-Token"]) == (403, "Required")
    taken = asked(url, "A_BusinessPartner", "POST", json={}, headers={"X-CSRF-Token": token}, cookies=fetched.cookies)
    assert taken.status_code == 400


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"Colour": "red"}, "Colour"),
        ({"Customer": "1"}, "Customer"),
        ({"OrganizationBPName1": "x" * 41}, "OrganizationBPName1"),
        ({"BusinessPartnerIsBlocked": "yes"}, "BusinessPartnerIsBlocked"),
        ({"BusinessPartner": "1"}, "assigned internally"),
    ],
)
def test_the_twin_refuses_what_sap_does_not_know(url: str, body: Doc, wrong: str) -> None:
    fetched = asked(url, "", headers={"X-CSRF-Token": "Fetch"})
    headers = {"X-CSRF-Token": fetched.headers["X-CSRF-Token"]}
    whole = {"BusinessPartnerCategory": "2", "OrganizationBPName1": "A"} | body
    refused = asked(url, "A_BusinessPartner", "POST", json=whole, headers=headers, cookies=fetched.cookies)
    assert refused.status_code == 400
    assert wrong in refused.json()["error"]["message"]["value"]


def test_the_twin_changes_nothing_without_a_version_or_under_an_old_one(url: str, erp: Connector) -> None:
    made = erp.create("customer", partner("K-ETAG"))
    fetched = asked(url, "", headers={"X-CSRF-Token": "Fetch"})
    headers = {"X-CSRF-Token": fetched.headers["X-CSRF-Token"]}
    path, body = f"A_BusinessPartner('{made.id}')", {"OrganizationBPName1": "B"}
    for told, status in ((None, 428), ("W/\"'0'\"", 412)):
        more = {"If-Match": told} if told else {}
        answer = asked(url, path, "PATCH", json=body, headers={**headers, **more}, cookies=fetched.cookies)
        assert answer.status_code == status
    assert erp.get("customer", made.id) == made


@pytest.mark.parametrize(
    "query",
    ["$filter=Colour eq 'red'", "$filter=CreationDate eq '2026-01-01'", "$select=to_BuPaIdentification/BusinessPartner",
     "$expand=to_Colours", "$filter=Customer eq", "$colour=red"],
)  # fmt: skip
def test_the_twin_refuses_queries_that_sap_would_not_understand(url: str, query: str) -> None:
    assert asked(url, f"A_BusinessPartner?{query}").status_code == 400
