"""Both sides of one mapping, read to their end: what each has and the other has not, and which fields differ."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hub.domain.documents import Doc
from hub.domain.errors import HubError
from hub.domain.mapping import Mapping
from hub.domain.reconciliation import MoneyDocument
from hub.domain.sync.window import BEGINNING
from hub.ports.connector import Remote
from hub.ports.outbox import OPEN_STATES
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services.auditing import distinct
from hub.services.comparing import AGREED, Pair, compared
from hub.services.context import Hub, System
from hub.services.crosswalk import Crosswalk
from hub.services.period import Period
from hub.services.reconciled_money import FIGURES, billed, money_document

PAGE = 500
SHOWN = 2000  # differing records and documents that a report names; the sums are of all
COUNTED = ("hub", "system", "linked", "only_hub", "only_system", "records", "fields", "unreadable", "conflicts", "dead",
           "waiting")  # fmt: skip


@dataclass
class Found:
    """What is found of one mapping."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[Doc] = field(default_factory=list)
    money: list[MoneyDocument] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)  # our records that the system has


def counted(found: Found) -> dict[str, int]:
    """Every count, also those that are nought."""
    return {name: found.counts[name] for name in COUNTED}


def found_of(hub: Hub, system: System, mapping: Mapping, period: Period) -> Found:
    """Both sides of one mapping; an object that is a part of another one has no list of its own over there."""
    found = Found()
    if system.objects[mapping.object].of is None and (mapping.pulls or mapping.pushes):
        for page in remote_pages(hub, system, mapping):
            hub.store.read(lambda tx, p=page: take_page(tx, system, mapping, p, period, found))  # type: ignore[misc] # a default binds the loop's value
    for records in hub_pages(hub, mapping):
        hub.store.read(lambda tx, r=records: take_ours(tx, system, mapping, r, period, found))  # type: ignore[misc] # as above
    hub.store.read(lambda tx: take_queues(tx, system, mapping, found))
    return found


def remote_pages(hub: Hub, system: System, mapping: Mapping) -> Iterator[Sequence[Remote]]:
    """All records of an object, page by page."""
    after, until = None, hub.clock.now()
    while True:
        page = system.connector.changes(mapping.object, since=BEGINNING, until=until, after=after)
        yield page.records
        if (after := page.after) is None:
            return


def hub_pages(hub: Hub, mapping: Mapping) -> Iterator[Sequence[Record]]:
    """All records of ours, page by page."""
    after = None
    while True:
        page = hub.store.read(lambda tx, a=after: tx.records.page(mapping.entity, limit=PAGE, after=a))  # type: ignore[misc] # as above
        yield page.records
        if (after := page.after) is None:
            return


def take_page(
    tx: UnitOfWork, system: System, mapping: Mapping, remotes: Sequence[Remote], period: Period, found: Found
) -> None:
    """Count and compare what the system has."""
    crosswalk = Crosswalk(tx, system).prefetch(mapping, remote=[remote.doc for remote in remotes])
    for remote in remotes:
        found.counts["system"] += 1
        link = tx.links.of_remote(system.name, mapping.object, remote.id)
        record = tx.records.get(mapping.entity, link.record_id) if link and link.state == "active" else None
        there = pulled(mapping, remote, crosswalk.of_lines(link.lines if link else None))
        if record is None:
            found.counts["only_system"] += 1
        else:
            found.counts["linked"] += 1
            found.seen.add(record.id)
            take_fields(tx, system, Pair(mapping, record, remote, link), found)
        take_money(tx, mapping, record, remote, there, period, found)


def pulled(mapping: Mapping, remote: Remote, crosswalk: Crosswalk) -> Doc | None:
    """What the remote record says in our form, and nothing of ours; None when it cannot be read so."""
    try:
        return dict(mapping.pull(remote.doc, None, crosswalk))
    except HubError:
        return None


def take_fields(tx: UnitOfWork, system: System, both: Pair, found: Found) -> None:
    """Which fields differ, but for what both sides agreed on."""
    told = compared(tx, system, both)
    if told.problems:
        found.counts["unreadable"] += 1
    paths = distinct(each.path for each in told.differences if each.merge != AGREED)
    if paths:
        found.counts["records"] += 1
        found.counts["fields"] += len(paths)
        named = {"entity": told.entity, "record_id": told.record_id, "remote_id": told.remote_id, "paths": paths}
        found.differences.append(named)


def take_money(
    tx: UnitOfWork,
    mapping: Mapping,
    record: Record | None,
    remote: Remote,
    there: Doc | None,
    period: Period,
    found: Found,
) -> None:
    """The amounts of a document on both sides, and what it is made of against what the system says."""
    if mapping.entity not in FIGURES:
        return
    ours, theirs = record.doc if record else None, there or {}
    if not period.has(ours if ours is not None else theirs):
        return
    document = money_document(mapping.entity, ours, theirs, remote.id)
    if document is None:
        return
    found.money.append(document)
    if mapping.entity == "invoice" and record is not None:
        found.money += billed(tx, record, document)


def take_ours(
    tx: UnitOfWork, system: System, mapping: Mapping, records: Sequence[Record], period: Period, found: Found
) -> None:
    """Count our records, and those that the system does not have."""
    linked = tx.links.prefetch(system.name, mapping.entity, [record.id for record in records])
    is_part = system.objects[mapping.object].of is not None
    for record in records:
        found.counts["hub"] += 1
        if record.id in found.seen:
            continue
        if is_part and record.id in linked:
            found.counts["linked"] += 1
            continue
        found.counts["only_hub"] += 1
        if mapping.entity in FIGURES and period.has(record.doc):
            alone = money_document(mapping.entity, record.doc, None, linked.get(record.id, ""))
            found.money += [alone] if alone and mapping.pushes else []


def take_queues(tx: UnitOfWork, system: System, mapping: Mapping, found: Found) -> None:
    """What waits for a person or for its time."""
    asked = tx.reviews.listing(limit=SHOWN)
    found.counts["conflicts"] = sum(one.system == system.name and one.entity == mapping.entity for one in asked)
    for name, states in (("dead", ("dead",)), ("waiting", OPEN_STATES)):
        rows = (one for state in states for one in tx.outbox.listing(system=system.name, state=state, limit=SHOWN))
        found.counts[name] = sum(one.entity == mapping.entity for one in rows)
