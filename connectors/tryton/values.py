"""Values between our documents and Tryton's JSON: decimals as strings, dates and instants in ISO form."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hub.domain.errors import RejectedError

Encode = Callable[[Any], Any]


def decimal_text(number: float | Decimal) -> str:
    """A number without exponent and superfluous zeros; a float as the short decimal that it stands for."""
    exact = number if isinstance(number, Decimal) else Decimal(repr(float(number)))
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text and not isinstance(number, Decimal) else text


def instant(told: dict[str, int]) -> datetime:
    """Tryton's timestamps are UTC without saying so."""
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return datetime(*(told[name] for name in names), tzinfo=UTC)  # type: ignore[misc, arg-type]  # seven ints


def tell_instant(moment: datetime) -> dict[str, Any]:
    """An instant as Tryton wants it."""
    utc = moment.astimezone(UTC)
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{name: getattr(utc, name) for name in names}}


def tell_date(day: date) -> dict[str, Any]:
    """A date as Tryton wants it."""
    return {"__class__": "date", "year": day.year, "month": day.month, "day": day.day}


def tell_decimal(number: str) -> dict[str, str]:
    """A decimal as Tryton wants it."""
    return {"__class__": "Decimal", "decimal": format(Decimal(number), "f")}


ENCODE: dict[str, Encode] = {
    "numeric": tell_decimal,
    "float": float,
    "integer": int,
    "boolean": bool,
    "many2one": int,
    "date": lambda text: tell_date(date.fromisoformat(text)),
    "datetime": lambda text: tell_instant(datetime.fromisoformat(text)),
    "timestamp": lambda text: tell_instant(datetime.fromisoformat(text)),
}


def encode(kind: str, value: Any, *, where: str) -> Any:
    """A value of ours for a field of a kind; RejectedError when it is not one, which a mapping must mend."""
    if value is None:
        return None
    try:
        return ENCODE.get(kind, lambda same: same)(value)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise RejectedError(
            "{where}: {value!r} is no {kind} for Tryton", where=where, value=value, kind=kind
        ) from error


CLASSES: dict[str, Callable[[dict[str, Any]], str]] = {
    "Decimal": lambda told: decimal_text(Decimal(told["decimal"])),
    "date": lambda told: date(told["year"], told["month"], told["day"]).isoformat(),
    "datetime": lambda told: instant(told).isoformat(),
    "timedelta": lambda told: decimal_text(told["seconds"]),
}
DECODE: dict[str, Callable[[Any], Any]] = {
    "boolean": bool,  # SQLite tells 0 and 1
    "float": decimal_text,
    "many2one": str,
}


def decode(kind: str, told: Any) -> Any:
    """What Tryton told of a field of a kind, as a plain JSON value."""
    if told is None:
        return None
    if isinstance(told, dict) and told.get("__class__") in CLASSES:
        return CLASSES[told["__class__"]](told)
    return DECODE.get(kind, lambda same: same)(told)
