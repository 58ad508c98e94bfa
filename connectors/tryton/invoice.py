"""What Tryton's form fills in when a person types an invoice: ``create`` does none of it."""

from typing import Any

from connectors.tryton.models import Models
from connectors.tryton.shapes import Shape
from connectors.tryton.wire import Wire
from hub.domain.documents import Doc

HEADER = ("account", "journal", "invoice_address", "payment_term", "currency", "party_tax_identifier")
LINE = ("account", "unit", "taxes")


def complete(wire: Wire, models: Models, shape: Shape, doc: Doc, values: dict[str, Any]) -> dict[str, Any]:
    """The values with Tryton's own accounts, journal, address, term and taxes where the document says nothing.

    A line's ``tax_rate`` chooses the tax; without one the product's taxes apply.
    """
    around = {"type": "out", "company": wire.company}
    form = wire.read(f"{shape.model}.on_change", {**around, **_said(values)}, ["type", "party"])
    header = {**around, **{name: form[name] for name in HEADER if form.get(name)}, **_said(values)}
    about = {"company": wire.company, "currency": header.get("currency"), "party": header.get("party")}
    rows = zip(doc.get("lines", []), _created(values.get("lines", [])), strict=True)
    lines = [
        {**about, "sequence": place, **_line(wire, models, row, {**about, **line})}
        for place, (row, line) in enumerate(rows, start=1)
    ]
    return {**header, "lines": [["create", lines]] if lines else []}


def _line(wire: Wire, models: Models, row: Doc, values: dict[str, Any]) -> dict[str, Any]:
    known = {"type": "line", "invoice_type": "out", **_said(values)}
    known.pop("unit_price", None)  # a price typed in before the product is not kept by the form
    form = wire.read("account.invoice.line.on_change", known, ["product"])
    line = {name: _command(form[name]) for name in LINE if form.get(name)}
    if row.get("tax_rate") is not None:
        line["taxes"] = [["add", [models.coded("account.tax", "rate", row["tax_rate"])]]]
    return {"type": "line", "invoice_type": "out", **line, **_said(values)}


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and name != "lines"}


def _created(commands: list[list[Any]]) -> list[dict[str, Any]]:
    return [row for verb, rows in commands if verb == "create" for row in rows]


def _command(told: Any) -> Any:
    """What on_change tells of a list, as the command that create wants."""
    if isinstance(told, dict):
        return [["add", [row["id"] for _, row in told.get("add", [])]]]
    return told
