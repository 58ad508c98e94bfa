"""The time line of a ticket: what people did, what systems were told, visits and calls, in the order of time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.ports.audit import Entry
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.ports.trace import Stop
from hub.services.context import Hub

VISIT_TIMES = {
    "planned_at": "Visit planned",
    "accepted_at": "Visit accepted",
    "departed_at": "Technician on the way",
    "checked_in_at": "Technician on site",
    "checked_out_at": "Technician left",
    "finished_at": "Visit finished",
}
CALL_TIMES = {"started_at": "Call came in", "answered_at": "Call answered", "ended_at": "Call ended"}
TELLING = frozenset({"delivered", "merged", "received"})  # stops that a reader of the ticket cares for


@dataclass(frozen=True)
class Moment:
    """One thing that happened: ``kind`` audit, trace, visit or call; words as a template with parameters.

    For an audit entry ``action`` is the name of what was done, and ``changed`` gives old and new values by field.
    """

    at: datetime
    kind: str
    template: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    by: str = ""
    action: str = ""
    changed: Mapping[str, tuple[object, object]] = field(default_factory=dict)
    entity: str = ""
    record_id: str = ""
    correlation: str = ""


def of_ticket(hub: Hub, ticket_id: str) -> list[Moment]:
    """What happened around a ticket, newest first."""

    def work(tx: UnitOfWork) -> list[Moment]:
        visits = tx.records.all("visit", {"ticket_id": ticket_id})
        calls = tx.records.all("call", {"ticket_id": ticket_id})
        found = [
            *(of_entry(entry) for entry in tx.audit.of_record("ticket", ticket_id)),
            *(of_stop(stop) for stop in tx.trace.of_record("ticket", ticket_id) if stop.stop in TELLING),
            *(moment for visit in visits for moment in of_times(visit, "visit", VISIT_TIMES)),
            *(moment for call in calls for moment in of_times(call, "call", CALL_TIMES)),
        ]
        return sorted(found, key=lambda moment: moment.at, reverse=True)

    return hub.store.read(work)


def of_entry(entry: Entry) -> Moment:
    """An audited act."""
    pairs = (entry.payload or {}).items()
    changed = {name: (pair[0], pair[1]) for name, pair in pairs if isinstance(pair, list) and len(pair) == len("->")}
    return Moment(
        entry.at,
        "audit",
        by=entry.actor,
        action=entry.action,
        changed=changed,
        entity=entry.entity,
        record_id=entry.record_id,
        correlation=entry.correlation,
    )


def of_stop(stop: Stop) -> Moment:
    """A stop of a message."""
    return Moment(
        stop.at,
        "trace",
        stop.template,
        stop.params,
        by=stop.system,
        entity=stop.entity,
        record_id=stop.record_id,
        correlation=stop.correlation,
    )


def of_times(record: Record, kind: str, words: Mapping[str, str]) -> Iterator[Moment]:
    """The times that a visit or call has passed."""
    for name, template in words.items():
        if name in record.doc:
            by = str(record.doc.get("agent", ""))
            yield Moment(
                datetime.fromisoformat(record.doc[name]), kind, template, by=by, entity=kind, record_id=record.id
            )
