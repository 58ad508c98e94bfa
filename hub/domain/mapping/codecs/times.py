"""Instants and dates: ISO strings in UTC in the hub, whatever the other side keeps over there."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.domain.errors import InvalidError
from hub.domain.mapping.codecs.base import NUMBER, TEXT, Codec, text_of
from hub.domain.mapping.codecs.numbers import number_of
from hub.domain.mapping.refusal import UnfitError

_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PER_SECOND = {"s": 1, "ms": 1000}


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise UnfitError("{value} is not an ISO 8601 date and time", value=repr(text)) from error


def _utc(instant: datetime) -> datetime:
    try:
        return instant.astimezone(UTC).replace(microsecond=0)
    except OverflowError as error:
        raise UnfitError("{value} is outside the calendar", value=repr(instant.isoformat())) from error


def _of_hub(value: Any) -> datetime:
    instant = _instant(text_of(value))
    if instant.tzinfo is None:
        raise UnfitError("{value} has no offset from UTC", value=repr(value))
    return _utc(instant)


def _clock(value: Any) -> time:
    """A time of day; one-digit hours and fractions of seconds are understood, since some systems write them."""
    found = _TIME.fullmatch(text_of(value))
    hour, minute, second = (int(part or 0) for part in found.groups()) if found else (99, 0, 0)
    try:
        return time(hour, minute, second)
    except ValueError as error:
        raise UnfitError("{value} is not a time of day", value=repr(value)) from error


def _day(value: Any) -> date:
    """A date; one with a time of day is understood when that is midnight."""
    text = text_of(value)
    try:
        day = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnfitError("{value} is not a date", value=repr(value)) from error
    if day.time() != time():
        raise UnfitError("{value} is a time within a day, not a date", value=repr(value))
    return day.date()


@dataclass(frozen=True)
class DateTime(Codec):
    """An instant. With ``tz`` the remote keeps local time without offset, in one field or as date and time in two.

    Without ``tz`` the remote's text must carry an offset. Fractions of seconds do not count. Of an hour that the clock
    goes through twice, the first is meant unless the hub already holds the second.
    """

    tz: str | None = None
    sep: str = "T"
    width: int = 1
    calls: ClassVar[tuple[str, ...]] = (
        "datetime",
        "datetime(Asia/Shanghai)",
        'datetime(Europe/Berlin, " ")',
    )
    hub: ClassVar[frozenset[str]] = TEXT
    remote: ClassVar[frozenset[str]] = TEXT

    def __post_init__(self) -> None:
        _zone(self.tz)

    def over(self, width: int) -> Self:
        """Over two fields it is a date and a time of day."""
        pair = 2
        if width > pair or (width == pair and self.tz is None):
            return super().over(width)
        return replace(self, width=width)

    def encode(self, value: Any) -> Any:
        """The remote's text, or the texts of date and time."""
        instant = _of_hub(value)
        if self.tz is None:
            return instant.isoformat(sep=self.sep)
        local = instant.astimezone(_zone(self.tz)).replace(tzinfo=None)
        if self.width == 1:
            return local.isoformat(sep=self.sep)
        return (local.date().isoformat(), local.time().isoformat())

    def decode(self, value: Any) -> str | None:
        """The instant in UTC."""
        if self.width == 1:
            return self._aware(_instant(text_of(value))).isoformat()
        if not isinstance(value, tuple) or len(value) != self.width:
            raise UnfitError("{value} is not a date and a time of day", value=repr(value))
        day, clock = value
        if day in (None, ""):
            return None
        return self._aware(datetime.combine(_day(day), _clock(clock) if clock else time())).isoformat()

    def _aware(self, found: datetime) -> datetime:
        if found.tzinfo is not None:
            return _utc(found)
        if self.tz is None:
            raise UnfitError("{value} has no offset: say the zone with tz", value=repr(found.isoformat()))
        return _utc(found.replace(tzinfo=_zone(self.tz)))

    def hub_edges(self) -> tuple[Any, ...]:
        """The epoch, a leap day, the last second of a year, a changed clock."""
        return (
            "1970-01-01T00:00:00+00:00",
            "2024-02-29T23:59:59+00:00",
            "2026-12-31T16:00:00+00:00",
            "2026-10-25T01:30:00+00:00",
        )

    def remote_edges(self) -> tuple[Any, ...]:
        """Local times where there is a zone, the hour that is gone through twice among them; else with an offset."""
        if self.tz is None:
            return ("1970-01-01T00:00:00+00:00", "2026-01-31T16:00:00.5+08:00", "2024-02-29T12:00:00-03:30")
        if self.width > 1:
            return (("2026-01-31", "16:00:00"), ("2024-02-29", "9:05:03.25"), ("2026-01-31", None))
        return ("1970-01-01 00:00:00", "2026-10-25T02:30:00", "2026-03-29T02:30:00", "2024-02-29T23:59:59")


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name is not None else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidError("'{tz}' is not a time zone such as Asia/Shanghai", tz=name) from error


