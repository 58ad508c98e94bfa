"""Values between our documents and the columns of a database."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Column
from sqlalchemy import types as sql

from connectors.sql.shapes import Changed
from hub.domain.errors import RejectedError

MILLISECONDS = {"s": 1, "ms": 1000}


def told(value: Any, zone: str) -> Any:
    """What a column has, as a plain JSON value: decimals and dates as texts; instants in UTC."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return aware(value, zone).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise RejectedError("A column of the type {type} cannot be read: leave it out.", type=type(value).__name__)


def aware(moment: datetime, zone: str) -> datetime:
    """An instant in UTC; a column that knows no zone is in that of its table."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def local(moment: datetime, column: "Column[Any]", zone: str) -> datetime:
    """An instant as the column keeps it."""
    there = moment.astimezone(ZoneInfo(zone))
    return there if getattr(column.type, "timezone", False) else there.replace(tzinfo=None)


READ: Mapping[type[Any], Callable[[str], Any]] = {
    sql.Numeric: Decimal,  # sql.Float is one too
    sql.Date: date.fromisoformat,
    sql.Time: time.fromisoformat,
    sql.Uuid: UUID,
}


def kept(value: Any, column: "Column[Any]", zone: str) -> Any:
    """A value of ours for a column; RejectedError when it is not one, which a mapping must mend."""
    if not isinstance(value, str):
        return value
    try:
        if isinstance(column.type, sql.DateTime):
            return local(datetime.fromisoformat(value), column, zone)
        read = next((each for kind, each in READ.items() if isinstance(column.type, kind)), str)
        return read(value)
    except (ArithmeticError, ValueError) as error:
        raise RejectedError("{column}: not a {type}.", column=column.name, type=str(column.type)) from error


def bound(moment: datetime, changed: Changed, column: "Column[Any]", zone: str) -> Any:
    """An edge of a window as the column dates changes."""
    if changed.unit is not None:
        return int(moment.timestamp() * MILLISECONDS[changed.unit])
    there = local(moment, column, zone)
    if changed.form is not None:
        return there.strftime(changed.form)
    return there.date() if isinstance(column.type, sql.Date) else there


def dated(value: Any, changed: Changed, zone: str) -> datetime | None:
    """The instant of a change as its column tells it; None where that is none: sweeps find such a row."""
    if value is None:
        return None
    try:
        if changed.unit is not None:
            return datetime.fromtimestamp(int(value) / MILLISECONDS[changed.unit], UTC)
        if changed.form is not None:
            return aware(datetime.strptime(value, changed.form), zone)  # noqa: DTZ007 - the zone follows
        return aware(value if isinstance(value, datetime) else datetime.combine(value, time()), zone)
    except (ValueError, OverflowError, OSError):
        return None


def undated(column: "Column[Any]", changed: Changed) -> bool:
    """Whether nothing says how the column tells time: a text without ``form``, a number without ``unit``."""
    is_text, is_number = isinstance(column.type, sql.String), isinstance(column.type, (sql.Integer, sql.Numeric))
    return (is_text and changed.form is None) or (is_number and changed.unit is None)
