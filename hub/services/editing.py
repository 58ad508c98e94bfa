"""Edits by people and programs: a merge patch (RFC 7386) to the version that they saw."""

from collections.abc import Iterator, Mapping
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, InvalidError, StaleError
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor, Hub


def edit(hub: Hub, tx: UnitOfWork, actor: Actor, record: Record, patch: Doc) -> Record:
    """Apply a merge patch; InvalidError names each field that the hub computes."""
    schema = hub.schemas.schema(record.entity)
    refuse_computed(schema, patch)
    refuse_dangling(tx, schema, patch)
    values = {name: merged(record.doc.get(name), value) for name, value in patch.items()}
    return records.change(hub, tx, actor, record, values)


def add(hub: Hub, tx: UnitOfWork, actor: Actor, entity: str, values: Doc) -> Record:
    """Store a new record; InvalidError names each wrong or computed field."""
    schema = hub.schemas.schema(entity)
    refuse_computed(schema, values)
    refuse_dangling(tx, schema, values)
    return records.create(hub, tx, actor, entity, values)


def seen(tx: UnitOfWork, entity: str, record_id: str, version: int) -> Record:
    """The record in the version that the caller saw; StaleError when it moved since."""
    record = tx.records.need(entity, record_id)
    if record.version != version:
        raise StaleError(
            "{entity} {id} was changed meanwhile: read it again and decide again.", entity=entity, id=record_id
        )
    return record


def merged(target: Any, patch: Any) -> Any:
    """A value after a merge patch: objects are merged, None removes, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    base = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        base[name] = merged(base.get(name), value)
    return {name: value for name, value in base.items() if value is not None}


def refuse_computed(schema: Mapping[str, Any], values: Doc) -> None:
    """InvalidError when a caller sets what the hub sets itself."""
    wrong = tuple(
        FieldError(path, "The hub sets this field itself: leave it out.", {}) for path in computed(schema, values)
    )
    if wrong:
        raise InvalidError("Some fields cannot be set.", fields=wrong)


def computed(schema: Mapping[str, Any], values: Doc, at: str = "") -> Iterator[str]:
    """The paths of read-only fields among the values."""
    for name, value in values.items():
        node = schema.get("properties", {}).get(name, {})
        if node.get("readOnly"):
            yield at + name
        elif isinstance(value, dict):
            yield from computed(node, value, f"{at}{name}.")


def refuse_dangling(tx: UnitOfWork, schema: Mapping[str, Any], values: Doc) -> None:
    """InvalidError names each field that points to a record which is not there."""
    wrong = tuple(
        FieldError(path, "There is no {entity} {id}.", {"entity": entity, "id": record_id})
        for path, entity, record_id in references(schema, values, "")
        if tx.records.get(entity, record_id) is None
    )
    if wrong:
        raise InvalidError("Some fields point to nothing: choose a record that is there.", fields=wrong)


def references(node: Mapping[str, Any], value: Any, at: str) -> Iterator[tuple[str, str, str]]:
    """Every reference in a value: path, entity and id; what is no text is left to the schema."""
    if isinstance(value, dict):
        for name, child in node.get("properties", {}).items():
            yield from references(child, value.get(name), f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from references(node.get("items", {}), one, f"{at}.{number}")
    elif isinstance(value, str) and node.get("x-ref"):
        yield at, node["x-ref"], value
