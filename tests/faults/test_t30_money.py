"""T30, money: charge, invoice, payment against an ERP with arithmetic of its own.

Through lost answers, doubled and early payments, credits and three currencies, what the hub sums is what the ERP sums,
to the cent; counted by code of the test, and by the reconciliation report.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from hub.domain.documents import Doc
from hub.domain.money import places
from hub.files.compiling import compile_mapping
from hub.files.mappings import parse_mapping
from hub.ports.connector import ObjectSpec, Step
from hub.ports.records import Record
from hub.ports.store import Store
from hub.services import billing, inbound, reconciliation
from hub.services.composing import composed
from hub.services.context import System
from hub.services.period import period_of
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.sync_bench import Bench
from tests.unit.services.world import World

INVOICE = """
map: invoice/erp.bill
version: 1
hub: {entity: invoice, schema: canonical/invoice.json}
remote: {system: erp, object: bill, schema: remote/erp/bill.json}
identity:
  remote_id: id
  external_id: id -> reference
values:
  state: {draft: [draft], issued: [posted], void: cancelled}
fields:
  currency <-> currency: {owner: hub}
  number <- number:
  state <- state: {map: state}
  totals.net <- net: {as: decimal(2)}
  totals.tax <- tax: {as: decimal(2)}
  totals.gross <- gross: {as: decimal(2)}
  payment.open_amount <- open: {as: decimal(2)}
  payment.status <- expr '"paid" if open == "0.00" else "unpaid" if open == gross else "partial"':
  lines[id] -> lines[note]:
    members: hub
    quantity -> quantity:
    rate -> unit_price:
    tax_rate -> tax_rate:
sync:
  default_owner: remote
"""
BILL = ObjectSpec(
    "bill",
    idempotency="lookup",
    lookup_by="reference",
    settle=timedelta(seconds=30),
    state="state",
    goals={"posted": (Step("draft", "post", "posted", "{system} did not post the bill."),)},
)
YEAR = period_of("2026-01-01", "2026-12-31")


def ledger(doc: Doc) -> Doc:
    """A bill as the ERP keeps it: lines rounded half up, tax once for each rate and half to even, and what is open."""
    coin = Decimal(1).scaleb(-places(doc["currency"]))
    net, taxes = Decimal(0), Decimal(0)
    by_rate: dict[str, Decimal] = defaultdict(Decimal)
    for line in doc.get("lines") or []:
        amount = (Decimal(line["quantity"]) * Decimal(line["unit_price"])).quantize(coin, ROUND_HALF_UP)
        net, by_rate[line["tax_rate"]] = net + amount, by_rate[line["tax_rate"]] + amount
    for rate, base in by_rate.items():
        taxes += (base * Decimal(rate)).quantize(coin, ROUND_HALF_EVEN)
    left = net + taxes - Decimal(doc.get("paid", "0"))
    told = {"net": net, "tax": taxes, "gross": net + taxes, "open": left}
    state = doc.get("state", "draft")
    number = {"number": f"B-{doc['reference'][:8]}"} if state == "posted" else {}
    return {**doc, **{name: f"{value:.2f}" for name, value in told.items()}, "state": state, **number}


class Books:
    """The company with its ERP, and the passing of time."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.world = World(store, clock).found()
        self.erp = FakeSystem(clock, [BILL], lambda _, doc: ledger(doc), {("draft", "post"): "posted"})
        mapping = compile_mapping(parse_mapping(INVOICE, "invoice.yaml"))
        system = System("erp", composed(self.erp, [mapping]), self.erp.objects(), {"invoice": mapping})
        self.world.hub = replace(self.world.hub, systems={"erp": system})

    def run(self, rounds: int = 4, step: timedelta = timedelta(seconds=20)) -> None:
        """Let the hub work."""
        Bench(self.world.hub, self.world.clock, self.erp).run(rounds, step)

    def settle(self) -> None:
        """Until doubt and back-off have run out."""
        self.run(20, timedelta(minutes=2))

    def invoiced(self, ticket: Record) -> Record:
        self.world.do(billing.confirm_charges, ticket.id)
        return self.world.do(billing.invoice_charges, ticket.id)

    def pay(self, remote_id: str, amount: str) -> None:
        self.erp.edit("bill", remote_id, paid=amount)

    def told_again(self, remote_id: str) -> None:
        """The hook of a payment, sent once more."""
        self.world.hub.store.run(lambda tx: inbound.hint(self.world.hub, tx, "erp", "bill", remote_id))

    def bill_of(self, invoice: Record) -> tuple[str, Doc]:
        (found,) = [one for one in self.erp.records("bill") if one.doc["reference"] == invoice.id]
        return found.id, found.doc


