"""What a value is over there and with us: decimals are texts here, dates and times in ISO form."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from hub.domain.documents import Doc
from hub.transport.declared.fields import same
from hub.transport.declared.instants import Instants, as_document, instants_of
from hub.transport.places import as_text

Convert = Callable[[Any], Any]
Pair = tuple[Convert, Convert]
PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def pair_of(told: Doc, instants: Instants) -> Pair:
    """How a field with these keys is decoded and encoded; what does not fit raises ValueError and its like."""
    own = instants_of(told.get("instants"), instants)
    return PAIRS[told.get("as", "any")](told, own)


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise TypeError(value)
    return as_text(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError(value)
    return int(value)


def _decimal(value: Any) -> Decimal:
    exact = Decimal(_text(value))
    if not exact.is_finite():
        raise ValueError(value)
    return exact


def _number(value: Any) -> str:
    if type(value) is str and PLAIN.fullmatch(value):
        return value
    return str(value) if type(value) is int else format(_decimal(value), "f")


def _dates(told: Doc, instants: Instants) -> Pair:
    if "instants" in told:
        zone = ZoneInfo(instants.zone)
        return (
            lambda value: at.astimezone(zone).date().isoformat() if (at := instants.read(value)) else None,
            lambda value: instants.write(datetime.fromisoformat(value).replace(tzinfo=zone)),
        )
    if "pattern" not in told:
        return (lambda value: date.fromisoformat(value).isoformat(),) * 2
    pattern = told["pattern"]
    return (
        lambda value: datetime.strptime(value, pattern).date().isoformat(),  # noqa: DTZ007 - a date has no zone
        lambda value: date.fromisoformat(value).strftime(pattern),
    )


PAIRS: Mapping[str, Callable[[Doc, Instants], Pair]] = {
    "any": lambda _, __: (same, same),
    "text": lambda _, __: (_text, _text),
    "html": lambda _, __: (lambda value: unescape(_text(value)), _text),
    "integer": lambda _, __: (_integer, _integer),
    "id": lambda _, __: (lambda value: str(_integer(value)), _integer),
    "number": lambda _, __: (_number, _decimal),
    "boolean": lambda _, __: (lambda value: BOOLEANS[as_text(value).lower()], lambda value: BOOLEANS[as_text(value)]),
    "date": _dates,
    "instant": lambda _, instants: (
        lambda value: as_document(instants.read(value)),
        lambda value: instants.write(datetime.fromisoformat(value)),
    ),
}
