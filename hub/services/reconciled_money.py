"""Documents with money on both sides: which amounts are compared, and what an invoice is made of."""

from collections.abc import Iterator
from dataclasses import replace

from hub.domain.documents import Doc
from hub.domain.invoices import sum_of
from hub.domain.matching import value_at
from hub.domain.reconciliation import MoneyDocument
from hub.ports.records import Record
from hub.ports.store import UnitOfWork

FIGURES: dict[str, dict[str, str]] = {
    "invoice": {"net": "totals.net", "tax": "totals.tax", "gross": "totals.gross", "open": "payment.open_amount"},
    "payment": {"amount": "amount"},
    "charge": {"net": "net", "tax": "tax", "gross": "gross"},
}
"""The amounts that are reconciled, by kind of document: a name, and where the document has it."""
BILLED = {"charge": "gross"}  # what an invoice is made of, summed by invoice, against the invoice over there


def money_document(entity: str, ours: Doc | None, theirs: Doc | None, remote_id: str) -> MoneyDocument | None:
    """One document; None where it has no currency, and so no amount."""
    either = ours or theirs or {}
    currency = either.get("currency")
    if not currency:
        return None
    foreign = (theirs or {}).get("currency")
    told = amounts(entity, theirs) if theirs is not None else None
    mine = amounts(entity, ours) if ours is not None else None
    if told and mine:  # only what both can say is compared
        mine = {name: value for name, value in mine.items() if name in told}
    return MoneyDocument(
        kind=entity,
        id=str((ours or {}).get("id", "")),
        remote_id=remote_id,
        number=str(either.get("number") or either.get("reference") or ""),
        currency=str(currency),
        hub=mine,
        system=told,
        remote_currency=str(foreign) if foreign and foreign != currency else None,
    )


def amounts(entity: str, doc: Doc) -> dict[str, str]:
    """The amounts that a document has, by name."""
    found = {name: value_at(doc, path) for name, path in FIGURES[entity].items()}
    return {name: str(value) for name, value in found.items() if value is not None}


def billed(tx: UnitOfWork, invoice: Record, document: MoneyDocument) -> Iterator[MoneyDocument]:
    """The charges of an invoice, summed, against its gross amount over there."""
    gross = (document.system or {}).get("gross")
    for entity, figure in BILLED.items():
        lines = [one.doc for one in tx.records.all(entity, {"invoice_id": invoice.id})]
        mine = [doc for doc in lines if doc["currency"] == document.currency]
        if mine and gross is not None:
            ours = sum_of(mine, figure, document.currency).text()
            yield replace(document, kind=entity, hub={figure: ours}, system={figure: gross})
