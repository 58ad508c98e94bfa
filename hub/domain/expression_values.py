"""What operators and functions of expressions do with values: the tables that parsing and generated code share."""

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException
from typing import Any

from hub.domain.errors import HubError

MAX_RESULT = 10_000  # characters of a text that concatenation may build
EXACT = Context(prec=50, rounding=ROUND_HALF_UP, Emax=999, Emin=-999)


class TypeClashError(HubError):
    """Values do not go together; ``text`` in the template is the expression."""


def seen(value: Any) -> Any:
    """A document's value as expressions see it: every number a Decimal."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Decimal(repr(value) if isinstance(value, float) else value)


def _is_number(value: Any) -> bool:
    return isinstance(value, Decimal)


def _clash(left: Any, right: Any) -> TypeClashError:
    if {type(left), type(right)} == {Decimal, str}:
        return TypeClashError("{text}: a number and a text do not go together: use number() or text()")
    return TypeClashError("{text}: a value that is neither number nor text cannot be reckoned with or put in order")


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return _bounded(left + right)
    return _arithmetic(EXACT.add)(left, right)


def _bounded(text: str) -> str:
    if len(text) > MAX_RESULT:
        raise TypeClashError("{text}: the result has more than {most} characters", most=MAX_RESULT)
    return text


def _arithmetic(operation: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Any, Any], Any]:
    def run(left: Any, right: Any) -> Any:
        if not (_is_number(left) and _is_number(right)):
            raise _clash(left, right)
        return operation(left, right)

    return run


BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: _add,
    ast.Sub: _arithmetic(EXACT.subtract),
    ast.Mult: _arithmetic(EXACT.multiply),
    ast.Div: _arithmetic(EXACT.divide),
    ast.Mod: _arithmetic(EXACT.remainder),
}


def _equal(left: Any, right: Any) -> bool:
    if {type(left), type(right)} == {Decimal, str}:
        raise _clash(left, right)
    return _same_kind(left, right) and bool(left == right)


def _ordered(operation: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def run(left: Any, right: Any) -> bool:
        if left is None or right is None:
            return False
        if not ((_is_number(left) and _is_number(right)) or (isinstance(left, str) and isinstance(right, str))):
            raise _clash(left, right)
        return operation(left, right)

    return run


def _within(value: Any, choices: Any) -> bool:
    if not isinstance(choices, list):
        raise TypeClashError("{text}: 'in' wants a list on its right; use contains() for text")
    return any(_same_kind(value, each) and value == each for each in map(seen, choices))


def _same_kind(left: Any, right: Any) -> bool:
    return isinstance(left, bool) == isinstance(right, bool)


COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: _equal,
    ast.NotEq: lambda left, right: not _equal(left, right),
    ast.Lt: _ordered(operator.lt),
    ast.LtE: _ordered(operator.le),
    ast.Gt: _ordered(operator.gt),
    ast.GtE: _ordered(operator.ge),
    ast.In: _within,
    ast.NotIn: lambda left, right: not _within(left, right),
}


def compared(operations: tuple[Callable[[Any, Any], bool], ...], values: list[Any]) -> bool:
    """A chain such as ``1 < a <= 5``: every neighbours' comparison holds."""
    return all(run(left, right) for run, left, right in zip(operations, values, values[1:], strict=False))


def negative(value: Any) -> Decimal | None:
    """The number with its sign turned; nothing stays nothing."""
    return None if value is None else EXACT.minus(_decimal(value))


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value
    try:
        number = Decimal(value) if isinstance(value, str) and "_" not in value else Decimal("NaN")
    except DecimalException:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > EXACT.prec:
        raise TypeClashError("{text}: number() is given what is no number")
    return number


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(EXACT), "f")
    return str(value).lower() if isinstance(value, bool) else _string(value)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeClashError("{text}: a text is wanted where a value of another kind stands")
    return value


def _length(value: Any) -> Decimal:
    if not isinstance(value, str | list):
        raise TypeClashError("{text}: length() wants a text or a list")
    return Decimal(len(value))


def _first(value: Any) -> Any:
    if not isinstance(value, list):
        raise TypeClashError("{text}: first() wants a list")
    return seen(value[0]) if value else None


_PLACES = tuple(map(Decimal, range(11)))  # more places than any currency or unit has


def _round(value: Any, places: Any = Decimal(0)) -> Decimal:
    if _decimal(places) not in _PLACES:
        raise TypeClashError("{text}: round() wants 0 to 10 places")
    return _decimal(value).quantize(Decimal(1).scaleb(-int(places)), context=EXACT)


def _decimal(value: Any) -> Decimal:
    if not isinstance(value, Decimal):
        raise TypeClashError("{text}: a number is wanted where a value of another kind stands")
    return value


def _least(*values: Any) -> Decimal:
    return min(map(_decimal, values))


def _greatest(*values: Any) -> Decimal:
    return max(map(_decimal, values))


@dataclass(frozen=True)
class _Function:
    call: Callable[..., Any]
    least: int
    most: int
    takes_null: bool = False


FUNCTIONS: dict[str, _Function] = {
    "abs": _Function(lambda value: EXACT.abs(_decimal(value)), 1, 1),
    "coalesce": _Function(
        lambda *values: next((each for each in values if each is not None), None), 1, 9, takes_null=True
    ),
    "contains": _Function(lambda text, part: _string(part) in _string(text), 2, 2),
    "ends_with": _Function(lambda text, part: _string(text).endswith(_string(part)), 2, 2),
    "first": _Function(_first, 1, 1),
    "length": _Function(_length, 1, 1),
    "lower": _Function(lambda text: _string(text).lower(), 1, 1),
    "max": _Function(_greatest, 1, 9),
    "min": _Function(_least, 1, 9),
    "number": _Function(_number, 1, 1),
    "round": _Function(_round, 1, 2),
    "starts_with": _Function(lambda text, part: _string(text).startswith(_string(part)), 2, 2),
    "strip": _Function(lambda text: _string(text).strip(), 1, 1),
    "text": _Function(_text, 1, 1),
    "upper": _Function(lambda text: _bounded(_string(text).upper()), 1, 1),
}
"""What may be called, with how many arguments; nothing in gives nothing out, except for coalesce."""
