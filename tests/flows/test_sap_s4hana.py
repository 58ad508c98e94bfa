"""Both ways between a hub and the twin of SAP S/4HANA: the books come in, a charge goes out once and is paid."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import pytest

from hub.bootstrap import build
from hub.domain.documents import Doc
from hub.domain.invoices import invoice_of
from hub.ports.records import Record
from hub.services import outbound, tickets
from hub.testing.twin.twin import serving
from hub.testing.twins.sap_s4hana import MAIN, PLANT, VAN, S4HanaTwin
from tests.beside import Beside
from tests.hub_process import RunningClock
from tests.laid_out import lay_out
from tests.sap import patient_twin

PARTS = ("reservation", "issue", "consumption", "return")
SETTINGS = """
systems:
  erp:
    connector: sap_s4hana
    settings: {{url: "{url}", {told}}}
    secrets: {{password: env/SAP_PASSWORD}}
    mappings: [sap_s4hana]
    overlap: 48 h
    request_limit: 5 s
"""


@dataclass
class Both(Beside):
    """The hub, and the tenant that it is connected to."""

    system: ClassVar = "erp"
    sap: S4HanaTwin

    def after_a_late_call(self) -> None:
        """Send what is due; what SAP was still at takes effect before anybody could believe that it did not."""
        for _ in range(3):
            outbound.deliver(self.hub, "erp")
        self.sap.faults.go_on()
        self.settle()

    def ticket(self) -> Record:
        values: Doc = {"type": "repair", "subject": "Does not cool"}
        return self.hub.store.run(lambda tx: tickets.open_ticket(self.hub, tx, self.hub.actor("li"), values))

    def level(self, part: Record, warehouse: Record) -> str:
        found = self.one("stock_level", part_id=part.id, warehouse_id=warehouse.id)
        return str(found.doc["on_hand"])

    def there(self, name: str) -> list[Doc]:
        return list(self.sap.store.table(name).values())


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Both]:
    sap = patient_twin()
    monkeypatch.setenv("SAP_PASSWORD", S4HanaTwin.password)
    with serving(sap) as url:
        told = ", ".join(f'{name}: "{value}"' for name, value in S4HanaTwin.settings.items())
        with build(lay_out(tmp_path, SETTINGS.format(url=url, told=told)), os.environ) as container:
            clock = RunningClock(timedelta())
            yield Both(replace(container.hub, clock=clock), clock, sap)


def bill(both: Both, customer: Record, revision: int = 1, sign: int = 1) -> Record:
    """The invoice of two charges of a ticket."""

    def charge(code: str, quantity: str, rate: str, net: str, tax: str, gross: str) -> Doc:
        amounts = {"net": net, "tax": tax, "gross": gross, "unit_price": rate}
        signed = {name: value if sign > 0 else f"-{value}" for name, value in amounts.items()}
        return {
            "id": f"{code}-{revision}", "customer_id": customer.id, "currency": "CNY", "code": code,
            "description": code, "quantity": quantity, "unit": "each", "tax_rate": "0.13", **signed,
        }  # fmt: skip

    charges = [
        charge("callout", "1", "150", "150.00", "19.50", "169.50"),
        charge("labour", "1.5", "180", "270.00", "35.10", "305.10"),
    ]
    doc = invoice_of({"id": "T", "number": "T-1"}, revision, charges, {})
    return both.add("invoice", **{name: value for name, value in doc.items() if name != "ticket_id"})


@pytest.mark.proves(product="sap_s4hana", reads=("part", "location", "stock_level"))
def test_the_books_of_sap_come_in(both: Both) -> None:
    both.sap.own.stocks.level("P-FILT-01", PLANT, VAN)
    both.settle()
    part, main = both.one("part", sku="P-FILT-01"), both.one("warehouse", code=f"{PLANT},{MAIN}")
    assert (part.doc["name"], part.doc["uom"]) == ("Air filter", "each")
    assert both.one("warehouse", code=f"{PLANT},{VAN}").doc["kind"] == "technician"
    assert both.level(part, main) == "20.000"


@pytest.mark.proves(product="sap_s4hana", reads=("product", "sales_order"))
def test_what_is_serviced_and_what_a_customer_has_bought_come_in(both: Both) -> None:
    customer = both.add("customer", name="南京食品")
    both.settle()
    (partner,) = both.there("A_BusinessPartner")
    now = both.clock.now()
    both.sap.store.keep("A_Product", Product="CH-200", ProductType="FERT", BaseUnit="PC", CreationDate=now.date())
    both.sap.store.keep("A_ProductDescription", Product="CH-200", Language="EN", ProductDescription="Chiller 200")
    both.sap.store.keep(
        "A_SalesOrder", SalesOrder="1", SoldToParty=partner["Customer"], SalesOrderDate=now.date(),
        LastChangeDateTime=now, TotalNetAmount=Decimal("560.00"), TransactionCurrency="CNY",
        OverallSDProcessStatus="C",
    )  # fmt: skip
    both.settle()
    assert both.one("product", code="CH-200").doc["name"] == "Chiller 200"
    order = both.one("sales_order", number="1").doc
    assert (order["customer_id"], order["state"], order["currency"]) == (customer.id, "done", "CNY")
    assert order["totals"] == {"net": "560.00"}
    both.sap.store.table("A_SalesOrder")[("1",)] |= {"OverallSDDocumentRejectionSts": "C", "LastChangeDateTime": now}
    both.settle()
    assert both.one("sales_order", number="1").doc["state"] == "cancelled"
    assert both.dead() == []


@pytest.mark.proves(product="sap_s4hana", reads=PARTS, writes=PARTS)
def test_a_part_is_reserved_drawn_used_and_given_back(both: Both) -> None:
    both.sap.own.stocks.level("P-FILT-01", PLANT, VAN)
    both.settle()
    part, main = both.one("part", sku="P-FILT-01"), both.one("warehouse", code=f"{PLANT},{MAIN}")
    van = both.one("warehouse", code=f"{PLANT},{VAN}")
    shared = {"ticket_id": both.ticket().id, "part_id": part.id, "state": "approved"}
    reserved = both.add("reservation", **shared, quantity="5", warehouse_id=main.id, to_warehouse_id=van.id)
    both.settle()
    ways = {"from_warehouse_id": main.id, "to_warehouse_id": van.id}
    issued = both.add("issue", **shared, **ways, quantity="5", reservation_id=reserved.id)
    both.settle()
    both.sap.faults.plan("lost", "POST", "A_MaterialDocumentHeader")
    both.add("consumption", **shared, quantity="3", warehouse_id=van.id)
    both.after_a_late_call()
    back = {"from_warehouse_id": van.id, "to_warehouse_id": main.id}
    both.add("return", **shared, **back, quantity="2")
    both.settle()
    both.settle()  # the levels are asked for once more
    assert [both.get(each)["state"] for each in (reserved, issued)] == ["done", "done"]
    assert (both.level(part, main), both.level(part, van)) == ("17.000", "0.000")
    assert len(both.there("A_MaterialDocumentHeader")) == 3
    assert both.there("A_ReservationDocumentItem")[0]["ReservationItemIsFinallyIssued"] is True
    assert both.dead() == []


def test_too_small_a_stock_is_refused_with_saps_reason(both: Both) -> None:
    both.sap.own.stocks.level("P-CTRL-01", PLANT, VAN)
    both.settle()
    part, van = both.one("part", sku="P-CTRL-01"), both.one("warehouse", code=f"{PLANT},{VAN}")
    used = {
        "ticket_id": both.ticket().id,
        "part_id": part.id,
        "state": "approved",
        "quantity": "1",
        "warehouse_id": van.id,
    }
    both.add("consumption", **used)
    both.settle()
    (error,) = both.dead()
    assert "M7/021" in str(error)
    assert "P-CTRL-01" not in str(error)


def test_a_customer_crosses_both_ways_without_an_echo(both: Both) -> None:
    customer = both.add("customer", name="南京食品", phone="+8613712345678", language="zh", tax_id="91110000802100433B")
    both.settle()
    (partner,) = both.there("A_BusinessPartner")
    assert (partner["BusinessPartnerFullName"], partner["Customer"]) == ("南京食品", partner["BusinessPartner"])
    assert [row["PhoneNumber"] for row in both.there("A_AddressPhoneNumber")] == ["+8613712345678"]
    writes = len(both.sap.writes)
    both.settle()
    both.settle()
    assert len(both.sap.writes) == writes

    both.change(customer, phone="+8613700003333")
    both.settle()
    assert [row["PhoneNumber"] for row in both.there("A_AddressPhoneNumber")] == ["+8613700003333"]
    assert both.there("A_BusinessPartner")[0]["BusinessPartnerFullName"] == "南京食品"

    kind = both.sap.store.kind("A_BusinessPartner")
    both.sap.store.merge(kind, partner, {"OrganizationBPName1": "南京食品集团"}, both.sap.rules)
    both.settle()
    assert both.get(customer)["name"] == "南京食品集团"
    assert both.dead() == []


@pytest.mark.parametrize("how", ["drop", "lost", "error", "broken", "late", "before", "page"])
def test_a_charge_becomes_one_debit_memo_request_whatever_happens(both: Both, how: str) -> None:
    customer = both.add("customer", name="南京食品")
    both.settle()
    both.sap.faults.plan(how, "POST", "A_DebitMemoRequest")
    invoice = bill(both, customer)
    both.after_a_late_call()
    (request,) = both.there("A_DebitMemoRequest")
    assert request["PurchaseOrderByCustomer"] == invoice.id
    assert (str(request["TotalNetAmount"]), request["HeaderBillingBlockReason"]) == ("420.00", "")
    assert both.get(invoice)["state"] == "draft"
    assert both.dead() == []


@pytest.mark.parametrize("how", ["lost", "error", "late"])
def test_a_lost_answer_to_the_release_is_looked_up(both: Both, how: str) -> None:
    customer = both.add("customer", name="南京食品")
    both.settle()
    both.sap.faults.plan(how, "PATCH", "A_DebitMemoRequest")
    bill(both, customer)
    both.after_a_late_call()
    (request,) = both.there("A_DebitMemoRequest")
    assert request["HeaderBillingBlockReason"] == ""
    assert both.dead() == []


@pytest.mark.proves(product="sap_s4hana", reads=("memo_request", "billing_document"), writes="memo_request")
def test_the_billing_document_comes_back_as_the_invoice_and_is_paid(both: Both) -> None:
    customer = both.add("customer", name="南京食品")
    invoice = bill(both, customer)
    both.settle()
    (request,) = both.there("A_DebitMemoRequest")
    number = both.sap.own.billing.bill("Debit", request["DebitMemoRequest"])
    both.settle()
    doc = both.get(invoice)
    assert (doc["state"], doc["number"]) == ("issued", number)
    assert doc["totals"] == {"net": "420.00", "tax": "54.60", "gross": "474.60"}
    assert doc["payment"]["status"] == "unpaid"

    both.sap.own.billing.clear(str(number))
    both.settle()
    assert both.get(invoice)["payment"]["status"] == "paid"
    assert both.dead() == []


def test_a_credit_note_becomes_a_credit_memo_request(both: Both) -> None:
    customer = both.add("customer", name="南京食品")
    invoice = bill(both, customer, revision=2, sign=-1)
    both.settle()
    (request,) = both.there("A_CreditMemoRequest")
    assert (str(request["TotalNetAmount"]), request["HeaderBillingBlockReason"]) == ("420.00", "")
    assert both.there("A_DebitMemoRequest") == []
    number = both.sap.own.billing.bill("Credit", request["CreditMemoRequest"])
    both.settle()
    assert (both.get(invoice)["state"], both.get(invoice)["number"]) == ("issued", number)


def test_a_session_that_ended_is_begun_anew_and_nothing_is_written_twice(both: Both) -> None:
    customer = both.add("customer", name="南京食品")
    both.settle()
    both.sap.end_sessions()
    bill(both, customer)
    both.settle()
    assert len(both.there("A_DebitMemoRequest")) == 1
    assert both.dead() == []
