"""Frappe's DocTypes, as JSON files or as the server tells them: fields, options, child tables."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hub.domain.documents import Doc
from hub.files.schema_import.nodes import (
    ANYTHING,
    CLOCK,
    DATE,
    NUMBER,
    TEXT,
    WHOLE,
    choice,
    field,
    listing,
    number_in,
    record,
)
from hub.files.schema_import.source import DEEPEST, Count, Source

SHORT = 140
"""Characters of a Data, Link or Select field that does not say its length."""
SHORT_TEXTS = frozenset({"Data", "Link", "Select", "Dynamic Link", "Barcode", "Phone", "Color", "Icon", "Read Only"})
LAYOUT = frozenset({"Section Break", "Column Break", "Tab Break", "Fold", "Heading", "HTML", "Button", "Image"})
"""What arranges a form and holds no value."""
TABLES = frozenset({"Table", "Table MultiSelect"})
CHECK: Doc = {**WHOLE, "enum": [0, 1]}
OWN: Mapping[str, Doc] = {
    "name": {**TEXT, "maxLength": SHORT},
    "owner": {**TEXT, "readOnly": True},
    "creation": {"type": "string", "format": "local-date-time", "readOnly": True},
    "modified": {"type": "string", "format": "local-date-time", "readOnly": True},
    "docstatus": choice([(0, "Draft"), (1, "Submitted"), (2, "Cancelled")]),
}
"""Fields that every document has, whatever its DocType says."""
ROW: Mapping[str, Doc] = {"name": OWN["name"], "idx": {**WHOLE, "readOnly": True}}


def _text(_: Mapping[str, Any]) -> Doc:
    return TEXT


def _select(told: Mapping[str, Any]) -> Doc:
    options = [line.strip() for line in str(told.get("options") or "").splitlines() if line.strip()]
    return choice([(option, None) for option in options]) if options else TEXT


def _number(told: Mapping[str, Any]) -> Doc:
    places = number_in(told.get("precision"))
    return NUMBER if places is None else {**NUMBER, "x-places": places}


SHAPES: Mapping[str, Callable[[Mapping[str, Any]], Doc]] = {
    "Check": lambda _: CHECK,
    "Int": lambda _: WHOLE,
    "Long Int": lambda _: WHOLE,
    "Float": _number,
    "Currency": _number,
    "Percent": _number,
    "Duration": lambda _: NUMBER,
    "Rating": lambda _: NUMBER,
    "Date": lambda _: DATE,
    "Datetime": lambda _: {"type": "string", "format": "local-date-time"},
    "Time": lambda _: CLOCK,
    "Select": _select,
    "JSON": lambda _: ANYTHING,
    "Geolocation": lambda _: ANYTHING,
    "Link": lambda told: field(TEXT, refers_to=told.get("options")),
}
"""Anything else is text."""
NEVER_NULL = frozenset({"Check", "Int", "Float", "Currency", "Percent", "Rating"})


def read_frappe(source: Source) -> dict[str, Doc]:
    """Every DocType that is no child table, with its child tables in it where the document has them."""
    types = {told["name"]: told for told in _doctypes(source.data())}
    if not types:
        raise source.refusal("it holds no DocType with name and fields")
    return {
        name: _object(told, types, OWN, (name,), Count(source))
        for name, told in types.items()
        if source.wanted == name or (source.wanted is None and not told.get("istable"))
    }


def _doctypes(data: Any) -> Iterator[Mapping[str, Any]]:
    """The DocTypes of a file, of a list of them, or of the server's answer."""
    if isinstance(data, list):
        for each in data:
            yield from _doctypes(each)
    elif isinstance(data, dict) and isinstance(data.get("name"), str) and isinstance(data.get("fields"), list):
        yield data
    elif isinstance(data, dict):
        for key in ("docs", "data", "message"):
            if isinstance(data.get(key), list | dict):
                yield from _doctypes(data[key])


def _object(
    told: Mapping[str, Any],
    types: Mapping[str, Mapping[str, Any]],
    own: Mapping[str, Doc],
    around: tuple[str, ...],
    count: Count,
) -> Doc:
    given = [each for each in told["fields"] if isinstance(each, dict) and isinstance(each.get("fieldname"), str)]
    fields = [each for each in given if each.get("fieldtype") not in LAYOUT]
    made = dict(own)
    for each in fields:
        count.one(len(around))
        made[each["fieldname"]] = _field(each, types, around, count)
    required = [
        each["fieldname"]
        for each in fields
        if each.get("reqd") and not each.get("default") and not made[each["fieldname"]].get("readOnly")
    ]
    return record(made, required)


def _field(
    told: Mapping[str, Any], types: Mapping[str, Mapping[str, Any]], around: tuple[str, ...], count: Count
) -> Doc:
    kind = str(told.get("fieldtype"))
    said: dict[str, Any] = {
        "label": told.get("label"),
        "read_only": bool(told.get("read_only")) or kind == "Read Only" or bool(told.get("is_virtual")),
        "create_only": bool(told.get("set_only_once")),
    }
    if kind in TABLES:
        return listing(_rows(str(told.get("options")), types, around, count), **said)
    shape = SHAPES.get(kind, _text)(told)
    nullable = not told.get("reqd") and kind not in NEVER_NULL
    most = number_in(told.get("length")) or (SHORT if kind in SHORT_TEXTS else None)
    made = field(shape, nullable=nullable, most=most if "enum" not in shape else None, **said)
    made = {**made, "enum": [*made["enum"], None]} if nullable and "enum" in made else made
    level = told.get("permlevel")
    return {**made, "x-permission-level": level} if isinstance(level, int) and level > 0 else made


def _rows(name: str, types: Mapping[str, Mapping[str, Any]], around: tuple[str, ...], count: Count) -> Doc:
    if name not in types or name in around or len(around) > DEEPEST:
        return {"type": "object"}
    return _object(types[name], types, ROW, (*around, name), count)
