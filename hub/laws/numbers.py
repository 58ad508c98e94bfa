"""Numbers for one place of a schema: the bounds, zero, signs, fractions."""

from collections.abc import Iterator
from decimal import Decimal

from hub.laws.schema import Schema, fits

WHOLE = (0, 1, 2, 13, -1, 1_000_000)
BROKEN = (2.5, 0.1, 6.25, -0.5, 99.99)


def numbers(schema: Schema, *, whole: bool) -> list[int | float]:
    """Integers, or integers and fractions, that the place allows."""
    return [number for number in dict.fromkeys(_tried(schema, whole=whole)) if fits(schema, number)]


def _tried(schema: Schema, *, whole: bool) -> Iterator[int | float]:
    yield from WHOLE
    for keyword in ("minimum", "maximum"):
        bound = schema.says(keyword)
        if bound is not None:
            yield int(bound) if whole or Decimal(str(bound)) % 1 == 0 else bound
    step = schema.says("multipleOf")
    if step is not None:
        yield from (step, step * 3)
    if not whole:
        yield from BROKEN