@pytest.fixture
def books(store: Store, clock: FakeClock) -> Books:
    return Books(store, clock)


def of_hub(books: Books, name: str = "gross") -> dict[str, Decimal]:
    """What the hub's charges come to, by currency: those that are on an invoice."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for charge in books.world.all("charge"):
        if charge.get("invoice_id"):
            sums[charge["currency"]] += Decimal(charge[name])
    return dict(sums)


def of_erp(books: Books, name: str = "gross") -> dict[str, Decimal]:
    """What the ERP's bills come to, by currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for bill in books.erp.records("bill"):
        sums[bill.doc["currency"]] += Decimal(bill.doc[name])
    return dict(sums)


def check(books: Books) -> None:
    """The sums are the same by our count and by the report's, and nothing is open or doubled."""
    for name in ("net", "tax", "gross"):
        assert of_hub(books, name) == of_erp(books, name), name
    figures = reconciliation.reconcile(books.world.hub, books.world.everybody, "erp", YEAR).detail["figures"]
    assert [line for line in figures["money"] if Decimal(line["difference"])] == []
    assert (figures["documents"], figures["documents_differing"]) == ([], 0)
    told = {line["currency"]: Decimal(line["hub"]) for line in figures["money"] if line["kind"] == "charge"}
    assert told == of_erp(books)
    references = [bill.doc["reference"] for bill in books.erp.records("bill")]
    assert len(references) == len(set(references))


ODD = ((95, "33.3"), (37, "7.7"), (61, "0.1"), (128, "101.9"), (15, "13"))  # minutes and kilometres


def test_odd_hours_and_ways_sum_to_the_same_cent_through_lost_answers(books: Books) -> None:
    for number, (minutes, km) in enumerate(ODD):
        if number % 2:
            books.erp.fail("create", "after")
        if number % 3 == 2:
            books.erp.fail("act", "after")
        books.invoiced(books.world.completed(minutes=minutes, km=km))
        books.run(1)
    books.settle()
    assert len(books.erp.records("bill")) == len(ODD)
    assert {bill.doc["state"] for bill in books.erp.records("bill")} == {"posted"}
    check(books)


def test_a_payment_that_is_told_twice_is_received_once(books: Books) -> None:
    ticket = books.world.completed()
    invoice = books.invoiced(ticket)
    books.run()
    remote_id, bill = books.bill_of(invoice)
    books.pay(remote_id, bill["gross"])
    for _ in range(3):
        books.told_again(remote_id)
    books.run()
    books.told_again(remote_id)
    books.run()
    settled = books.world.get("ticket", ticket.id)
    assert settled["settlement"]["state"] == "paid"
    assert [event["event"] for event in settled["history"]].count("payment_recorded") == 1
    assert books.world.get("invoice", invoice.id)["payment"]["open_amount"] == "0.00"
    check(books)


