"""Values as plain JSON: decimals and floats as texts, instants in UTC, dates without zone.

What is not of its type stays the text that came: the mapping then refuses this one value of this one record.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from zeep.xsd.types import builtins
from zeep.xsd.types.collection import ListType

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
DATE = re.compile(r"(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:\d\d)?")
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def plain(type_: Any, text: str | None) -> Any:
    """The value of a text by its simple type; None where there is no text."""
    if text is None or not text.strip():
        return None
    if isinstance(type_, ListType):
        return [plain(type_.item_type, part) for part in text.split()]
    written = next((written for kinds, written in READ if isinstance(type_, kinds)), None)
    return text if written is None else written(text.strip())


def _boolean(text: str) -> Any:
    return BOOLEANS.get(text, text)


def _integer(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        return text


def _number(text: str) -> str:
    return text.removeprefix("+") if NUMBER.fullmatch(text) else text


def _date(text: str) -> str:
    found = DATE.fullmatch(text)
    return found[1] if found else text


def instant(text: str) -> str:
    """An instant in UTC; a time without zone as it is, since only the connector file knows where it was said."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) <= len("2026-01-31"):
        return text
    return (at if at.tzinfo is None else at.astimezone(UTC)).isoformat()


READ: tuple[tuple[Any, Callable[[str], Any]], ...] = (
    (builtins.Boolean, _boolean),
    (builtins.Integer, _integer),
    ((builtins.Decimal, builtins.Float, builtins.Double), _number),
    (builtins.DateTime, instant),
    (builtins.Date, _date),
    (builtins.Base64Binary, lambda text: "".join(text.split())),
    ((builtins.Time, builtins.Duration, builtins.HexBinary, builtins.AnyURI), str),
)
"""A kind of type, and how its text is read; the first that fits decides. Of other types the text stays as it is."""
