"""What is sent of a document: all that can be written, or what differs from what was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, StaleError
from hub.transport.declared.fields import Commands, Field
from hub.transport.declared.paths import put
from hub.transport.declared.records import Records
from hub.transport.declared.shapes import Shape
from hub.transport.declared.templates import Filler


@dataclass(frozen=True)
class Sent:
    """What goes over the wire: ``doc`` as the product has it, ``its`` the same values by our names of the fields."""

    doc: Doc
    its: Doc

    @property
    def names(self) -> list[str]:
        """The names over there."""
        return list(self.doc)


def whole(
    records: Records, shape: Shape, doc: Doc, *, seen: Doc | None = None, without: frozenset[str] = frozenset()
) -> Sent:
    """All of a document that can be written; of a known one without what is only written with a new record."""
    _all_known(shape, doc)
    names = [name for name in doc if seen is None or not _made_once(shape, name)]
    return _sent(records, shape, doc, seen or {}, names, without)


def changes(records: Records, shape: Shape, seen: Doc, doc: Doc, without: frozenset[str] = frozenset()) -> Sent:
    """What of a document differs from the one that was seen; without declared fields also what left it."""
    _all_known(shape, doc)
    names = [name for name in doc if doc[name] != seen.get(name) and not _made_once(shape, name)]
    if shape.fields is None:
        names += [name for name in seen if name not in doc]
    return _sent(records, shape, doc, seen, names, without)


def _sent(records: Records, shape: Shape, doc: Doc, seen: Doc, names: Sequence[str], without: frozenset[str]) -> Sent:
    rows = {child.name for child in shape.children}
    wanted = [name for name in names if name not in rows]
    if shape.fields is None:
        its = {name: doc.get(name) for name in wanted}
        written = {name: told for name, told in its.items() if name not in without}
    else:
        written, its = _by_fields(records, shape, doc, seen, wanted, without)
    for child in shape.children:
        if child.commands is not None and child.name in names:
            listed = Listed(child.name, child.fields, child.commands, number_rows=child.number_ids)
            its[child.name] = _commands(records, shape, listed, seen.get(child.name) or [], doc[child.name] or [])
            put(written, child.to, its[child.name])
    return Sent(written, its)


def _by_fields(
    records: Records, shape: Shape, doc: Doc, seen: Doc, names: Sequence[str], without: frozenset[str]
) -> tuple[Doc, Doc]:
    written, its = Doc(), Doc()
    for field in shape.fields or ():
        if field.name in names and not field.computed:
            its[field.name] = _written(records, shape, field, doc[field.name], seen.get(field.name))
            if field.name not in without:
                put(written, field.to, its[field.name])
    return written, its


def _written(records: Records, shape: Shape, field: Field, value: Any, old: Any) -> Any:
    if field.by is not None and value is not None:
        return records.id_by(shape, field.by.object, field.by.field, str(value))
    if field.commands is not None:
        listed = Listed(field.name, field.rows or (), field.commands, number_rows=field.number_rows)
        return _commands(records, shape, listed, old or [], value or [])
    return field.written(value)


@dataclass(frozen=True)
class Listed:
    """A list that is written by commands."""

    name: str
    rows: Sequence[Field]
    commands: Commands
    number_rows: bool

    def row(self, row_id: str) -> str | int:
        """The id of a row as the product has it."""
        return int(row_id) if self.number_rows else row_id


def _commands(records: Records, shape: Shape, listed: Listed, old: Sequence[Doc], new: Sequence[Doc]) -> list[Any]:
    """What stands in a list for each row that is gone, changed or new."""

    def told(row: Doc) -> Doc:
        return row_told(records, shape, listed.rows, row)

    moved = moved_rows(shape, listed.name, old, new)
    made: list[tuple[Filler | None, Doc]] = []
    made += [(listed.commands.drop, {"row": listed.row(row)}) for row in moved.gone]
    made += [
        (
            listed.commands.change,
            {"row": listed.row(row), "doc": told(doc), "changes": told(changed)},
        )
        for row, doc, changed in moved.changed
    ]
    made += [(listed.commands.add, {"doc": told(doc)}) for doc in moved.added]
    if any(command is None for command, _ in made):
        raise RejectedError("{object}: rows of {field} cannot be changed so", object=shape.name, field=listed.name)
    return [command(values) for command, values in made if command is not None]


def row_told(records: Records, shape: Shape, fields: Sequence[Field], row: Doc) -> Doc:
    """A row as it is written, with the ids of what it names by another field."""
    out: Doc = {}
    for field in fields:
        if field.name in row and not field.computed:
            put(out, field.to, _written(records, shape, field, row[field.name], None))
    return out


@dataclass(frozen=True)
class Moved:
    """What became of rows: ids of those that are gone, id, row and differences of changed ones, new ones."""

    gone: list[str]
    changed: list[tuple[str, Doc, Doc]]
    added: list[Doc]


def moved_rows(shape: Shape, name: str, old: Sequence[Doc], new: Sequence[Doc]) -> Moved:
    """Compare rows by their ids; StaleError when one that is to be kept is gone over there."""
    before = {str(row["id"]): row for row in old}
    kept = {str(row["id"]): row for row in new if row.get("id")}
    if missing := sorted(kept.keys() - before.keys()):
        raise StaleError(
            "{object}: rows {rows} of {child} are gone there", object=shape.name, rows=", ".join(missing), child=name
        )
    pairs = [
        (row_id, row, {k: v for k, v in row.items() if v != before[row_id].get(k)}) for row_id, row in kept.items()
    ]
    return Moved(
        [row_id for row_id in before if row_id not in kept],
        [pair for pair in pairs if pair[2]],
        [row for row in new if not row.get("id")],
    )


def _made_once(shape: Shape, name: str) -> bool:
    return any(field.name == name and field.create_only for field in shape.fields or ())


def _all_known(shape: Shape, doc: Doc) -> None:
    if shape.fields is None:
        return
    known = {field.name for field in shape.fields} | {child.name for child in shape.children}
    if unknown := sorted(doc.keys() - known):
        raise RejectedError(
            "{object} has no field {field}: name it in the connector file, or take the rule away",
            object=shape.name,
            field=", ".join(unknown),
        )
