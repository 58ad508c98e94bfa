"""A SOAP ERP that is connected by a connector file and mappings alone: both directions, lost answers, one invoice."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from hub.bootstrap import build
from hub.services import outbound
from hub.testing.twin.twin import serving
from hub.testing.twins.soap_erp import SoapErp
from tests.beside import Beside
from tests.hub_process import RunningClock
from tests.laid_out import lay_out

SETTINGS = """
systems:
  erp:
    connector: soap_erp
    settings: {{url: "{url}/", user: hub}}
    secrets: {{password: env/SOAP_ERP_PASSWORD}}
    mappings: [soap_erp]
    request_limit: 5 s
"""
LINE = {"id": "L1", "code": "labour", "description": "Visit 上门服务", "quantity": "1.5", "unit": "hour"}


@dataclass
class Both(Beside):
    """The hub, and the books."""

    system: ClassVar = "erp"
    books: SoapErp

    def invoice(self) -> None:
        customer = self.add("customer", name="上海华信", phone="+8613812345678").id
        self.settle()
        line = {**LINE, "rate": "180.00", "tax_rate": "0.06"}
        self.add("invoice", customer_id=customer, currency="CNY", state="draft", lines=[line])


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    clock = RunningClock(timedelta())
    books = SoapErp(clock.now)
    with serving(books) as url:
        environment = {"SOAP_ERP_PASSWORD": SoapErp.secrets["password"]}
        with build(lay_out(tmp_path, SETTINGS.format(url=url)), environment) as container:
            yield Both(replace(container.hub, clock=clock), clock, books)


def test_a_telephone_crosses_both_ways_without_an_echo(both: Both) -> None:
    row = both.books.rows.add("customer", {"externalRef": "", "number": "C1", "name": "华信", "mobile": "13812345678"})
    both.settle()
    assert both.only("customer")["phone"] == "+8613812345678"

    both.books.rows.change("customer", row.id, {"mobile": "13900002222"})
    both.settle()
    assert both.only("customer")["phone"] == "+8613900002222"

    both.change("customer", phone="+8613700003333")
    both.settle()
    assert row.doc["mobile"] == "+8613700003333"
    assert row.doc["name"] == "华信"
    revision = row.revision
    both.settle()
    both.settle()
    assert row.revision == revision
    assert both.in_peace()


@pytest.mark.proves(product="soap_erp", reads=("invoice", "payment"), writes="invoice")
def test_an_invoice_goes_out_is_posted_and_its_payment_comes_back(both: Both) -> None:
    both.invoice()
    both.settle()
    (bill,) = both.books.rows.of("invoice")
    assert (bill.doc["status"], bill.doc["grossTotal"]) == ("POSTED", "286.20")
    assert [line["taxPercent"] for line in bill.doc["lines"]["line"]] == ["6"]

    both.books.pay(bill.id, "86.20")
    both.settle()
    assert both.only("invoice")["payment"] == {"status": "partial", "open_amount": "200.00"}
    both.books.pay(bill.id, "200.00")
    both.settle()
    assert both.only("invoice")["payment"] == {"status": "paid", "open_amount": "0.00"}
    assert both.only("invoice")["number"] == bill.doc["number"]
    payments = both.hub.store.read(lambda tx: tx.records.all("payment"))
    assert sorted(payment.doc["amount"] for payment in payments) == ["200.00", "86.20"]
    assert both.in_peace()


@pytest.mark.parametrize(
    ("operation", "how"),
    [
        *(("CreateInvoice", how) for how in ("lost", "drop", "broken", "error", "page", "before")),
        *(("PostInvoice", how) for how in ("lost", "drop", "before")),
        ("GetInvoice", "lost"),
    ],
)
def test_one_invoice_whatever_becomes_of_a_call(both: Both, operation: str, how: str) -> None:
    """Nothing over there keeps a second one from being made."""
    both.books.faults.plan(how, path=operation)
    both.invoice()
    both.settle()
    (bill,) = both.books.rows.of("invoice")
    assert bill.doc["status"] == "POSTED"
    assert both.only("invoice")["number"] == bill.doc["number"]
    assert both.in_peace()


def test_a_call_that_runs_on_after_its_caller_gave_up_is_waited_for(both: Both) -> None:
    """The look-up finds nothing as long as it has not happened; there is no second call before it has settled."""
    both.books.faults.plan("late", path="CreateInvoice")
    both.invoice()
    for _ in range(5):
        both.clock.ahead += timedelta(seconds=10)
        outbound.deliver(both.hub, "erp")
    assert both.books.rows.of("invoice") == []
    both.books.faults.go_on()
    both.settle()
    assert len(both.books.rows.of("invoice")) == 1
    assert [call[1] for call in both.books.faults.calls].count("/CreateInvoice") == 1
