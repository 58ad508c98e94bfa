"""Kingdee, connected by YAML alone, against its twin: the contract of every connector, and Kingdee's own ways."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.rest import connect
from hub.domain.documents import Doc
from hub.domain.errors import AuthError, RejectedError, RetryableError, UnknownOutcomeError
from hub.files.connectors import load_connector
from hub.ports.connector import Connector, Remote, Setup
from hub.services.listing import ids_of
from hub.testing.connector_contract import AROUND, ConnectorContract, _listed
from hub.testing.twins.kingdee import Kingdee
from hub.testing.twins.kingdee.forms import FORMS
from tests.kingdee import Site, kingdee_site

pytestmark = pytest.mark.proves(product="kingdee", against="twin")

DECLARED = load_connector(Path(__file__).parents[2] / "connectors" / "kingdee.yaml")
DEFAULTS = {name: told["default"] for name, told in DECLARED.settings.items() if "default" in told}
FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)


def connected(url: str, **other: Any) -> Connector:
    settings = {**DEFAULTS, **Kingdee.settings, **Kingdee.secrets, "request_seconds": 10, "url": url, **other}
    return connect(Setup("erp", settings, DECLARED.objects, DECLARED.remote, DECLARED.connection))


def bill(key: str) -> Doc:
    lines = (("L1", "CALL-OUT", "1", "150", "6"), ("L2", "LABOUR", "1.5", "180.1", "13"))
    return {
        "FBillNo": key,
        "Customer": "CUST0001",
        "Currency": "PRE001",
        "Made": "2026-03-02 09:00:00",
        "FAR_Remark": "Visit 上门 'O''Brien' <A&B>",
        "Lines": [
            {
                "FComment": line,
                "Material": material,
                "FMaterialDesc": "Visit 上门服务",
                "FPriceQty": count,
                "FPrice": price,
                "FEntryTaxRate": rate,
            }
            for line, material, count, price, rate in lines
        ],
    }


def transfer(key: str, count: str = "2") -> Doc:
    return {
        "FBillNo": key,
        "Made": "2026-03-02 09:00:00",
        "Material": "P-FAN-01",
        "From": "CK001",
        "To": "VAN-LI",
        "FQty": count,
    }


def used(key: str, count: str = "1") -> Doc:
    made = "2026-03-02 09:00:00"
    return {"FBillNo": key, "Made": made, "Material": "P-FAN-01", "Stock": "CK001", "FQty": count}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with kingdee_site() as site:
        yield site


@pytest.fixture
def twin(site: Site) -> Kingdee:
    return site.open()


@pytest.fixture
def url(twin: Kingdee, site: Site) -> str:
    assert twin
    return site.url


@pytest.fixture
def erp(url: str) -> Connector:
    return connected(url)


def told(erp: Connector, name: str) -> dict[str, Doc]:
    return {one.id: one.doc for one in _listed(erp, name, FIRST_DAY, datetime.now(UTC) + AROUND)}


def audited(erp: Connector, name: str, doc: Doc) -> Remote:
    made = erp.create(name, doc)
    for action in ("Submit", "Audit"):
        erp.act(name, made.id, action)
    found = erp.get(name, made.id)
    assert found is not None
    return found


class TestInvoice(ConnectorContract):
    name = "invoice"

    @pytest.fixture
    def connector(self, erp: Connector) -> Connector:
        return erp

    @pytest.fixture
    def unreachable(self) -> Connector:
        return connected("http://127.0.0.1:9")

    @pytest.fixture
    def locked_out(self, url: str) -> Connector:
        return connected(url, app_secret="wrong")

    def document(self, key: str) -> Doc:
        return bill(key)

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "FAR_Remark": "Corrected 更正"}

    def refused(self, key: str) -> Doc:
        return {**bill(key), "Customer": "CUST9999"}

    def test_what_we_wrote_stands_in_the_record(self, created: Remote, key: str) -> None:
        """But for the time of day at which it was made, of which the day is told."""
        sent = {name: value for name, value in bill(key).items() if name not in {"Lines", "Made"}}
        assert {name: created.doc[name] for name in sent} == sent
        assert created.doc["FDATE"] == "2026-03-02"


# --- what comes in


@pytest.mark.proves(reads=("part", "product"))
def test_material_are_parts_or_products_by_their_group(erp: Connector) -> None:
    assert set(told(erp, "part")) == {"P-FAN-01", "P-CTRL-01"}
    assert told(erp, "product")["VENT-5"]["FName"] == "呼吸机 Ventilator"


def test_a_price_is_known_by_its_material(erp: Connector) -> None:
    price = erp.get("price", "P-FAN-01")
    assert price is not None
    assert price.doc == {"Material": "P-FAN-01", "FPrice": "320.5", "Currency": "PRE001"}
    assert erp.get("price", "P-CTRL-01") is None


@pytest.mark.proves(reads=("stock_level", "location", "sales_order"))
def test_stock_orders_and_warehouses_are_told(erp: Connector) -> None:
    (level,) = told(erp, "stock_level").values()
    assert level == {"Material": "P-FAN-01", "Stock": "CK001", "FBaseQty": "12.0", "FBaseLockQty": "1.0"}
    assert set(told(erp, "location")) == {"CK001", "VAN-LI"}
    order = told(erp, "sales_order")["XSDD000001"]
    assert (order["Customer"], order["FDate"], order["FBillAllAmount"]) == ("CUST0001", "2026-01-31", "632.8")


def test_a_blank_is_nothing(erp: Connector) -> None:
    customer = erp.get("customer", "CUST0001")
    assert customer is not None
    assert (customer.doc["FADDRESS"], customer.doc["FTEL"]) == (None, "021-12345678")


def test_data_of_another_organization_is_not_told(erp: Connector, twin: Kingdee) -> None:
    """Base data are shared: the same number stands there once for each organization that uses it."""
    twin.add("BD_Customer", **{**twin.bill("BD_Customer", "CUST0001").doc, "FUseOrgId": "200"})
    assert len(told(erp, "customer")) == 1


def test_more_rows_than_the_2000_of_a_query_are_told_once_each(erp: Connector, twin: Kingdee) -> None:
    """Many of them within one second, since a filter knows no less."""
    at = twin.clock()
    twin.rows.clock = lambda: at
    for number in range(2100):
        twin.add("BD_STOCK", FNumber=f"S{number:05}", FName="x", FUseOrgId="100")
    listed = [one.id for one in _listed(erp, "location", FIRST_DAY, datetime.now(UTC) + AROUND)]
    assert len(listed) == len(set(listed)) == 2102


@pytest.mark.proves(reads="customer", writes="customer")
def test_a_customer_is_made_and_audited_in_one_call(erp: Connector, twin: Kingdee) -> None:
    made = erp.create("customer", {"FName": "新客户", "F_TICKETHUB_KEY": "01K"})
    assert made.id.startswith("CUST")
    assert [one.id for one in erp.find("customer", "F_TICKETHUB_KEY", "01K")] == [made.id]
    assert twin.bill("BD_Customer", made.id).doc["FDocumentStatus"] == "C"


def test_a_customer_is_never_changed(erp: Connector) -> None:
    known = erp.get("customer", "CUST0001")
    assert known is not None
    assert erp.update("customer", known, {**known.doc, "F_TICKETHUB_KEY": "01K", "FTEL": "1"}) == known


# --- bills


def test_a_bill_is_saved_submitted_and_audited(erp: Connector) -> None:
    made = erp.create("invoice", bill("B1"))
    assert (made.id, made.doc["FDocumentStatus"]) == ("B1", "A")
    done = audited(erp, "invoice", bill("B2"))
    assert done.doc["FDocumentStatus"] == "C"
    totals = [done.doc[name] for name in ("FNoTaxAmountFor", "FTaxAmountFor", "FALLAMOUNTFOR")]
    assert totals == ["420.15", "44.12", "464.27"]


def test_an_audited_bill_is_not_written(erp: Connector) -> None:
    done = audited(erp, "invoice", bill("B1"))
    with pytest.raises(RejectedError, match="已审核"):
        erp.update("invoice", done, {**done.doc, "FAR_Remark": "late"})


def test_a_number_is_taken_once(erp: Connector, twin: Kingdee) -> None:
    """So that no repetition, however late, makes a second bill; the first one is looked up."""
    erp.create("invoice", bill("B1"))
    with pytest.raises(UnknownOutcomeError):
        erp.create("invoice", bill("B1"))
    assert len(twin.rows.of("AR_receivable")) == 1


@pytest.mark.parametrize("action", ["Audit", "CancelAssign"])
def test_a_step_out_of_its_order_is_refused(erp: Connector, action: str) -> None:
    erp.create("invoice", bill("B1"))
    with pytest.raises(RejectedError, match="不允许"):
        erp.act("invoice", "B1", action)


def test_a_submitted_bill_is_taken_back_and_deleted(erp: Connector) -> None:
    erp.create("invoice", bill("B1"))
    for action in ("Submit", "CancelAssign", "Delete"):
        erp.act("invoice", "B1", action)
    assert erp.get("invoice", "B1") is None


@pytest.mark.proves(reads="payment")
def test_a_receipt_is_a_payment_and_a_change_of_the_bill_that_it_clears(erp: Connector, twin: Kingdee) -> None:
    audited(erp, "invoice", bill("B1"))
    since = datetime.now(UTC) + timedelta(seconds=2)
    twin.rows.clock = lambda: datetime.now(UTC) + timedelta(seconds=3)
    twin.pay("B1", "64.27")
    (payment,) = told(erp, "payment").values()
    assert (payment["Invoice"], payment["FREALRECAMOUNTFOR_S"], payment["Customer"]) == ("B1", "64.27", "CUST0001")
    changed = {one.id: one.doc for one in _listed(erp, "invoice", since, datetime.now(UTC) + AROUND)}
    assert changed["B1"]["FWRITTENOFFSTATUS"] == "B"


@pytest.mark.proves(reads=("issue", "return"), writes=("issue", "return"))
def test_an_issue_moves_stock_and_a_return_brings_it_back(erp: Connector, twin: Kingdee) -> None:
    issue = audited(erp, "issue", transfer("I1"))
    assert (issue.doc["Material"], issue.doc["FQty"], issue.doc["From"]) == ("P-FAN-01", "2", "CK001")
    assert (twin.stock("P-FAN-01", "CK001"), twin.stock("P-FAN-01", "VAN-LI")) == (10, 2)
    audited(erp, "return", {**transfer("R1", "1"), "From": "VAN-LI", "To": "CK001"})
    assert (twin.stock("P-FAN-01", "CK001"), twin.stock("P-FAN-01", "VAN-LI")) == (11, 1)
    assert erp.get("issue", "R1") is None


def test_what_is_not_there_is_not_consumed(erp: Connector, twin: Kingdee) -> None:
    audited(erp, "consumption", used("U1"))
    assert twin.stock("P-FAN-01", "CK001") == 11
    erp.create("consumption", used("U2", "99"))
    erp.act("consumption", "U2", "Submit")
    with pytest.raises(RejectedError, match="负库存"):
        erp.act("consumption", "U2", "Audit")


# --- what goes wrong


def test_a_bill_that_somebody_has_open_is_tried_again(erp: Connector, twin: Kingdee) -> None:
    twin.locked = 1
    with pytest.raises(RetryableError):
        erp.create("invoice", bill("B1"))
    assert twin.rows.of("AR_receivable") == []


def test_an_exception_over_there_leaves_the_outcome_open(erp: Connector, twin: Kingdee) -> None:
    twin.failing = 1
    with pytest.raises(UnknownOutcomeError):
        erp.create("invoice", bill("B1"))
    assert [one.id for one in erp.find("invoice", "FBillNo", "B1")] == ["B1"]


@pytest.mark.parametrize(
    ("how", "error"), [("lost", UnknownOutcomeError), ("page", UnknownOutcomeError), ("before", RetryableError)]
)
def test_an_answer_that_is_none_is_no_success(erp: Connector, twin: Kingdee, how: str, error: type[Exception]) -> None:
    twin.faults.plan(how, path=".Save.")
    with pytest.raises(error):
        erp.create("invoice", bill("B1"))


@pytest.mark.parametrize(
    "wrong", [{"app_id": "654321_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4"}, {"app_id": "123456_YWJjZGVm"}, {"user": "nobody"}]
)
def test_whom_gateway_or_product_does_not_know_is_locked_out(url: str, wrong: dict[str, str]) -> None:
    with pytest.raises(AuthError):
        connected(url, **wrong).get("customer", "CUST0001")
    with pytest.raises(AuthError):
        connected(url, **wrong).create("invoice", bill("B1"))


def test_a_clock_that_is_far_off_is_told_by_the_gateway(url: str, twin: Kingdee) -> None:
    twin.gateway = lambda: datetime.now(UTC) + timedelta(minutes=6)
    with pytest.raises(AuthError, match="TimeStamp"):
        connected(url).get("customer", "CUST0001")


def test_an_apostrophe_ends_no_condition(erp: Connector) -> None:
    assert erp.get("customer", "x' or FNumber <> '") is None
    assert list(erp.find("customer", "F_TICKETHUB_KEY", "' or '1'='1")) == []


def test_every_field_that_is_asked_for_is_known_to_the_form(erp: Connector) -> None:
    """The twin refuses a query that names another one; probing asks for all objects."""
    assert erp.probe().problems == ()
    assert {told["own"]["form"] for told in DECLARED.remote.values()} <= set(FORMS)


@pytest.mark.parametrize("field", ["FNope", "FStockId.FNope", "FBaseQty.FNumber", "fbaseqty"])
def test_a_field_that_a_form_does_not_have_is_refused(url: str, field: str) -> None:
    told = DECLARED.remote["stock_level"]
    fields = {**told["fields"], "FBaseQty": {"from": field}}
    remote = {**DECLARED.remote, "stock_level": {**told, "fields": fields}}
    settings = {**DEFAULTS, **Kingdee.settings, **Kingdee.secrets, "request_seconds": 10, "url": url}
    (problem,) = connect(Setup("erp", settings, DECLARED.objects, remote, DECLARED.connection)).probe().problems
    assert "字段不存在" in str(problem)


@pytest.mark.parametrize("name", sorted(DECLARED.objects))
def test_the_ids_of_all_records_are_listed_alone(erp: Connector, twin: Kingdee, name: str) -> None:
    """A sweep concludes from them what was deleted."""
    for each, doc in (("invoice", bill("B1")), ("issue", transfer("I1")), ("return", transfer("R1"))):
        audited(erp, each, doc)
    audited(erp, "consumption", used("U1"))
    twin.pay("B1", "1.00")
    page = ids_of(erp, name, until=FIRST_DAY, after=None)
    assert page.after is None
    assert set(page.ids) == set(told(erp, name)) != set()
