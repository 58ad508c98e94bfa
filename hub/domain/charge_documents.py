"""Charge lines as documents, and back."""

from hub.domain.charge_lines import ChargeLine, Cover, Source
from hub.domain.documents import Doc
from hub.domain.instants import parse_instant, write_instant
from hub.domain.money import Money
from hub.domain.quantity import parse_quantity, write_quantity
from hub.domain.reasons import Reason


def line_to_doc(line: ChargeLine) -> Doc:
    """The fields of a charge document that a line decides; its state and invoice are the service's."""
    doc: Doc = {
        "id": line.id,
        "obligation": line.obligation,
        "revision": line.revision,
        "kind": line.kind,
        "ticket_id": line.ticket_id,
        "customer_id": line.customer_id,
        "source": {"entity": line.source.entity, "id": line.source.id, "part": line.source.part or None},
        "code": line.code,
        "category": line.category,
        "description": line.description[:200],
        "part_id": line.part_id,
        "rule": line.rule,
        "rule_version": line.rule_version,
        "quantity": write_quantity(line.quantity),
        "unit": line.unit,
        "rate": write_quantity(line.rate),
        "discount_percent": write_quantity(line.discount_percent),
        "unit_price": write_quantity(line.unit_price),
        "tax_rate": write_quantity(line.tax_rate),
        "currency": line.net.currency,
        "net": line.net.text(),
        "tax": line.tax.text(),
        "gross": line.gross.text(),
        "coverage": {
            "by": line.cover.by,
            "record_id": line.cover.record_id,
            "why": line.cover.why.doc(),
            "list_net": line.cover.list_net.text(),
        },
        "explanation": [each.doc() for each in line.explanation],
        "at": write_instant(line.at),
    }
    return {name: _without_nothing(value) for name, value in doc.items() if value is not None}


def line_of_doc(doc: Doc) -> ChargeLine:
    """Read what ``line_to_doc`` wrote."""
    source, cover, currency = doc["source"], doc["coverage"], doc["currency"]
    return ChargeLine(
        ticket_id=doc["ticket_id"],
        source=Source(source["entity"], source["id"], source.get("part", "")),
        code=doc["code"],
        category=doc["category"],
        description=doc["description"],
        rule=doc["rule"],
        rule_version=doc["rule_version"],
        quantity=parse_quantity(doc["quantity"]),
        unit=doc["unit"],
        rate=parse_quantity(doc["rate"]),
        discount_percent=parse_quantity(doc["discount_percent"]),
        unit_price=parse_quantity(doc["unit_price"]),
        tax_rate=parse_quantity(doc["tax_rate"]),
        net=Money.of(doc["net"], currency),
        tax=Money.of(doc["tax"], currency),
        gross=Money.of(doc["gross"], currency),
        cover=Cover(
            cover["by"], Reason.of(cover["why"]), Money.of(cover["list_net"], currency), cover.get("record_id")
        ),
        explanation=tuple(Reason.of(each) for each in doc.get("explanation", ())),
        at=parse_instant(doc["at"]),
        customer_id=doc.get("customer_id"),
        part_id=doc.get("part_id"),
        revision=doc["revision"],
        kind=doc.get("kind", "charge"),
    )


def _without_nothing(value: object) -> object:
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if each is not None}
    return value
