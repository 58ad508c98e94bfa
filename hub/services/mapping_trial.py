"""A linked record run through its mapping in both directions, to be looked at: nothing is written anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, FieldError, HubError, NotFoundError
from hub.domain.mapping import Mapping, Refs
from hub.domain.mapping.readings import Reading, Readings, readings
from hub.domain.sync import Merge
from hub.ports.connector import Remote
from hub.ports.links import Link
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import agreeing
from hub.services.context import Hub, System
from hub.services.crosswalk import Crosswalk
from hub.services.gate import Purpose
from hub.services.pausing import is_paused


@dataclass(frozen=True)
class Way:
    """What one direction would do: every value that it writes, or why it can do nothing."""

    values: tuple[Reading, ...] = ()
    problems: tuple[FieldError, ...] = ()
    refused: HubError | None = None

    @property
    def changed(self) -> int:
        """How many values would be another."""
        return sum(not each.same for each in self.values)


@dataclass(frozen=True)
class Trial:
    """Both directions for one pair; None for a direction in which the mapping carries nothing.

    ``away`` is why the remote's document is not the present one but the one that was last agreed on.
    """

    hub: Doc
    remote: Doc
    push: Way | None
    pull: Way | None
    away: HubError | None = None
    remote_id: str = ""
    merged: Merge | None = None
    """What the next sync would do, where both sides are there as they are now and can be merged."""


def of_pair(mapping: Mapping, hub: Doc, remote: Doc, refs: Refs) -> Trial:
    """Both directions for two documents."""
    push = _way(mapping, hub, remote, refs, of_hub=False) if mapping.pushes else None
    pull = _way(mapping, hub, remote, refs, of_hub=True) if mapping.pulls else None
    return Trial(hub, remote, push, pull)


def _way(mapping: Mapping, hub: Doc, remote: Doc, refs: Refs, *, of_hub: bool) -> Way:
    old = hub if of_hub else remote
    try:
        new = mapping.pull(remote, hub, refs) if of_hub else mapping.push(hub, remote, refs)
    except HubError as error:
        return Way(refused=error)
    told: Readings = readings(mapping, old, new, refs, of_hub=of_hub)
    return Way(told.values, told.problems)


def of_record(hub: Hub, system: System, record: Record) -> Trial:
    """Both directions for a record and its counterpart as it is now, else as it was when both sides last agreed.

    Fails with a NotFoundError when the record is not linked to the system.
    """
    mapping = system.mappings[record.entity]
    link = hub.store.read(lambda tx: link_of(tx, system, record))
    remote, away = _present(hub, system, mapping, link)

    def work(tx: UnitOfWork) -> Trial:
        refs = Crosswalk(tx, system, link.lines).prefetch(mapping, hub=[record.doc], remote=[remote.doc])
        found = of_pair(mapping, record.doc, remote.doc, refs)
        merged = None if away is not None else _merged(mapping, link, record, remote, refs)
        return replace(found, away=away, remote_id=link.external_id, merged=merged)

    return hub.store.read(work)


def _merged(mapping: Mapping, link: Link, record: Record, remote: Remote, refs: Crosswalk) -> Merge | None:
    try:
        return agreeing.merged(mapping, link, record, remote, None, refs)
    except HubError:  # a direction tells it
        return None


def link_of(tx: UnitOfWork, system: System, record: Record) -> Link:
    """The link of a record to the object that it is mapped to; NotFoundError when there is none."""
    link = tx.links.of_record(system.name, record.entity, record.id, system.mappings[record.entity].object)
    if link is None:
        raise NotFoundError("{entity} {id} has no link.", entity=record.entity, id=record.id)
    return link


def _present(hub: Hub, system: System, mapping: Mapping, link: Link) -> tuple[Remote, HubError | None]:
    """The remote's record; as it was last agreed on when it could not be had, and why."""
    agreed = Remote(link.external_id, link.remote_shadow, link.version)
    if hub.store.read(lambda tx: is_paused(tx, system)):
        return agreed, ConflictError("{system} is paused.", system=system.name)
    try:
        remote = system.wanted_for(Purpose.DESK).connector.get(mapping.object, link.external_id)
    except HubError as error:
        return agreed, error
    if remote is None:
        template = "{object} {id} is gone from {system}: restore it there, or unlink the record."
        gone = NotFoundError(template, object=mapping.object, id=link.external_id, system=system.name)
        return agreed, gone
    return remote, None


def linked(tx: UnitOfWork, system: System, entity: str, records: Sequence[Record]) -> list[tuple[Record, str]]:
    """Those records that are linked to the object that they are mapped to, with their ids over there."""
    name = system.mappings[entity].object
    known = tx.links.of_many_records(system.name, {name: {record.id for record in records}}) if records else {}
    return [(record, known[name, record.id]) for record in records if (name, record.id) in known]
