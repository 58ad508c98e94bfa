"""Numbers in generated code: the usual spellings by short ways, every other one by ``rest``, the codec itself.

A short way is taken only where rounding has nothing to do and a float holds every digit (up to fifteen of them).
"""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import partial
from typing import Any

from hub.domain.mapping.codecs.numbers import DecimalText, Number, Scale

_DIGITS = 15
_SMALL = 10**_DIGITS
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
Carry = Callable[[Any], Any]


def _fraction(places: int, *, fixed: bool) -> re.Pattern[str]:
    """A decimal string without needless zeros in front, not a negative zero, with at most or exactly so many places."""
    most = places if fixed else min(places, _DIGITS - 1)
    tail = "" if most == 0 else rf"\.[0-9]{{{most}}}" if fixed else rf"(?:\.[0-9]{{1,{most}}})?"
    return re.compile(rf"(?!-0(?:\.0*)?\Z)-?(?:0|[1-9][0-9]{{0,{max(0, _DIGITS - 1 - places)}}}){tail}")


def fixed_text(codec: DecimalText, rest: Carry) -> Carry:
    """``decimal(n)``, both ways."""
    right = _fraction(codec.places, fixed=True).fullmatch
    tail = "." + "0" * codec.places if codec.places else ""

    def text(value: Any) -> Any:
        kind = value.__class__
        if kind is str and right(value):
            return value
        if kind is int and -_SMALL < value < _SMALL:
            return f"{value}{tail}"
        return rest(value)

    return text


def number_out(codec: Number, rest: Carry) -> Carry:
    """``number(n)`` to the remote: the JSON number of a decimal string."""
    right = _fraction(codec.places, fixed=False).fullmatch

    def number(value: Any) -> Any:
        if value.__class__ is str and right(value):
            wire = float(value)
            return int(wire) if wire.is_integer() else wire
        return rest(value)

    return number


def number_in(codec: Number, rest: Carry) -> Carry:
    """``number(n)`` to the hub: the decimal string of a JSON number."""
    right = _fraction(codec.places, fixed=False).fullmatch

    def text(value: Any) -> Any:
        kind = value.__class__
        if kind is int and -_SMALL < value < _SMALL:
            return str(value)
        if kind is float:
            if value.is_integer() and -_SMALL < value < _SMALL:
                return str(int(value))
            shown = repr(value)
            if right(shown):
                return shown
        return rest(value)

    return text


def scaled_out(codec: Scale, rest: Carry) -> Carry:
    """``scale(factor, n)`` to the remote."""
    factor, unit = codec.factor, Decimal(1).scaleb(-codec.places)
    multiply, quantize = _WIDE.multiply, _WIDE.quantize

    def number(value: Any) -> Any:
        if value.__class__ is not str:
            return rest(value)
        try:
            given = Decimal(value)
            product = quantize(multiply(given, factor), unit)
            whole = int(product)
        except (ArithmeticError, ValueError):
            return rest(value)
        if -_DIGITS < given.adjusted() < _DIGITS:
            if product == whole:
                return whole
            if product.adjusted() + codec.places < _DIGITS:
                return float(product)
        return rest(value)

    return number


def scaled_in(codec: Scale, rest: Carry) -> Carry:
    """``scale(factor, n)`` to the hub."""
    exact, normalize = exact_number(codec, rest), _WIDE.normalize
    divide = _divider(codec.factor)

    def text(value: Any) -> Any:
        if not value:
            return "0" if value.__class__ is int else rest(value)
        number = Decimal(value) if value.__class__ is int and -_SMALL < value < _SMALL else exact(value)
        return format(normalize(divide(number)), "f") if number.__class__ is Decimal else number

    return text


def _divider(factor: Decimal) -> Callable[[Decimal], Decimal]:
    """Divides by a factor; where that is as exact, it multiplies, which is faster."""
    inverse = _WIDE.divide(Decimal(1), factor)
    if inverse * factor == 1 and len(inverse.as_tuple().digits) < _DIGITS:
        return partial(_WIDE.multiply, inverse)
    return lambda number: _WIDE.divide(number, factor)


def exact_number(codec: Scale, rest: Carry) -> Carry:
    """The Decimal of a JSON number that has no more places than the codec; ``rest`` of every other value."""
    right = _fraction(codec.places, fixed=False).fullmatch

    def number(value: Any) -> Any:
        kind = value.__class__
        if kind is int and -_SMALL < value < _SMALL:
            return Decimal(value)
        if kind is float:
            shown = repr(value)
            if right(shown):
                return Decimal(shown)
        return rest(value)

    return number
