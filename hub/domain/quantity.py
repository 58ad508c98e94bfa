"""Quantities: decimal strings in documents, exact Decimals in the rules; a float never enters."""

from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from hub.domain.errors import FieldError, InvalidError

EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
"""Wide enough for any product of two document decimals (15 digits before, 6 after the point) to be exact."""


def parse_quantity(value: str | int | Decimal, *, path: str = "quantity") -> Decimal:
    """Read a decimal string exactly; fails with an InvalidError that names ``path`` on floats, NaN and other text."""
    if isinstance(value, bool | float):
        raise _invalid(path, value)
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise _invalid(path, value) from error
    if not number.is_finite():
        raise _invalid(path, value)
    return number


def write_quantity(number: Decimal) -> str:
    """Write a number without exponent and without trailing zeros: one number has one text."""
    text = format(EXACT.normalize(number), "f")
    return "0" if text == "-0" else text


def _invalid(path: str, value: object) -> InvalidError:
    problem = FieldError(path, "'{value}' is not a decimal number in a string, such as 2.5", {"value": repr(value)})
    return InvalidError("The number cannot be read", fields=(problem,))
