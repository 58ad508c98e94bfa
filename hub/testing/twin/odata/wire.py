"""Values of a twin on the wire: what a request may say, and how an answer tells it."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hub.testing.twin.odata.types import Prop
from hub.testing.twin.refusals import RefusedError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TOLD_DATE = re.compile(r"/Date\((-?\d+)(\+0000)?\)/")
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|\+00:00)?")
PERIOD = re.compile(r"PT(\d\d)H(\d\d)M(\d\d)S")
LITERALS = {
    "S": re.compile(r"'((?:[^']|'')*)'"),
    "N": re.compile(r"(-?\d+(?:\.\d+)?)[mM]"),
    "B": re.compile(r"(true|false)"),
    "D": re.compile(r"datetime'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)'"),
    "T": re.compile(r"time'(PT\d\dH\d\dM\d\dS)'"),
    "O": re.compile(r"datetimeoffset'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?Z)'"),
}


def taken(prop: Prop, value: Any) -> Any:
    """A value of a request; RefusedError where the product does not accept it."""
    if value is None:
        return None
    try:
        made: Any = TAKE[prop.form](value)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise _wrong(prop) from error
    if prop.form == "S":
        if prop.most and len(made) > prop.most:
            raise _wrong(prop, "is too long")
        return made.upper() if "u" in prop.flags else made
    if prop.form == "N" and (-made.as_tuple().exponent > prop.places or len(made.as_tuple().digits) > prop.most):
        raise _wrong(prop, "has too many digits")
    return made


def _wrong(prop: Prop, how: str = "has an invalid value") -> RefusedError:
    return RefusedError(400, "/IWBEP/CM_MGW_RT/022", f"Property '{prop.name}' {how}", field=prop.name)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _decimal(value: Any) -> Decimal:
    if not re.fullmatch(r"-?\d+(\.\d+)?", _text(value)):
        raise ValueError
    return Decimal(value)


def _instant(value: Any) -> datetime:
    told = TOLD_DATE.fullmatch(_text(value))
    if told is not None:
        return EPOCH + timedelta(milliseconds=int(told[1]))
    if not ISO.fullmatch(value):
        raise ValueError
    found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d", r"\1", value))
    return found.replace(tzinfo=UTC)


def _day(value: Any) -> date:
    at = _instant(value)
    if at.time() != time():
        raise ValueError
    return at.date()


def _clock(value: Any) -> time:
    told = PERIOD.fullmatch(_text(value))
    if told is None:
        raise ValueError
    hours, minutes, seconds = (int(part) for part in told.groups())
    return time(hours, minutes, seconds)


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


TAKE: Mapping[str, Callable[[Any], Any]] = {
    "S": _text,
    "N": _decimal,
    "B": _yes_no,
    "D": _day,
    "T": _clock,
    "O": _instant,
}


def told(prop: Prop, value: Any) -> Any:
    """A value as an answer tells it."""
    if value is None:
        return None
    if prop.form == "N":
        return format(value.quantize(Decimal(1).scaleb(-prop.places)), "f")
    if prop.form == "D":
        return f"/Date({(datetime.combine(value, time(), UTC) - EPOCH) // timedelta(milliseconds=1)})/"
    if prop.form == "O":
        return f"/Date({(value - EPOCH) // timedelta(milliseconds=1)}+0000)/"
    if prop.form == "T":
        return f"PT{value.hour:02}H{value.minute:02}M{value.second:02}S"
    return value


def of_literal(prop: Prop, text: str) -> Any:
    """The value of a literal in an address; RefusedError where it is of another type than the property."""
    if text == "null":
        return None
    found = LITERALS[prop.form].fullmatch(text)
    if found is None:
        raise RefusedError(400, "/IWFND/CM_MGW_RT/003", f"Invalid literal for property '{prop.name}'", field=prop.name)
    inner = found[1]
    if prop.form == "S":
        return inner.replace("''", "'")
    if prop.form == "N":
        return Decimal(inner)
    if prop.form == "B":
        return inner == "true"
    if prop.form == "T":
        return _clock(inner)
    at = datetime.fromisoformat(re.sub(r"(\.\d{6})\d", r"\1", inner.removesuffix("Z"))).replace(tzinfo=UTC)
    return at.date() if prop.form == "D" else at


def empty(prop: Prop) -> Any:
    """What the product has where nobody said anything."""
    return {"S": "", "B": False, "N": Decimal()}.get(prop.form)


def shown(row: Mapping[str, Any], props: Mapping[str, Prop]) -> dict[str, Any]:
    """A row as an answer tells it."""
    return {name: told(prop, row.get(name)) for name, prop in props.items()}
