"""What a mapping would do to one live record, field by field, in both directions; nothing is written anywhere."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hub.domain.errors import HubError, NotFoundError
from hub.domain.mapping import Mapping
from hub.domain.mapping.changes import FieldChange
from hub.domain.mapping.rules import FieldRule
from hub.domain.sync import Merge
from hub.ports.connector import Remote
from hub.ports.links import Link
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import adopting, agreeing
from hub.services.context import Hub, System
from hub.services.crosswalk import Crosswalk
from hub.services.gate import Purpose

PUSH, PULL = "push", "pull"
AGREED = "left alone: both sides agreed on it so"
MASKED = "***"


@dataclass(frozen=True)
class Difference:
    """One field that a direction would change: from what, to what, by which rule, and what the merge does with it."""

    direction: str
    path: str
    remote_path: str
    old: Any
    new: Any
    rule: str
    place: str
    owner: str | None
    merge: str
    masked: bool = False


@dataclass(frozen=True)
class Comparison:
    """One record and its counterpart; ``problems`` are why a direction cannot be worked out, by direction."""

    system: str
    entity: str
    object: str
    record_id: str | None
    remote_id: str | None
    differences: tuple[Difference, ...]
    problems: dict[str, str]


@dataclass(frozen=True)
class Pair:
    """A record and its counterpart, as far as they are there."""

    mapping: Mapping
    record: Record | None
    remote: Remote | None
    link: Link | None


def compare(
    hub: Hub, name: str, record_id: str, entity: str | None = None, directions: Sequence[str] = (PUSH, PULL)
) -> Comparison:
    """Compare a record, named by our id or by its id over there; NotFoundError when neither side has it."""
    system = hub.systems[name].wanted_for(Purpose.DESK)
    both = _found(hub, system, record_id, entity)
    return hub.store.read(lambda tx: compared(tx, system, both, directions))


def _found(hub: Hub, system: System, record_id: str, entity: str | None) -> Pair:
    mappings = [each for each in system.mappings.values() if entity in (None, each.entity)]
    if not mappings:
        known = ", ".join(system.mappings)
        raise NotFoundError("{system} has no mapping for {entity}: there are {known}.",
                            system=system.name, entity=entity, known=known)  # fmt: skip
    for mapping in mappings:
        both = hub.store.read(lambda tx, m=mapping: _linked(tx, system, m, record_id))  # type: ignore[misc] # a default binds the loop's value
        if both is not None:
            remote = None if both.link is None else system.connector.get(mapping.object, both.link.external_id)
            return Pair(mapping, both.record, remote, both.link)
    for mapping in mappings:
        remote = system.connector.get(mapping.object, record_id)
        if remote is not None:
            return hub.store.read(lambda tx, m=mapping, r=remote: _counterpart(hub, tx, system, m, r))  # type: ignore[misc] # as above
    raise NotFoundError("Neither the hub nor {system} has a record {id}.", system=system.name, id=record_id)


def _linked(tx: UnitOfWork, system: System, mapping: Mapping, record_id: str) -> Pair | None:
    """A record by our id, or by its id over there where it is linked."""
    record = tx.records.get(mapping.entity, record_id)
    if record is not None:
        return Pair(mapping, record, None, tx.links.of_record(system.name, mapping.entity, record_id, mapping.object))
    link = tx.links.of_remote(system.name, mapping.object, record_id)
    return None if link is None else Pair(mapping, tx.records.get(mapping.entity, link.record_id), None, link)


def _counterpart(hub: Hub, tx: UnitOfWork, system: System, mapping: Mapping, remote: Remote) -> Pair:
    """A record over there that is not linked, and ours when there is just one that it may be."""
    found = adopting.counterparts(hub, tx, system, mapping, remote)
    return Pair(mapping, found[0] if len(found) == 1 else None, remote, None)


def compared(tx: UnitOfWork, system: System, both: Pair, directions: Sequence[str] = (PUSH, PULL)) -> Comparison:
    """What both directions would change of a record and its counterpart."""
    crosswalk = Crosswalk(tx, system, both.link.lines if both.link else None)
    told: list[Difference] = []
    problems: dict[str, str] = {}
    merged = _attempt(lambda: _merged(both, crosswalk), problems, "merge")
    for direction in directions:
        changes = _attempt(lambda d=direction: WAYS[d](both, crosswalk), problems, direction)  # type: ignore[misc] # as above
        told += _differences(both, direction, changes or (), merged)
    return Comparison(
        system=system.name,
        entity=both.mapping.entity,
        object=both.mapping.object,
        record_id=both.record.id if both.record else None,
        remote_id=both.remote.id if both.remote else None,
        differences=tuple(told),
        problems=problems,
    )


def _attempt(work: Callable[[], Any], problems: dict[str, str], name: str) -> Any:
    try:
        return work()
    except HubError as error:
        problems[name] = str(error)
        return None


def _merged(both: Pair, crosswalk: Crosswalk) -> Merge | None:
    if both.record is None or both.remote is None:
        return None
    return agreeing.merged(both.mapping, both.link, both.record, both.remote, None, crosswalk)


def _push(both: Pair, crosswalk: Crosswalk) -> list[FieldChange]:
    if both.record is None or not both.mapping.pushes:
        return []
    old = both.remote.doc if both.remote else None
    return both.mapping.changed_remote(old, both.mapping.push(both.record.doc, old, crosswalk), crosswalk)


def _pull(both: Pair, crosswalk: Crosswalk) -> list[FieldChange]:
    if both.remote is None or not both.mapping.pulls:
        return []
    old = both.record.doc if both.record else None
    return both.mapping.changed_hub(old, both.mapping.pull(both.remote.doc, old, crosswalk))


WAYS: dict[str, Callable[[Pair, Crosswalk], list[FieldChange]]] = {PUSH: _push, PULL: _pull}


def _differences(
    both: Pair, direction: str, changes: Sequence[FieldChange], merged: Merge | None
) -> Iterator[Difference]:
    spec = both.mapping.spec
    for change in changes:
        old, new = old_and_new(change)
        rule = change.rule
        owner = str(rule.owner) if isinstance(rule, FieldRule) else f"members by {rule.members}"
        place = f"{rule.file or spec.file}:{rule.line}"
        verdict = _verdict(both, direction, change, merged)
        yield Difference(
            direction, change.path, change.remote_path, old, new, str(rule), place, owner, verdict, change.sensitive
        )


def old_and_new(change: FieldChange) -> tuple[Any, Any]:
    """From what to what; of a personal value alone whether there is one."""
    if not change.sensitive:
        return change.old, change.new
    return None if change.old is None else MASKED, None if change.new is None else MASKED


def _verdict(both: Pair, direction: str, change: FieldChange, merged: Merge | None) -> str:
    """What the merge of both sides does with a field, in a word or two."""
    if merged is None:
        made = both.remote is None if direction == PUSH else both.record is None
        return "the record is made" if made else "cannot be merged"
    if any(conflict.path == change.path for conflict in merged.conflicts):
        dispute = next(conflict.dispute for conflict in merged.conflicts if conflict.path == change.path)
        return f"a person decides: {str(dispute).replace('_', ' ')}"
    side = "remote" if direction == PUSH else "hub"
    found = next((each for each in merged.changes if each.path == change.path), None)
    if found is None:
        return AGREED
    reason = str(found.reason).replace("_", " ")
    return f"written: {reason}" if found.to == side else f"not written: {reason}"
