"""Rows that have calls of their own: what is to be called for them after their record was written."""

from collections.abc import Sequence
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import RejectedError
from hub.transport.declared.call import Call
from hub.transport.declared.differences import moved_rows
from hub.transport.declared.fields import encoded
from hub.transport.declared.shapes import Child, Shape

RowCall = tuple[Call, Doc]


def row_calls(shape: Shape, seen: Doc, doc: Doc) -> list[RowCall]:
    """The calls that bring the rows of a record to what its document says; RejectedError where one is not declared."""
    return [
        call
        for child in shape.children
        if child.commands is None and child.name in doc and doc[child.name] != seen.get(child.name, [])
        for call in _calls(shape, child, seen.get(child.name, []), doc[child.name] or [])
    ]


def _calls(shape: Shape, child: Child, old: Sequence[Doc], new: Sequence[Doc]) -> list[RowCall]:
    moved = moved_rows(shape, child.name, old, new)
    calls: list[RowCall] = [(_declared(shape, child, "delete"), {"row": row}) for row in moved.gone]
    calls += [
        (
            _declared(shape, child, "update"),
            {"row": row, "doc": encoded(child.fields, told), "changes": encoded(child.fields, changed)},
        )
        for row, told, changed in moved.changed
    ]
    return calls + [(_declared(shape, child, "create"), {"doc": encoded(child.fields, row)}) for row in moved.added]


def _declared(shape: Shape, child: Child, verb: str) -> Call:
    call: Any = getattr(child, verb)
    if call is None:
        raise RejectedError("{object}: rows of {field} cannot be changed so", object=shape.name, field=child.name)
    made: Call = call
    return made
