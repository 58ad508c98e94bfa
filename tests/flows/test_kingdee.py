"""Both ways between a hub and the twin of Kingdee: books come in, a bill goes out once in three steps, and is paid."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from hub.bootstrap import build
from hub.domain.documents import Doc
from hub.ports.records import Record
from hub.services import outbound, queue, tickets
from hub.testing.twin.rows import Row
from hub.testing.twins.kingdee import Kingdee
from tests.beside import Beside
from tests.hub_process import RunningClock
from tests.kingdee import Site, kingdee_site
from tests.laid_out import lay_out

SETTINGS = """
systems:
  erp:
    connector: kingdee
    settings: {{url: "{url}", {told}}}
    secrets: {{app_id: env/KINGDEE_APP_ID, app_secret: env/KINGDEE_APP_SECRET}}
    mappings: [kingdee]
    request_limit: 5 s
"""
LINE = {
    "id": "L1",
    "code": "labour",
    "description": "Visit 上门服务",
    "quantity": "1.5",
    "unit": "hour",
    "rate": "180.00",
    "tax_rate": "0.13",
}


@dataclass
class Both(Beside):
    """The hub, and Kingdee."""

    system: ClassVar = "erp"
    erp: Kingdee

    def bill(self, **values: Any) -> Record:
        customer = self.one("customer", code="CUST0001")
        doc = {"customer_id": customer.id, "currency": "CNY", "state": "draft", "lines": [LINE], **values}
        return self.add("invoice", **doc)

    def bills(self) -> list[Row]:
        return self.erp.rows.of("AR_receivable")

    def ticket(self) -> Record:
        values: Doc = {"type": "repair", "subject": "Does not cool"}
        return self.hub.store.run(lambda tx: tickets.open_ticket(self.hub, tx, self.hub.actor("li"), values))

    def level(self, part: Record, warehouse: Record) -> str:
        return str(self.one("stock_level", part_id=part.id, warehouse_id=warehouse.id).doc["on_hand"])


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with kingdee_site() as site:
        yield site


@pytest.fixture
def both(tmp_path: Path, site: Site) -> Iterator[Both]:
    clock = RunningClock(timedelta())
    erp = site.open(clock.now)
    erp.gateway = lambda: datetime.now(UTC)  # the hub's own clock runs ahead, and its signatures do not
    told = ", ".join(f'{name}: "{value}"' for name, value in Kingdee.settings.items())
    environment = {f"KINGDEE_{name.upper()}": value for name, value in Kingdee.secrets.items()}
    with build(lay_out(tmp_path, SETTINGS.format(url=site.url, told=told)), environment) as container:
        both = Both(replace(container.hub, clock=clock), clock, erp)
        both.settle()
        yield both


def test_the_books_come_in(both: Both) -> None:
    customer = both.one("customer", code="CUST0001").doc
    assert (customer["phone"], customer["tax_id"]) == ("+862112345678", "91310115MA1K3XQ27U")
    part, main = both.one("part", sku="P-FAN-01"), both.one("warehouse", code="CK001")
    assert (part.doc["list_price"], part.doc["currency"]) == ("320.50", "CNY")
    assert "list_price" not in both.one("part", sku="P-CTRL-01").doc
    assert both.one("warehouse", code="VAN-LI").doc["kind"] == "technician"
    assert both.level(part, main) == "12.000"
    assert both.one("sales_order", number="XSDD000001").doc["totals"]["gross"] == "632.80"
    assert both.in_peace()


def test_a_new_customer_is_made_there_once_whatever_becomes_of_the_answer(both: Both) -> None:
    both.erp.faults.plan("lost", path=".Save.")
    made = both.add("customer", name="新客户", phone="+8613800001111")
    both.settle()
    assert both.get(made)["code"].startswith("CUST")
    assert len(both.erp.rows.of("BD_Customer")) == 2
    assert both.in_peace()


def test_an_invoice_goes_out_is_audited_and_its_payments_come_back(both: Both) -> None:
    made = both.bill()
    both.settle()
    (bill,) = both.bills()
    assert (bill.doc["FBillNo"], bill.doc["FDocumentStatus"], bill.doc["FALLAMOUNTFOR"]) == (made.id, "C", 305.1)
    both.erp.pay(made.id, "5.10")
    both.settle()
    assert both.get(made)["payment"] == {"status": "partial"}
    both.erp.pay(made.id, "300.00")
    both.settle()
    invoice = both.get(made)
    assert (invoice["state"], invoice["payment"]["status"], invoice["totals"]["gross"]) == ("issued", "paid", "305.10")
    paid = both.hub.store.read(lambda tx: tx.records.all("payment"))
    assert sorted((one.doc["amount"], one.doc["invoice_id"]) for one in paid) == [
        ("300.00", made.id),
        ("5.10", made.id),
    ]
    assert both.in_peace()


def test_a_credit_note_is_a_red_receivable(both: Both) -> None:
    line = {**LINE, "rate": "-180.00"}
    made = both.bill(kind="credit_note", lines=[line])
    both.settle()
    (bill,) = both.bills()
    assert (bill.doc["FALLAMOUNTFOR"], bill.doc["rows"][0]["FPriceQty"]) == (-305.1, -1.5)
    assert both.get(made)["totals"]["gross"] == "-305.10"


@pytest.mark.parametrize(
    ("call", "how"),
    [(call, "lost") for call in ("Save", "Submit", "Audit")]
    + [("Save", "before"), ("Save", "page"), ("Save", "twice"), ("Audit", "late")],
)
def test_one_bill_whatever_becomes_of_a_call(both: Both, call: str, how: str) -> None:
    """Its number is ours, and Kingdee takes it once."""
    both.erp.faults.plan(how, path=f".{call}.")
    made = both.bill()
    if how == "late":
        for _ in range(3):
            outbound.deliver(both.hub, "erp")
        both.erp.faults.go_on()
    both.settle()
    (bill,) = both.bills()
    assert bill.doc["FDocumentStatus"] == "C"
    assert both.get(made)["state"] == "issued"
    assert both.in_peace()


@pytest.mark.parametrize("trouble", ["locked", "failing"])
def test_a_bill_that_is_locked_or_fails_over_there_goes_through_later(both: Both, trouble: str) -> None:
    setattr(both.erp, trouble, 2)
    both.bill()
    both.settle()
    assert [bill.doc["FDocumentStatus"] for bill in both.bills()] == ["C"]
    assert both.in_peace()


@pytest.mark.proves(product="kingdee", reads="consumption", writes="consumption")
def test_a_part_is_drawn_used_and_given_back(both: Both) -> None:
    part, main, van = (
        both.one("part", sku="P-FAN-01"),
        both.one("warehouse", code="CK001"),
        both.one("warehouse", code="VAN-LI"),
    )
    shared = {"ticket_id": both.ticket().id, "part_id": part.id, "state": "approved"}
    both.erp.faults.plan("lost", path=".Audit.")
    issued = both.add("issue", **shared, quantity="5", from_warehouse_id=main.id, to_warehouse_id=van.id)
    both.settle()
    used = both.add("consumption", **shared, quantity="3", warehouse_id=van.id)
    both.settle()
    back = both.add("return", **shared, quantity="2", from_warehouse_id=van.id, to_warehouse_id=main.id)
    both.settle()
    both.settle()  # the levels are asked for once more
    assert [both.get(one)["state"] for one in (issued, used, back)] == ["done"] * 3
    assert (both.level(part, main), both.level(part, van)) == ("9.000", "0.000")
    assert both.get(used)["remote_number"] == used.id
    assert both.in_peace()


@pytest.mark.parametrize("how", ["lost", "before", "none"])
def test_a_bill_that_is_withdrawn_on_its_way_is_deleted_there(both: Both, how: str) -> None:
    made = submitted(both)
    if how != "none":
        both.erp.faults.plan(how, path=".Delete.")
    both.change(made, state="void")
    both.settle()
    assert both.bills() == []
    assert both.get(made)["state"] == "void"
    assert both.in_peace()


def submitted(both: Both) -> Record:
    """A bill that waits for its audit, which Kingdee cannot be asked for just now."""
    both.erp.faults.plan("before", path=".Audit.")
    made = both.bill()
    outbound.deliver(both.hub, "erp")
    assert [bill.doc["FDocumentStatus"] for bill in both.bills()] == ["B"]
    return made


def test_what_is_refused_in_audit_is_a_draft_again_and_goes_through_when_it_was_mended(both: Both) -> None:
    part, main = both.one("part", sku="P-FAN-01"), both.one("warehouse", code="CK001")
    shared = {"ticket_id": both.ticket().id, "part_id": part.id, "state": "approved"}
    used = both.add("consumption", **shared, quantity="20", warehouse_id=main.id)
    both.settle()
    (error,) = both.dead()
    assert "负库存" in error
    assert "taken back" in error
    assert both.erp.bill("STK_MisDelivery", used.id).doc["FDocumentStatus"] == "A"

    both.erp._put("P-FAN-01", "CK001", 10.0)
    (dead,) = (one for one in both.hub.store.read(lambda tx: tx.outbox.listing()) if one.state == "dead")
    queue.replay(both.hub, both.hub.actor("li"), dead.id)
    both.settle()
    assert both.erp.bill("STK_MisDelivery", used.id).doc["FDocumentStatus"] == "C"
    assert both.get(used)["state"] == "done"


def test_a_customer_that_finance_has_already_is_adopted_and_left_as_it_is(both: Both) -> None:
    known = {
        **both.erp.bill("BD_Customer", "CUST0001").doc,
        "FNumber": "CUST0002",
        "FTAXREGISTERCODE": "91310000MA1FL0001X",
    }
    made = both.add("customer", name="华信 Huaxin", tax_id=known["FTAXREGISTERCODE"])
    row = both.erp.add("BD_Customer", **{**known, "FName": "华信电子有限公司"})
    both.settle()
    found = both.hub.store.read(lambda tx: tx.records.all("customer"))
    assert len([one for one in found if "华信" in one.doc["name"]]) == 1
    assert both.get(made)["code"] == "CUST0002"
    assert row.revision == 1
    assert both.in_peace()


def test_what_finance_changes_of_a_customer_comes_in_and_nothing_goes_back(both: Both) -> None:
    row = both.erp.bill("BD_Customer", "CUST0001")
    customer = both.one("customer", code="CUST0001")
    both.erp.rows.change("BD_Customer", row.id, {"FTEL": "139 0000 2222"})
    both.settle()
    assert both.get(customer)["phone"] == "+8613900002222"
    both.change(customer, phone="+8613700003333")
    both.settle()
    assert row.doc["FTEL"] == "139 0000 2222"
    assert both.dead() == []