def test_a_payment_before_the_invoice_was_posted_is_kept_and_settles_it_then(books: Books) -> None:
    ticket = books.world.completed()
    books.erp.fail("act", "before")
    invoice = books.invoiced(ticket)
    books.run(1)
    remote_id, bill = books.bill_of(invoice)
    assert bill["state"] == "draft"
    books.pay(remote_id, bill["gross"])
    books.settle()
    assert books.bill_of(invoice)[1]["state"] == "posted"
    assert books.world.get("ticket", ticket.id)["settlement"]["state"] == "paid"
    check(books)


def test_a_credit_note_takes_back_just_what_was_too_much(books: Books) -> None:
    ticket = books.world.completed(km="30")
    books.invoiced(ticket)
    books.settle()
    visit = books.world.read(lambda tx: tx.records.all("visit", {"ticket_id": ticket.id}))[0]
    books.world.change(visit, travel_km="10.3")
    books.world.do(billing.work_out_charges, ticket.id)
    books.erp.fail("create", "after")
    note = books.invoiced(ticket)
    books.settle()
    assert note.doc["kind"] == "credit_note"
    assert [Decimal(bill.doc["gross"]) < 0 for bill in books.erp.records("bill")] == [False, True]
    check(books)


@pytest.mark.parametrize(("currency", "rate", "gross"), [("USD", "33.335", "35.34"), ("JPY", "333", "353.00")])
def test_each_currency_has_a_sum_and_coins_of_its_own(books: Books, currency: str, rate: str, gross: str) -> None:
    books.invoiced(books.world.completed())
    foreign(books, currency, rate)
    books.settle()
    assert of_erp(books)[currency] == Decimal(gross)
    assert set(of_erp(books)) == {"CNY", currency}
    check(books)


def foreign(books: Books, currency: str, rate: str) -> None:
    """A charge and its invoice in another currency, as a file from abroad brings them."""
    coin = Decimal(1).scaleb(-places(currency))
    net = Decimal(rate).quantize(coin, ROUND_HALF_UP)
    tax = (net * Decimal("0.06")).quantize(coin, ROUND_HALF_EVEN)
    amounts = {"net": str(net), "tax": str(tax), "gross": str(net + tax)}
    ticket = books.world.ticket()
    line: dict[str, Any] = {"quantity": "1", "unit": "each", "tax_rate": "0.06", "code": "callout", "description": "x"}
    row = {"id": "l1", "charge_id": "c1", **line, "rate": str(net), **amounts}
    invoice = books.world.add(
        "invoice",
        kind="invoice",
        state="draft",
        customer_id="huaxin",
        ticket_id=ticket.id,
        currency=currency,
        totals=amounts,
        reference=f"X-{currency}",
        lines=[row],
    )
    rule = {"obligation": f"{ticket.id}/x", "revision": 1, "rule": "callout", "rule_version": 1, "category": "callout"}
    whose = {"ticket_id": ticket.id, "customer_id": "huaxin", "invoice_id": invoice.id}
    books.world.add(
        "charge",
        kind="charge",
        state="invoiced",
        currency=currency,
        rate=str(net),
        unit_price=str(net),
        source={"entity": "visit", "id": "v1"},
        at=books.world.clock.now().isoformat(),
        **rule,
        **whose,
        **line,
        **amounts,
    )


def test_an_erp_that_reckons_one_cent_otherwise_is_found_and_never_hidden(books: Books) -> None:
    invoice = books.invoiced(books.world.completed())
    books.settle()
    remote_id, bill = books.bill_of(invoice)
    wrong = str(Decimal(bill["lines"][0]["unit_price"]) + Decimal("0.01"))
    books.erp.edit("bill", remote_id, lines=[{**bill["lines"][0], "unit_price": wrong}, *bill["lines"][1:]])
    books.settle()
    figures = reconciliation.reconcile(books.world.hub, books.world.everybody, "erp", YEAR).detail["figures"]
    assert ("charge", "gross", "-0.01") in {(one["kind"], one["figure"], one["difference"]) for one in figures["money"]}
    assert [one["id"] for one in figures["documents"] if one["kind"] == "charge"] == [invoice.id]
