"""Entities as documents: what to ask for, how they are told, and what is written where a document differs."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any

import orjson

from connectors.odata.answers import etag_of
from connectors.odata.keys import id_of, joined, parted
from connectors.odata.metadata import Entity, Model
from connectors.odata.shapes import Child, Field, Node, Pick, as_text, meets
from connectors.odata.values import READ, V4, read, write
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError

ROW_ID = "id"


class Kind:
    """One entity type as a node of our documents speaks of it."""

    def __init__(self, model: Model, entity: Entity, node: Node, version: int, *, also: Sequence[str] = ()) -> None:
        self.model = model
        self.entity = entity
        self.node = node
        self.version = version
        self._also = tuple(also)
        self._below: dict[str, Kind] = {}
        self._joined = tuple(each for each in node.fields if each.is_joined)
        plain = [each for each in node.fields if not each.is_joined]
        self._names = [each.name for each in plain]
        self._got = itemgetter(*(each.properties[0] for each in plain)) if len(plain) > 1 else None
        kinds = [(each, entity.type_of(each.properties[0])) for each in plain]
        self._readers = tuple((each.name, READ[kind]) for each, kind in kinds if kind in READ)

    def of(self, child: Child | Pick) -> "Kind":
        """The type of a child's rows; RejectedError when the metadata does not lead there."""
        if child.name not in self._below:
            self._below[child.name] = self._leading(child)
        return self._below[child.name]

    def _leading(self, child: Child | Pick) -> "Kind":
        navigation = child.navigation if isinstance(child, Child) else child.child
        found = self.model.behind(self.entity, navigation)
        if found is None:
            raise RejectedError("{entity} has no {navigation}", entity=self.entity.name, navigation=navigation)
        node = child.node if isinstance(child, Child) else Node(fields=(Field(child.property, (child.property,)),))
        also = (child.property, *child.where) if isinstance(child, Pick) else tuple(child.where)
        return Kind(self.model, found, node, self.version, also=also)

    @property
    def asked(self) -> tuple[str, ...]:
        """The properties to ask for."""
        return tuple(dict.fromkeys((*self.entity.keys, *self.node.properties, *self._also)))

    @cached_property
    def beneath(self) -> tuple[tuple[str, "Kind"], ...]:
        """The navigations to follow, each once, with what lies there."""
        return tuple(self._navigations())

    def _navigations(self) -> Iterator[tuple[str, "Kind"]]:
        found: dict[str, list[Kind]] = {}
        holders: list[Child | Pick] = [*self.node.children, *self.node.picks]
        for each in holders:
            found.setdefault(each.navigation if isinstance(each, Child) else each.child, []).append(self.of(each))
        for navigation, kinds in found.items():
            first = kinds[0]
            also = [name for kind in kinds for name in kind.asked]
            yield navigation, Kind(self.model, first.entity, first.node, self.version, also=also)

    # --- what to ask for

    def select(self) -> list[str]:
        """$select, and in version 2 the selected properties of what is expanded."""
        own = list(self.asked)
        if self.version == V4:
            return own
        return own + [f"{navigation}/{name}" for navigation, kind in self.beneath for name in kind.select()]

    def expand(self) -> list[str]:
        """$expand."""
        if self.version == V4:
            return [f"{navigation}({kind.options()})" for navigation, kind in self.beneath]
        paths: list[str] = []
        for navigation, kind in self.beneath:
            paths += [navigation, *(f"{navigation}/{path}" for path in kind.expand())]
        return paths

    def options(self) -> str:
        """The same inside an $expand of version 4."""
        inner = self.expand()
        return f"$select={','.join(self.select())}" + (f";$expand={','.join(inner)}" if inner else "")

    # --- reading

    def document(self, told: Mapping[str, Any]) -> Doc:
        """An entity as told, as a document."""
        doc = self._plain(told)
        for name, reader in self._readers:
            if doc[name] is not None:
                doc[name] = reader(doc[name])
        for each in self._joined:
            doc[each.name] = self._value(each, told)
        for pick in self.node.picks:
            row = next(iter(self.picked(pick, told)), None)
            doc[pick.name] = (
                None if row is None else read(self.of(pick).entity.type_of(pick.property), row.get(pick.property))
            )
        for child in self.node.children:
            kind, rows = self.of(child), self.meant(child, told)
            if child.one:
                doc[child.name] = kind.document(rows[0]) if rows else None
            else:
                doc[child.name] = [{ROW_ID: kind.row_id(row), **kind.document(row)} for row in rows]
        return doc

    def _plain(self, told: Mapping[str, Any]) -> Doc:
        """The properties as told: at once where all are there, which services tell even of what is null."""
        try:
            if self._got is not None:
                return dict(zip(self._names, self._got(told), strict=True))
        except KeyError:
            pass
        return {each.name: told.get(each.properties[0]) for each in self.node.fields if not each.is_joined}

    def _value(self, field: Field, told: Mapping[str, Any]) -> Any:
        values = [read(self.entity.type_of(name), told.get(name)) for name in field.properties]
        return joined(values) if any(value not in (None, "") for value in values) else None

    def row_id(self, told: Mapping[str, Any]) -> str:
        """The id of a row."""
        return id_of(self.entity.keys, self.entity, told)

    def meant(self, child: Child, told: Mapping[str, Any]) -> list[Doc]:
        """The rows of a child that are meant, in the order of their keys."""
        rows = [row for row in rows_at(told, child.navigation) if meets(row, child.where)]
        return sorted(rows, key=self.of(child).row_id)

    def picked(self, pick: Pick, told: Mapping[str, Any]) -> list[Doc]:
        """The rows that a picked field may stand in, in the order of their keys."""
        rows = [row for row in rows_at(told, pick.child) if meets(row, pick.where)]
        return sorted(rows, key=self.of(pick).row_id)

    def version_of(self, told: Mapping[str, Any]) -> str:
        """One mark for an entity and its rows: it changes when one of them is changed, added or removed."""
        etag = None if self.beneath else etag_of(told)
        if etag is not None:
            return etag
        return hashlib.sha256(orjson.dumps(self._marks(told), option=orjson.OPT_SORT_KEYS)).hexdigest()[:20]

    def _marks(self, told: Mapping[str, Any]) -> list[Any]:
        own = etag_of(told) or {name: as_text(told.get(name)) for name in self.asked}
        return [own, *(sorted(map(kind.row_mark, rows_at(told, navigation))) for navigation, kind in self.beneath)]

    def row_mark(self, row: Mapping[str, Any]) -> str:
        """The same of a row, with its key."""
        return orjson.dumps([self.row_id(row), self._marks(row)], option=orjson.OPT_SORT_KEYS).decode()

    # --- writing

    def made(self, doc: Doc, constants: Mapping[str, Any] | None = None) -> Doc:
        """What a new entity is made of, with its rows: a deep insert."""
        values = {**(constants or {}), **self.properties(doc, making=True)}
        for pick in self.node.picks:
            if pick.written and doc.get(pick.name) is not None:
                kind = self.of(pick)
                own = {name: values_[0] for name, values_ in pick.where.items()}
                row = {**own, pick.property: kind.written(pick.property, doc[pick.name])}
                values.setdefault(pick.child, []).append(row)
        for child in self.node.children:
            rows = [] if child.read_only else _listed(doc.get(child.name))
            if rows:
                kind = self.of(child)
                values.setdefault(child.navigation, []).extend(kind.made(row, child.constants) for row in rows)
        return values

    def properties(self, doc: Doc, *, making: bool) -> Doc:
        """The properties of a document that may be written; nothing is said of what it does not have."""
        values: Doc = {}
        for each in self.node.fields:
            if each.computed or each.name not in doc or (making and doc[each.name] is None):
                continue
            values.update(self._parts(each, doc[each.name]))
        return values

    def _parts(self, field: Field, value: Any) -> Iterator[tuple[str, Any]]:
        if not field.is_joined:
            yield field.properties[0], self.written(field.properties[0], value)
            return
        parts = parted(value, len(field.properties)) if isinstance(value, str) else None
        if parts is None:
            raise RejectedError("{where}: the value is no {kind}", where=field.name, kind=" + ".join(field.properties))
        yield from ((name, self.written(name, part)) for name, part in zip(field.properties, parts, strict=True))

    def written(self, name: str, value: Any) -> Any:
        """A value as the body of a request has it."""
        return write(self.entity.type_of(name), value, self.version, where=name)

    def differences(self, old: Doc, new: Doc) -> Doc:
        """The properties that differ, as they are written."""
        changed = {name: value for name, value in new.items() if value != old.get(name)}
        return self.properties(changed, making=False)


def rows_at(told: Mapping[str, Any], navigation: str) -> list[Doc]:
    """The rows that were expanded at a navigation, in either notation; to one: that one."""
    found = told.get(navigation)
    if isinstance(found, dict) and "results" in found:
        found = found["results"]
    if isinstance(found, dict):
        return [] if "__deferred" in found else [found]
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _listed(value: Any) -> list[Doc]:
    if isinstance(value, dict):
        return [value]
    return value if isinstance(value, list) else []