@dataclass(frozen=True)
class Date(Codec):
    """A calendar date without zone: ``iso`` is 2026-01-31, ``compact`` is 20260131."""

    form: str = "iso"
    calls: ClassVar[tuple[str, ...]] = (
        "date",
        "date(compact)",
    )
    hub: ClassVar[frozenset[str]] = TEXT
    remote: ClassVar[frozenset[str]] = TEXT

    def __post_init__(self) -> None:
        if self.form not in ("iso", "compact"):
            raise InvalidError("date({form}) is not known: write date(iso) or date(compact)", form=self.form)

    def encode(self, value: Any) -> str:
        """The date as the remote writes it."""
        day = _day(value)
        return day.isoformat() if self.form == "iso" else day.strftime("%Y%m%d")

    def decode(self, value: Any) -> str:
        """The ISO date."""
        return _day(value).isoformat()

    def hub_edges(self) -> tuple[Any, ...]:
        """A leap day, the ends of a year."""
        return ("2024-02-29", "2026-01-01", "2026-12-31")

    def remote_edges(self) -> tuple[Any, ...]:
        """Both forms, and midnight as some systems write a date."""
        return ("2024-02-29", "20240229", "2026-12-31T00:00:00")


@dataclass(frozen=True)
class Epoch(Codec):
    """An instant as seconds or milliseconds since 1970: ``epoch(s)``, ``epoch(ms)``."""

    unit: str = "s"
    calls: ClassVar[tuple[str, ...]] = (
        "epoch(s)",
        "epoch(ms)",
    )
    hub: ClassVar[frozenset[str]] = TEXT
    remote: ClassVar[frozenset[str]] = NUMBER
    reads: ClassVar[frozenset[str]] = TEXT

    def __post_init__(self) -> None:
        if self.unit not in _PER_SECOND:
            raise InvalidError("epoch({unit}) is not known: write epoch(s) or epoch(ms)", unit=self.unit)

    def encode(self, value: Any) -> int:
        """The integer."""
        return int((_of_hub(value) - _EPOCH) / timedelta(seconds=1)) * _PER_SECOND[self.unit]

    def decode(self, value: Any) -> str:
        """The instant in UTC; fractions of seconds do not count."""
        seconds = number_of(value) / Decimal(_PER_SECOND[self.unit])
        try:
            return (_EPOCH + timedelta(seconds=int(seconds // 1))).isoformat()
        except OverflowError as error:
            raise UnfitError("{value} is outside the calendar", value=repr(value)) from error

    def hub_edges(self) -> tuple[Any, ...]:
        """Before, at and after the epoch."""
        return ("1969-12-31T23:59:59+00:00", "1970-01-01T00:00:00+00:00", "2038-01-19T03:14:08+00:00")

    def remote_edges(self) -> tuple[Any, ...]:
        """Zero, negative, beyond 32 bits, as text."""
        return (0, -1, 2_147_483_648, "86400000")
