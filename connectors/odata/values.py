"""Values between our documents and OData's JSON, in version 2 and 4, by the type that the metadata names.

Decimals are texts on our side, dates ``2026-01-31``, instants in UTC with offset, times ``08:00:00``.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from hub.domain.errors import RejectedError

V2, V4 = 2, 4
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OLD_DATE = re.compile(r"/Date\((-?\d{1,15})(?:([+-])(\d{1,4}))?\)/")
PERIOD = re.compile(r"PT(?:(\d{1,2})H)?(?:(\d{1,2})M)?(?:(\d{1,2})(?:\.\d+)?S)?")
FRACTION = re.compile(r"(\.\d{6})\d+")
NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?")
WHOLE = re.compile(r"-?\d{1,20}")
GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
DAY = "Day"
"""Edm.DateTime of version 2 whose metadata says that only the date is meant."""


def read(kind: str, told: Any) -> Any:
    """What a system told of a property, as a plain JSON value; ValueError when it is not of its type."""
    return READ[kind](told) if told is not None and kind in READ else told


def write(kind: str, value: Any, version: int, *, where: str) -> Any:
    """A value of ours as the body of a request has it; RejectedError when it is none of the type."""
    if value is None:
        return None
    writers: Mapping[str, Callable[[Any], Any]] = WRITE_V2 if version == V2 else WRITE_V4
    try:
        return writers[kind](value) if kind in writers else _text(value)
    except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
        raise _refused(kind, where) from error


def literal(kind: str, value: Any, version: int, *, where: str) -> str:
    """A value of ours as an address has it, in a key or a filter; nothing in it can end the literal."""
    try:
        return (LITERAL_V2 if version == V2 else LITERAL_V4).get(kind, _quoted)(value)
    except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
        raise _refused(kind, where) from error


def instant_of(told: str) -> datetime:
    """The instant in either notation: ``/Date(0)/`` or ISO; one without offset is taken as UTC."""
    if told[:6] == "/Date(":  # most of them, in fewer steps
        number = told[6:-7] if told[-7:] == "+0000)/" else told[6:-2]
        if number.isdecimal() and told[-2:] == ")/":
            return EPOCH + timedelta(milliseconds=int(number))
    old = OLD_DATE.fullmatch(told)
    if old is not None:
        return EPOCH + timedelta(milliseconds=int(old[1]))
    found = datetime.fromisoformat(FRACTION.sub(r"\1", told))
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _refused(kind: str, where: str) -> RejectedError:
    return RejectedError("{where}: the value is no {kind}", where=where, kind=kind)


def _read_decimal(told: Any) -> str:
    text = str(told)
    if NUMBER.fullmatch(text):
        return text
    try:
        return format(Decimal(text), "f")
    except InvalidOperation as error:
        raise ValueError(text) from error


def _read_whole(told: Any) -> int:
    return int(str(told))


def _read_instant(told: Any) -> str:
    return instant_of(str(told)).isoformat()


def _read_local(told: Any) -> str:
    return instant_of(str(told)).replace(tzinfo=None).isoformat()


def _read_day(told: Any) -> str:
    return instant_of(str(told)).date().isoformat()


def _read_time(told: Any) -> str:
    text = str(told)
    period = PERIOD.fullmatch(text)
    if period is None:
        return time.fromisoformat(FRACTION.sub(r"\1", text)).replace(microsecond=0).isoformat()
    hours, minutes, seconds = (int(part or 0) for part in period.groups())
    return time(hours % 24, minutes, seconds).isoformat()


READ: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("Edm.Decimal", "Edm.Double", "Edm.Single"), _read_decimal),
    **dict.fromkeys(("Edm.Int64", "Edm.Int32", "Edm.Int16", "Edm.Byte", "Edm.SByte"), _read_whole),
    "Edm.DateTimeOffset": _read_instant,
    "Edm.DateTime": _read_local,
    DAY: _read_day,
    "Edm.Date": lambda told: date.fromisoformat(str(told)).isoformat(),
    "Edm.Time": _read_time,
    "Edm.TimeOfDay": _read_time,
}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value


def _number_text(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    if isinstance(value, bool) or not NUMBER.fullmatch(text):
        raise ValueError
    return text


def _whole(value: Any) -> int:
    text = str(value)
    if isinstance(value, bool) or not WHOLE.fullmatch(text):
        raise ValueError
    return int(text)


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(type(value).__name__)
    return value


def _guid(value: Any) -> str:
    if not GUID.fullmatch(value):
        raise ValueError
    return str(value)


def _aware(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError
    return found.astimezone(UTC)


def _local(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is not None:
        raise ValueError
    return found.replace(tzinfo=UTC)


def _old(at: datetime) -> str:
    return f"/Date({(at - EPOCH) // timedelta(milliseconds=1)})/"


def _period(value: str) -> str:
    at = time.fromisoformat(value)
    return f"PT{at.hour:02}H{at.minute:02}M{at.second:02}S"


def _midnight(value: str) -> datetime:
    return datetime.combine(date.fromisoformat(value), time(), UTC)


WRITE_V2: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("Edm.Decimal", "Edm.Double", "Edm.Single"), _number_text),
    "Edm.Int64": lambda value: str(_whole(value)),
    **dict.fromkeys(("Edm.Int32", "Edm.Int16", "Edm.Byte", "Edm.SByte"), _whole),
    "Edm.Boolean": _yes_no,
    "Edm.Guid": _guid,
    "Edm.DateTimeOffset": lambda value: _old(_aware(value)).replace(")/", "+0000)/"),
    "Edm.DateTime": lambda value: _old(_local(value)),
    DAY: lambda value: _old(_midnight(value)),
    "Edm.Time": _period,
}
WRITE_V4: Mapping[str, Callable[[Any], Any]] = {
    **WRITE_V2,
    "Edm.DateTimeOffset": lambda value: _zulu(_aware(value)),
    "Edm.Date": lambda value: date.fromisoformat(value).isoformat(),
    "Edm.TimeOfDay": lambda value: time.fromisoformat(value).isoformat(),
}
"""Decimals are texts in version 4 too: every request says IEEE754Compatible."""


def _zulu(at: datetime) -> str:
    text = at.replace(tzinfo=None).isoformat(timespec="microseconds" if at.microsecond else "seconds")
    return f"{text}Z"


def _quoted(value: Any) -> str:
    return "'" + _text(value).replace("'", "''") + "'"


def _bare(write_: Callable[[Any], Any]) -> Callable[[Any], str]:
    return lambda value: str(write_(value))


def _as_day(value: str) -> str:
    return f"datetime'{date.fromisoformat(value).isoformat()}T00:00:00'"


LITERAL_V4: Mapping[str, Callable[[Any], str]] = {
    **{
        kind: _bare(WRITE_V4[kind])
        for kind in ("Edm.Decimal", "Edm.Double", "Edm.Single", "Edm.Int64", "Edm.Int32", "Edm.Int16", "Edm.Guid")
    },
    **{kind: _bare(WRITE_V4[kind]) for kind in ("Edm.Byte", "Edm.SByte", "Edm.DateTimeOffset", "Edm.Date")},
    "Edm.TimeOfDay": _bare(WRITE_V4["Edm.TimeOfDay"]),
    "Edm.Boolean": lambda value: str(_yes_no(value)).lower(),
}
LITERAL_V2: Mapping[str, Callable[[Any], str]] = {
    "Edm.Decimal": lambda value: f"{_number_text(value)}M",
    "Edm.Double": lambda value: f"{_number_text(value)}d",
    "Edm.Single": lambda value: f"{_number_text(value)}f",
    "Edm.Int64": lambda value: f"{_whole(value)}L",
    **{kind: LITERAL_V4[kind] for kind in ("Edm.Int32", "Edm.Int16", "Edm.Byte", "Edm.SByte", "Edm.Boolean")},
    "Edm.Guid": lambda value: f"guid'{_guid(value)}'",
    "Edm.DateTimeOffset": lambda value: f"datetimeoffset'{_zulu(_aware(value))}'",
    "Edm.DateTime": lambda value: f"datetime'{_local(value).replace(tzinfo=None).isoformat()}'",
    DAY: _as_day,
    "Edm.Time": lambda value: f"time'{_period(value)}'",
}
