"""Salesforce's describe of an object: what its fields are, as its JSON tells them."""

from collections.abc import Mapping
from typing import Any

from hub.domain.documents import Doc
from hub.files.schema_import.nodes import DATE, INSTANT, NUMBER, TEXT, WHOLE, YES_NO, choice, field, record
from hub.files.schema_import.source import Source

SHAPES: Mapping[str, Doc] = {
    "boolean": YES_NO,
    "int": WHOLE,
    "double": NUMBER,
    "currency": NUMBER,
    "percent": NUMBER,
    "date": DATE,
    "datetime": INSTANT,
}
"""Anything else is text."""


def read_salesforce(source: Source) -> dict[str, Doc]:
    """The object that a describe tells of."""
    data = source.data()
    fields = data["fields"]
    if source.wanted not in (None, data["name"], source.name):
        return {}
    made = {told["name"]: _field(told) for told in fields}
    required = [told["name"] for told in fields if not told["nillable"] and told["createable"] and _is_asked(told)]
    return {source.wanted or str(data["name"]): record(made, required, label=data.get("label"))}


def _is_asked(told: Mapping[str, Any]) -> bool:
    """Whether a new record has to say it: yes or no, and what has a default, stand by themselves."""
    return not told.get("defaultedOnCreate") and told["type"] != "boolean"


def _field(told: Mapping[str, Any]) -> Doc:
    options = [(one["value"], one.get("label")) for one in told.get("picklistValues") or () if one.get("active")]
    is_fixed = told["type"] == "picklist" and told.get("restrictedPicklist") and options
    values = [*options, (None, None)] if told["nillable"] else options
    shape = choice(values) if is_fixed else SHAPES.get(told["type"], TEXT)
    refers = told.get("referenceTo") or []
    return field(
        shape,
        label=told.get("label"),
        nullable=bool(told["nillable"]),
        most=told.get("length") if shape is TEXT and told.get("length") else None,
        read_only=not told["createable"] and not told["updateable"],
        create_only=bool(told["createable"]) and not told["updateable"],
        refers_to=refers[0] if len(refers) == 1 else None,
    )
