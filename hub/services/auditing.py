"""The field audit: read a sample of linked records from a system, and count the fields that differ from ours.

Each audit of a mapping goes on where the last one ended, so that every record has its turn. What a sync in hand will
bring together (something waits for that record) is no drift, and is told apart from it, as is what the other side keeps
in a form of its own and both agreed on.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hub.domain.documents import Doc
from hub.domain.errors import HubError
from hub.domain.mapping import Mapping
from hub.ports.links import Link
from hub.ports.reports import Report
from hub.ports.store import UnitOfWork
from hub.services.comparing import AGREED, Comparison, compare
from hub.services.context import Hub, System
from hub.services.pausing import is_left_alone

FIELD_AUDIT = "field_audit"
SAMPLE = 100  # records of a mapping: a system answers so many single reads in a minute or two
EVERY = timedelta(days=7)
FIRST = timedelta(hours=1)  # after the start, where there never was an audit
SHOWN = 50  # differing records that a run keeps by name


def audit(hub: Hub, name: str, entities: Sequence[str] = (), *, sample: int = SAMPLE) -> list[Report]:
    """Audit the mappings of a system now; a run for each that has linked records."""
    system = hub.systems[name]
    chosen = [mapping for mapping in system.mappings.values() if not entities or mapping.entity in entities]
    runs = (hub.store.run(lambda tx, m=mapping: begin(hub, tx, system, m)) for mapping in chosen)  # type: ignore[misc] # a default binds the loop's value
    return [audit_mapping(hub, system, run, sample) for run in runs if run is not None]


def audit_due(hub: Hub, system: System, started: datetime) -> int:
    """Audit the mappings whose last audit is a week old; ``started`` is when this process did. Says how many."""
    if is_left_alone(hub, system):
        return 0

    def begin_due(tx: UnitOfWork) -> list[Report]:
        due = (mapping for mapping in system.mappings.values() if is_due(hub, tx, system, mapping, started))
        return [run for run in (begin(hub, tx, system, mapping) for mapping in due) if run is not None]

    return sum(bool(audit_mapping(hub, system, run, SAMPLE)) for run in hub.store.run(begin_due))


def is_due(hub: Hub, tx: UnitOfWork, system: System, mapping: Mapping, started: datetime) -> bool:
    """Whether it is time for the next audit of a mapping."""
    last = tx.reports.last(FIELD_AUDIT, system.name, mapping.object)
    return hub.clock.now() >= (started + FIRST if last is None else last.started_at + EVERY)


def begin(hub: Hub, tx: UnitOfWork, system: System, mapping: Mapping) -> Report | None:
    """A new run, where the last one ended; None when nothing of the mapping is linked."""
    if not tx.links.page(system.name, mapping.object, limit=1):
        return None
    last = tx.reports.last(FIELD_AUDIT, system.name, mapping.object)
    run = Report(
        id=hub.ids.new(),
        kind=FIELD_AUDIT,
        system=system.name,
        object=mapping.object,
        state="running",
        started_at=hub.clock.now(),
        position=last.position if last else None,
        detail={"entity": mapping.entity},
    )
    tx.reports.save(run)
    return run


def audit_mapping(hub: Hub, system: System, run: Report, sample: int) -> Report:
    """Compare the sample record by record; a system that fails ends the run as failed, with what it found so far."""
    links = hub.store.read(lambda tx: sampled(tx, run, sample))
    counts: Counter[str] = Counter()
    differing: list[Doc] = []
    state, reason = "done", None
    for link in links:
        try:
            found = judged(hub, system, link)
        except HubError as error:
            state, reason = "failed", type(error).__name__
            break
        counts.update({name: amount for name, amount in found.items() if isinstance(amount, int)})
        if found.get("records") or found.get("missing"):
            differing.append({"record_id": link.record_id, "external_id": link.external_id, "paths": found["paths"]})
    ended = replace(
        run,
        state=state,
        position=links[-1].external_id if links and state == "done" else run.position,
        counts=dict(counts),
        ended_at=hub.clock.now(),
        detail={**run.detail, "differing": differing[:SHOWN], **({"error": reason} if reason else {})},
    )
    hub.store.run(lambda tx: tx.reports.save(ended))
    return ended


def sampled(tx: UnitOfWork, run: Report, sample: int) -> list[Link]:
    """The links after the last audited one, and from the beginning again where they end."""
    found = tx.links.page(run.system, run.object, after=run.position or "", limit=sample)
    if run.position and len(found) < sample:
        known = {link.external_id for link in found}
        first = tx.links.page(run.system, run.object, limit=sample - len(found))
        found += [link for link in first if link.external_id not in known]
    return found


def judged(hub: Hub, system: System, link: Link) -> Doc:
    """What the comparison of one record counts as, and the paths that differ."""
    told = compare(hub, system.name, link.record_id, link.entity)
    waits = hub.store.read(lambda tx: bool(tx.outbox.waiting(link.entity, link.record_id)))
    return verdict(told, moving=waits)


def verdict(told: Comparison, *, moving: bool) -> Doc:
    """Counts of one comparison: read, and then one of moving, missing, unreadable or the fields that differ."""
    if moving:
        return {"read": 1, "moving": 1}
    if told.record_id is None or told.remote_id is None:
        return {"read": 1, "missing": 1, "paths": []}
    if told.problems:
        return {"read": 1, "unreadable": 1, "records": 1, "paths": sorted(told.problems)}
    paths = distinct(each.path for each in told.differences if each.merge != AGREED)
    agreed = distinct(each.path for each in told.differences if each.merge == AGREED)
    return {"read": 1, "fields": len(paths), "records": int(bool(paths)), "agreed": len(agreed), "paths": paths}


def distinct(paths: Iterable[str]) -> list[str]:
    """Each path once."""
    return sorted(set(paths))


def newest(tx: UnitOfWork, system: System) -> dict[str, Report]:
    """The last finished audit of each mapping, by entity."""
    found = {
        entity: tx.reports.last(FIELD_AUDIT, system.name, mapping.object, state="done")
        for entity, mapping in system.mappings.items()
    }
    return {entity: run for entity, run in found.items() if run is not None}
