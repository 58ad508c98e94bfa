"""How Fxiaoke is asked for records: pages, conditions, and records as they are told."""

from collections.abc import Callable, Mapping
from typing import Any

from hub.domain.documents import Doc
from hub.testing.twin.fields import Field
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Row
from hub.testing.twins.fxiaoke.objects import TIMES, WRONG, exactly, known

MOST, FURTHEST = 100, 10_000
COMPARED: Mapping[str, Callable[[Any, list[Any]], bool]] = {
    "EQ": lambda told, values: told == values[0],
    "N": lambda told, values: told != values[0],
    "GT": lambda told, values: told is not None and told > values[0],
    "GTE": lambda told, values: told is not None and told >= values[0],
    "LT": lambda told, values: told is not None and told < values[0],
    "LTE": lambda told, values: told is not None and told <= values[0],
    "IN": lambda told, values: told in values,
}


def paged(asked: Doc) -> tuple[int, int]:
    """Limit and offset."""
    limit, offset = asked["limit"], asked["offset"]
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in (limit, offset)):
        raise RefusedError(200, WRONG, "limit and offset are whole numbers")
    if not 0 < limit <= MOST or offset < 0 or offset % limit:
        raise RefusedError(200, WRONG, "limit is at most 100, and offset a multiple of it")
    if offset > FURTHEST:
        raise RefusedError(200, "10013", "offset out of range 10000")
    return limit, offset


def meets(fields: Mapping[str, Field], condition: Any, doc: Doc) -> bool:
    """Whether a record meets a condition; times are asked for as texts of milliseconds."""
    exactly(condition, {"field_name", "operator", "field_values"})
    name, values = condition["field_name"], condition["field_values"]
    known(fields, name)
    if condition["operator"] not in COMPARED or not isinstance(values, list) or not values:
        raise RefusedError(200, WRONG, "no such operator, or no list of values")
    if not all(isinstance(value, str) for value in values):
        raise RefusedError(200, WRONG, "values are texts")
    told = doc.get(name)
    if name in TIMES:
        values = [int(value) for value in values]
    return COMPARED[condition["operator"]](told, values)


def told_of(row: Row) -> Doc:
    """A record as it is told: empty fields are left out."""
    doc = {
        "_id": row.id,
        **row.doc,
        "create_time": int(row.created_at.timestamp() * 1000),
        "last_modified_time": int(row.changed_at.timestamp() * 1000),
    }
    return {name: value for name, value in doc.items() if value not in (None, "", [])}
