"""Invoices made of charges: one document per ticket and revision, which the ERP's own arithmetic confirms."""

from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256

from hub.domain.documents import Doc
from hub.domain.money import Money, total
from hub.domain.quantity import EXACT, parse_quantity, write_quantity

DESCRIPTION_LENGTH = 200


def invoice_id(ticket_id: str, revision: int) -> str:
    """The id of a ticket's invoice of a revision: a second one collides."""
    return sha256(f"{ticket_id}/invoice#{revision}".encode()).hexdigest()[:32]


def invoice_of(ticket: Doc, revision: int, charges: Sequence[Doc], skus: dict[str, str]) -> Doc:
    """The invoice document of charges that are due together; what is to be given back makes it a credit note.

    ``skus`` are the article numbers of the parts by id.
    """
    currency = charges[0]["currency"]
    sums = {name: sum_of(charges, name, currency) for name in ("net", "tax", "gross")}
    return {
        "id": invoice_id(ticket["id"], revision),
        "reference": f"{ticket['number']}-{revision}",
        "kind": "credit_note" if sums["gross"].amount < 0 else "invoice",
        "state": "draft",
        "customer_id": charges[0]["customer_id"],
        "ticket_id": ticket["id"],
        "currency": currency,
        "totals": {name: amount.text() for name, amount in sums.items()},
        "lines": [line_of(charge, skus) for charge in charges],
    }


def line_of(charge: Doc, skus: dict[str, str]) -> Doc:
    """One line of an invoice, keyed by its charge.

    A receiver multiplies quantity and rate and rounds by its own rule; where the product is no whole number of the
    smallest coin, the line is written as one piece at the net, so that every receiver finds the same.
    """
    net = Money.of(charge["net"], charge["currency"])
    quantity, rate = parse_quantity(charge["quantity"]), parse_quantity(charge["unit_price"])
    description = charge["description"]
    unit = charge["unit"]
    if EXACT.multiply(quantity, rate) != net.amount:
        description = f"{description}, {write_quantity(quantity)} {unit}"
        quantity, rate, unit = Decimal(1), net.amount, "each"
    part = {"part_id": charge["part_id"], "sku": skus[charge["part_id"]]} if "part_id" in charge else {}
    return {
        "id": charge["id"],
        "charge_id": charge["id"],
        **part,
        "code": charge["code"],
        "description": description[:DESCRIPTION_LENGTH],
        "quantity": write_quantity(quantity),
        "unit": unit,
        "rate": write_quantity(rate),
        "tax_rate": charge["tax_rate"],
        **{name: charge[name] for name in ("net", "tax", "gross")},
    }


def sum_of(charges: Sequence[Doc], name: str, currency: str) -> Money:
    """One amount of charges together."""
    return total((Money.of(charge[name], charge["currency"]) for charge in charges), currency)
