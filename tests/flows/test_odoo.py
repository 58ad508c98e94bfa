"""Odoo on both of its APIs with one set of mappings: both directions, lost answers, one invoice."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from hub.bootstrap import build
from hub.domain.documents import Doc
from hub.ports.outbox import Delivery
from hub.ports.records import Record
from hub.services import queue, reconciling, records, tickets
from hub.testing.twin.rows import Row
from hub.testing.twin.twin import serving
from hub.testing.twins.odoo import Odoo
from hub.testing.twins.odoo_xmlrpc import OdooBefore19
from tests.beside import Beside
from tests.hub_process import RunningClock
from tests.laid_out import lay_out

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
class Both(Beside):
    """The hub, and Odoo."""

    system: ClassVar = "erp"
    odoo: Odoo

    def all(self, entity: str) -> list[Doc]:
        return [record.doc for record in self.records(entity)]

    def customer(self) -> Doc:
        return next(doc for doc in self.all("customer") if "Huaxin" in doc["name"])

    def partner(self) -> Row:
        return next(row for row in self.odoo.rows.of("res.partner") if "Huaxin" in row.doc["name"])

    def bill_customer(self, **values: Any) -> None:
        doc = {"customer_id": self.customer()["id"], "currency": "CNY", "state": "draft", "lines": [LINE], **values}
        self.add("invoice", **doc)

    def bills(self) -> list[Row]:
        return self.odoo.rows.of("account.move")

    # --- parts

    def state(self, record: Record) -> str:
        return str(self.hub.store.read(lambda tx: tx.records.need(record.entity, record.id)).doc["state"])

    def place(self, code: str) -> str:
        return str(next(one["id"] for one in self.all("warehouse") if one["code"] == code))

    def facts(self) -> Doc:
        """What every movement of a board for a ticket says."""
        values: Doc = {"type": "repair", "subject": "Does not cool"}
        ticket = self.hub.store.run(lambda tx: tickets.open_ticket(self.hub, tx, self.hub.actor("li"), values))
        part = next(one for one in self.all("part") if one["sku"] == "P-CTRL-01")
        return {"ticket_id": ticket.id, "part_id": part["id"], "state": "approved"}

    def reserve(self, facts: Doc, quantity: str = "5") -> Record:
        ends = {"warehouse_id": self.place("STO"), "to_warehouse_id": self.place("VAN-LI")}
        return self.add("reservation", **facts, **ends, quantity=quantity)

    def issue(self, facts: Doc, reserved: Record, quantity: str = "5") -> Record:
        ends = {"from_warehouse_id": self.place("STO"), "to_warehouse_id": self.place("VAN-LI")}
        return self.add("issue", **facts, **ends, quantity=quantity, reservation_id=reserved.id)

    def levels(self) -> dict[str, tuple[str, str]]:
        """What the hub is told of the boards, asked once more."""
        self.settle()
        told = {one["warehouse_id"]: (one["on_hand"], one["reserved"]) for one in self.all("stock_level")}
        return {code: told[self.place(code)] for code in ("STO", "VAN-LI")}

    def transfers(self) -> list[Row]:
        return self.odoo.rows.of("stock.picking")

    def letters(self) -> list[Delivery]:
        """The deliveries that were given up."""
        return [one for one in self.hub.store.read(lambda tx: tx.outbox.listing()) if one.state == "dead"]


@pytest.fixture(
    params=[
        pytest.param(Odoo, id="json2", marks=pytest.mark.proves(product="odoo")),
        pytest.param(OdooBefore19, id="xmlrpc", marks=pytest.mark.proves(product="odoo_xmlrpc")),
    ]
)
def both(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Both]:
    clock = RunningClock(timedelta())
    odoo: Odoo = request.param(clock.now)
    with serving(odoo) as url:
        settings = "".join(f", {name}: {value}" for name, value in odoo.settings.items())
        text = SETTINGS.format(url=url, connector=odoo.connector, settings=settings)
        environment = {"ODOO_API_KEY": Odoo.secrets["api_key"]}
        with build(lay_out(tmp_path, text), environment) as container:
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


@pytest.mark.proves(reads="contact", writes="contact")
@pytest.mark.parametrize("how", ["none", "lost"])
def test_a_contact_goes_out_once_below_its_customer_and_comes_back_changed(both: Both, how: str) -> None:
    if how == "lost":
        both.odoo.faults.plan(how, path="res.partner/create")
    made = both.add("contact", name="李娜 Li Na", customer_id=both.customer()["id"], phone="+8613800001111")
    both.settle()
    (row,) = [one for one in both.odoo.rows.of("res.partner") if one.doc["x_tickethub_ref"] == made.id]
    assert (row.doc["parent_id"], row.doc["type"]) == (int(both.partner().id), "contact")
    assert row.doc["phone"] == "+8613800001111"
    both.odoo.rows.change("res.partner", row.id, {"function": "设备科 Head"})
    both.settle()
    (doc,) = [one for one in both.all("contact") if one["id"] == made.id]
    assert doc["position"] == "设备科 Head"
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


def test_an_invoice_that_finance_takes_back_by_a_credit_note_is_credited_and_not_paid(both: Both) -> None:
    both.bill_customer()
    both.settle()
    both.odoo.orm.set_off(int(both.bills()[0].id))
    both.settle()
    (note,) = [one for one in both.all("invoice") if one.get("kind") == "credit_note"]
    (invoice,) = [one for one in both.all("invoice") if one["id"] != note["id"]]
    assert invoice["payment"] == {"status": "credited", "open_amount": "0.00"}
    assert note["payment"]["status"] == "paid"
    assert both.all("payment") == []
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


MOVEMENTS = ("reservation", "issue", "consumption", "return")


@pytest.mark.proves(reads=(*MOVEMENTS, "release"), writes=MOVEMENTS)
def test_a_part_is_reserved_drawn_used_and_brought_back(both: Both) -> None:
    facts = both.facts()
    reserved = both.reserve(facts)
    both.settle()
    assert (both.state(reserved), both.levels()["STO"]) == ("done", ("12.0", "6.0"))
    issued = both.issue(facts, reserved)
    both.settle()
    assert both.levels() == {"STO": ("7.0", "1.0"), "VAN-LI": ("7.0", "1.0")}
    van, customer = both.place("VAN-LI"), both.customer()["id"]
    used = both.add("consumption", **facts, quantity="3", warehouse_id=van, customer_id=customer)
    back = both.add("return", **facts, quantity="2", from_warehouse_id=van, to_warehouse_id=both.place("STO"))
    both.settle()
    assert [both.state(one) for one in (reserved, issued, used, back)] == ["done"] * 4
    assert both.levels() == {"STO": ("9.0", "1.0"), "VAN-LI": ("2.0", "1.0")}
    assert sorted(one.doc["name"] for one in both.transfers()) == sorted(one.id for one in (reserved, used, back))
    both.settle()
    assert both.dead() == []
    assert both.in_peace()


def test_less_is_drawn_than_was_reserved_and_the_rest_is_given_back(both: Both) -> None:
    facts = both.facts()
    reserved = both.reserve(facts)
    both.settle()
    issued = both.issue(facts, reserved, "3")
    both.settle()
    assert (both.state(issued), both.levels()) == ("done", {"STO": ("9.0", "1.0"), "VAN-LI": ("5.0", "1.0")})
    rest = both.add(
        "release", **facts, quantity="2", reservation_id=reserved.id, warehouse_id=both.place("STO")
    )  # of what Odoo does not keep back any more
    both.settle()
    assert both.state(rest) == "done"
    assert (both.dead(), both.in_peace()) == ([], True)


def test_a_release_gives_back_what_nobody_drew(both: Both) -> None:
    facts = both.facts()
    reserved = both.reserve(facts)
    both.settle()
    given = both.add("release", **facts, quantity="5", reservation_id=reserved.id, warehouse_id=both.place("STO"))
    both.settle()
    assert (both.state(given), both.levels()["STO"]) == ("done", ("12.0", "1.0"))
    assert (both.dead(), both.in_peace()) == ([], True)


def test_what_odoo_has_too_little_of_is_refused_keeps_nothing_back_and_is_served_by_a_replay(both: Both) -> None:
    reserved = both.reserve(both.facts(), "12")
    both.settle()
    (letter,) = both.letters()
    assert "too little stock" in str(letter.error)
    assert both.levels()["STO"] == ("12.0", "1.0")
    (quant,) = [one for one in both.odoo.rows.of("stock.quant") if one.doc["quantity"] == 12]
    both.odoo.rows.change("stock.quant", quant.id, {"quantity": 40.0})
    queue.replay(both.hub, both.hub.actor("li"), letter.id)
    both.settle()
    assert (both.state(reserved), both.levels()["STO"]) == ("done", ("40.0", "13.0"))
    assert len(both.transfers()) == 1


@pytest.mark.parametrize(
    ("call", "how"),
    [("create", "lost"), ("create", "before"), ("action_confirm", "error"), ("button_validate", "lost")],
)
def test_each_movement_is_made_once_whatever_becomes_of_a_call(both: Both, call: str, how: str) -> None:
    van = both.place("VAN-LI")
    both.odoo.faults.plan(how, path=f"stock.picking/{call}")
    used = both.add("consumption", **both.facts(), quantity="1", warehouse_id=van)
    both.settle()
    assert (both.state(used), len(both.transfers())) == ("done", 1)
    assert both.levels()["VAN-LI"] == ("1.0", "1.0")
    assert (both.dead(), both.in_peace()) == ([], True)


@pytest.mark.parametrize("call", ["stock.move/write", "stock.picking/button_validate"])
def test_a_part_draw_that_was_cut_off_goes_on_where_it_stopped(both: Both, call: str) -> None:
    facts = both.facts()
    reserved = both.reserve(facts)
    both.settle()
    both.odoo.faults.plan("lost", path=call)
    issued = both.issue(facts, reserved, "3")
    both.settle()
    assert (both.state(issued), both.levels()) == ("done", {"STO": ("9.0", "1.0"), "VAN-LI": ("5.0", "1.0")})
    assert (both.dead(), both.in_peace()) == ([], True)
