"""Invoices: the ERP's own arithmetic must find what the charges say."""

from decimal import ROUND_HALF_EVEN, Decimal

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.documents import Doc
from hub.domain.invoices import invoice_id, invoice_of, line_of
from hub.domain.money import Money

TICKET: Doc = {"id": "t", "number": "T-2026-000001"}
CENT = Decimal("0.01")


def charge(quantity: str = "1", unit_price: str = "100", **more: str) -> Doc:
    """A charge whose net is rounded half up, as ours are."""
    net = Money(Decimal(quantity) * Decimal(unit_price), "CNY").round()
    return {
        "id": "c",
        "code": "labour",
        "description": "Labour",
        "unit": "hour",
        "currency": "CNY",
        "customer_id": "k",
        "quantity": quantity,
        "unit_price": unit_price,
        "tax_rate": "0.06",
        "net": net.text(),
        "tax": "0.00",
        "gross": net.text(),
        **more,
    }


def test_a_line_is_written_as_it_was_charged() -> None:
    line = line_of(charge("1.5", "180"), {})
    assert (line["quantity"], line["unit"], line["rate"], line["net"]) == ("1.5", "hour", "180", "270.00")
    assert (line["id"], line["charge_id"]) == ("c", "c")


def test_a_line_that_others_might_round_otherwise_is_one_piece_at_the_net() -> None:
    line = line_of(charge("0.5", "0.01"), {})  # half a cent: one by our rule, none by the ERP's
    assert (line["quantity"], line["unit"], line["rate"], line["net"]) == ("1", "each", "0.01", "0.01")
    assert line["description"] == "Labour, 0.5 hour"


def test_a_part_is_named_by_its_article_number() -> None:
    line = line_of(charge(part_id="p"), {"p": "P-FILT-01"})
    assert (line["part_id"], line["sku"]) == ("p", "P-FILT-01")


def test_what_is_given_back_is_a_credit_note() -> None:
    assert invoice_of(TICKET, 1, [charge()], {})["kind"] == "invoice"
    note = invoice_of(TICKET, 2, [charge(), charge(unit_price="-150")], {})
    assert (note["kind"], note["totals"]["net"], note["reference"]) == ("credit_note", "-50.00", "T-2026-000001-2")


def test_an_invoice_is_one_per_ticket_and_revision() -> None:
    assert invoice_id("t", 1) == invoice_of(TICKET, 1, [charge()], {})["id"]
    assert len({invoice_id("t", 1), invoice_id("t", 2), invoice_id("u", 1)}) == 3


NUMBERS = st.decimals("0", "9999", places=4)


@given(NUMBERS, NUMBERS)
def test_whoever_multiplies_and_rounds_finds_the_net(quantity: Decimal, price: Decimal) -> None:
    line = line_of(charge(str(quantity), str(price)), {})
    theirs = (Decimal(line["quantity"]) * Decimal(line["rate"])).quantize(CENT, ROUND_HALF_EVEN)
    assert theirs == Decimal(line["net"])
