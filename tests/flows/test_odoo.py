"""Odoo on both of its APIs with one set of mappings: both directions, lost answers, one invoice."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.bootstrap import build, migrate
from hub.domain.documents import Doc
from hub.files.settings import load
from hub.services import reconciling, records
from hub.services.context import Hub
from hub.storage.cipher import Keyring
from hub.testing.twin.rows import Row
from hub.testing.twin.twin import serving
from hub.testing.twins.odoo import Odoo
from hub.testing.twins.odoo_xmlrpc import OdooBefore19
from tests.hub_process import RunningClock, work

SETTINGS = """
systems:
  erp:
    connector: {connector}
    settings: {{url: "{url}"{settings}}}
    secrets: {{api_key: env/ODOO_API_KEY}}
    mappings: [odoo]
    request_limit: 5 s
"""
LINE = {
    "id": "L1",
    "code": "labour",
    "description": "Visit 上门服务",
    "quantity": "1.5",
    "unit": "hour",
    "rate": "180.00",
}


@dataclass
class Both:
    """The hub, and Odoo."""

    hub: Hub
    clock: RunningClock
    odoo: Odoo

    def settle(self) -> None:
        assert work(self.hub, self.clock)

    def all(self, entity: str) -> list[Doc]:
        return [record.doc for record in self.hub.store.read(lambda tx: tx.records.all(entity))]

    def only(self, entity: str) -> Doc:
        (doc,) = self.all(entity)
        return doc

    def customer(self) -> Doc:
        return next(doc for doc in self.all("customer") if "Huaxin" in doc["name"])

    def partner(self) -> Row:
        return next(row for row in self.odoo.rows.of("res.partner") if "Huaxin" in row.doc["name"])

    def bill_customer(self, **values: Any) -> None:
        doc = {"customer_id": self.customer()["id"], "currency": "CNY", "state": "draft", "lines": [LINE], **values}
        self.hub.store.run(lambda tx: records.create(self.hub, tx, self.hub.actor("li"), "invoice", doc))

    def bills(self) -> list[Row]:
        return self.odoo.rows.of("account.move")

    def reviews(self) -> int:
        return len(self.hub.store.read(lambda tx: tx.reviews.listing()))

    def in_peace(self) -> bool:
        """Whether nothing waits for anybody, and hub and ERP agree."""
        return self.reviews() == 0 and reconciling.plan(self.hub, "erp") == []


@pytest.fixture(
    params=[
        pytest.param(Odoo, id="json2", marks=pytest.mark.proves(product="odoo")),
        pytest.param(OdooBefore19, id="xmlrpc", marks=pytest.mark.proves(product="odoo_xmlrpc")),
    ]
)
def both(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Both]:
    clock = RunningClock(timedelta())
    odoo: Odoo = request.param(clock.now)
    Keyring.fresh().save(tmp_path / "key.json")
    with serving(odoo) as url:
        settings = "".join(f", {name}: {value}" for name, value in odoo.settings.items())
        text = SETTINGS.format(url=url, connector=odoo.connector, settings=settings)
        (tmp_path / "hub.yaml").write_text(text, encoding="utf-8")
        environment = {"ODOO_API_KEY": Odoo.secrets["api_key"]}
        migrate(load(tmp_path), environment)
        with build(load(tmp_path), environment) as container:
            both = Both(replace(container.hub, clock=clock), clock, odoo)
            both.settle()
            yield both


@pytest.mark.proves(reads=("contact", "part", "location", "stock_level", "sales_order"))
def test_customers_contacts_parts_stock_and_orders_come_in(both: Both) -> None:
    assert both.customer()["tax_id"] == "91310115MA1K3XQ27U"
    contact = both.only("contact")
    assert (contact["phone"], contact["customer_id"]) == ("+8613812345678", both.customer()["id"])
    assert {part["sku"]: part["list_price"] for part in both.all("part")} == {
        "P-CTRL-01": "560.00",
        "P-FAN-01": "320.50",
    }
    assert {place["code"]: place["kind"] for place in both.all("warehouse")} == {"STO": "main", "VAN-LI": "technician"}
    assert sorted(level["on_hand"] for level in both.all("stock_level")) == ["12.0", "2.0"]
    assert both.only("sales_order")["totals"]["gross"] == "632.80"
    assert both.in_peace()


def test_a_telephone_crosses_both_ways_without_an_echo(both: Both) -> None:
    row = both.partner()
    both.odoo.rows.change("res.partner", row.id, {"phone": "139 0000 2222"})
    both.settle()
    customer = both.customer()
    assert customer["phone"] == "+8613900002222"

    actor = both.hub.actor("li")
    both.hub.store.run(
        lambda tx: records.change(
            both.hub, tx, actor, tx.records.need("customer", customer["id"]), {"phone": "+8613700003333"}
        )
    )
    both.settle()
    assert both.partner().doc["phone"] == "+8613700003333"
    revision = both.partner().revision
    both.settle()
    both.settle()
    assert both.partner().revision == revision
    assert both.in_peace()


def test_an_invoice_goes_out_is_posted_and_its_payment_comes_back(both: Both) -> None:
    both.bill_customer()
    both.settle()
    (bill,) = both.bills()
    assert (bill.doc["state"], bill.doc["amount_total"]) == ("posted", 305.1)
    assert len(both.odoo.rows.of("account.move.line")) == 1

    both.odoo.orm.pay(int(bill.id), "5.10")
    both.settle()
    assert both.only("invoice")["payment"] == {"status": "partial", "open_amount": "300.00"}
    both.odoo.orm.pay(int(bill.id), "300.00")
    both.settle()
    invoice = both.only("invoice")
    assert invoice["payment"] == {"status": "paid", "open_amount": "0.00"}
    assert (invoice["number"], invoice["totals"]["gross"]) == (bill.doc["name"], "305.10")
    assert sorted(payment["amount"] for payment in both.all("payment")) == ["300.00", "5.10"]
    assert both.in_peace()


@pytest.mark.parametrize(
    ("method", "how"),
    [
        *(("create", how) for how in ("lost", "page", "before")),
        *(("action_post", how) for how in ("lost", "before")),
    ],
)
def test_one_invoice_whatever_becomes_of_a_call(both: Both, method: str, how: str) -> None:
    """Nothing over there keeps a second one from being made."""
    both.odoo.faults.plan(how, path=f"account.move/{method}")
    both.bill_customer()
    both.settle()
    (bill,) = both.bills()
    assert bill.doc["state"] == "posted"
    assert both.only("invoice")["number"] == bill.doc["name"]
    assert both.in_peace()


@pytest.mark.proves(reads="invoice", writes="invoice")
@pytest.mark.parametrize(("method", "how"), [("create", "lost"), ("create", "before"), ("action_post", "lost")])
def test_one_credit_note_whatever_becomes_of_a_call(both: Both, method: str, how: str) -> None:
    both.odoo.faults.plan(how, path=f"account.move/{method}")
    both.bill_customer(kind="credit_note", lines=[{**LINE, "rate": "-180.00"}])
    both.settle()
    (note,) = both.bills()
    assert (note.doc["move_type"], note.doc["state"], note.doc["amount_total"]) == ("out_refund", "posted", 305.1)
    assert len(both.odoo.rows.of("account.move.line")) == 1

    both.odoo.orm.pay(int(note.id), "5.10")
    both.settle()
    doc = both.only("invoice")
    assert (doc["kind"], doc["number"], doc["totals"]["gross"]) == ("credit_note", note.doc["name"], "-305.10")
    assert doc["payment"] == {"status": "partial", "open_amount": "-300.00"}
    assert both.all("payment") == []  # what is paid out is no payment of the customer
    assert both.in_peace()


def test_a_credit_note_that_finance_wrote_comes_in_as_one(both: Both) -> None:
    line = {"name": "Goodwill 善意", "quantity": 1, "price_unit": 100.0}
    move = {"move_type": "out_refund", "partner_id": int(both.partner().id), "invoice_line_ids": [[0, 0, line]]}
    both.odoo.orm.call("account.move", "create", [], {"vals_list": [move]})
    both.settle()
    doc = both.only("invoice")
    assert (doc["kind"], doc["state"], doc["totals"]["gross"]) == ("credit_note", "draft", "-113.00")
    assert both.in_peace()


def test_what_odoo_rolled_back_in_the_end_is_sent_again(both: Both) -> None:
    both.odoo.rolled_back = 2
    both.bill_customer()
    both.settle()
    (bill,) = both.bills()
    assert bill.doc["state"] == "posted"
    assert both.in_peace()


def test_a_post_that_answers_nothing_has_been_carried_out(both: Both) -> None:
    """Over XML-RPC nothing cannot be sent: the method runs and then fails to be answered."""
    both.odoo.orm.none_from_post = True
    both.bill_customer()
    both.settle()
    (bill,) = both.bills()
    assert bill.doc["state"] == "posted"
    assert both.in_peace()


def test_a_create_that_the_server_ran_twice_is_posted_once_and_the_comparison_names_the_other(both: Both) -> None:
    """odoo/odoo#65876: nothing over there makes our key unique; the second holder stays a draft."""
    both.odoo.faults.plan("twice", path="account.move/create")
    both.bill_customer()
    both.settle()
    drafts = [bill.id for bill in both.bills() if bill.doc["state"] == "draft"]
    assert len(both.bills()) == 2
    assert len(both.all("invoice")) == 1
    assert [item.remote_id for item in reconciling.plan(both.hub, "erp")] == drafts
