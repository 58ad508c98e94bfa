"""Rows that are one record together: those of one identity, with their quantities added up."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from connectors.odata.shapes import Shape
from hub.domain.documents import Doc


def summed(shape: Shape, rows: Sequence[Doc]) -> Iterable[Doc]:
    """The rows, or one for each identity where the object has one of its own."""
    if not shape.identity:
        return rows
    groups: dict[tuple[str, ...], list[Doc]] = {}
    for row in rows:
        groups.setdefault(tuple(str(row.get(name)) for name in shape.identity), []).append(row)
    return [_sum(shape, group) for group in groups.values()]


def _sum(shape: Shape, rows: Sequence[Doc]) -> Doc:
    return {**rows[0], **{name: _total(row.get(name) for row in rows) for name in shape.sums}}


def _total(values: Iterable[object]) -> str:
    return format(sum((Decimal(str(value)) for value in values if value is not None), Decimal()), "f")
