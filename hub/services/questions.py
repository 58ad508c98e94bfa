"""Questions for a person about a record, asked once with the present values, and closed when they are none any more."""

from collections.abc import Sequence

from hub.domain.documents import Doc
from hub.domain.sync import Conflict, Dispute, make_here
from hub.ports.connector import Remote
from hub.ports.links import Link
from hub.ports.records import Record
from hub.ports.reviews import Review, Wanted
from hub.ports.store import UnitOfWork
from hub.services.context import Hub, System
from hub.services.crosswalk import Crosswalk
from hub.services.tracing import Tracer


def ask_all(hub: Hub, tx: UnitOfWork, tracer: Tracer, conflicts: Sequence[Conflict], remote: Remote) -> None:
    """Put conflicts before a person, the remote record's id before the path where there is no record of ours."""
    for conflict in conflicts:
        open_review(hub, tx, tracer, "conflict", question(conflict, remote, is_ours=bool(tracer.record_id)))
        if conflict.dispute is Dispute.NO_COUNTERPART:
            tracer.note(
                tx, "merged", "{path} has a value that the mapping does not know: a person decides.", path=conflict.path
            )
        else:
            tracer.note(tx, "merged", "Both sides changed {path}: a person decides.", path=conflict.path)


def question(conflict: Conflict, remote: Remote, *, is_ours: bool) -> Doc:
    """What a person is asked about a value; it is sealed where it is kept, and masked where it is shown."""
    path = conflict.path if is_ours else f"{remote.id}: {conflict.path}"
    at = {} if remote.changed_at is None else {"remote_at": remote.changed_at.isoformat()}
    return {
        "path": path,
        "field": conflict.path,
        "remote_path": conflict.remote_path,
        "remote_id": remote.id,
        "why": conflict.dispute.value,
        "hub": conflict.hub,
        "remote": conflict.remote,
        "base": conflict.base,
        "sensitive": conflict.sensitive,
        **at,
    }


def end_settled(tx: UnitOfWork, tracer: Tracer, conflicts: Sequence[Conflict]) -> None:
    """Close what was asked about a record and is no question any more: one side has taken its change back."""
    asked = {conflict.path for conflict in conflicts}
    wanted = Wanted(kind="conflict", system=tracer.system, entity=tracer.entity, record_id=tracer.record_id)
    for review in tx.reviews.listing(wanted):
        if review.detail["field"] not in asked:
            tx.reviews.end(review.id)
            tracer.note(tx, "merged", "{path} is no question any more.", path=review.detail["field"])


def ask_which(
    hub: Hub, tx: UnitOfWork, tracer: Tracer, system: System, remote: Remote, found: Sequence[Record]
) -> None:
    """Let a person say which of our records a remote one is."""
    mapping = system.mappings[tracer.entity]
    doc = make_here(mapping, remote.doc, Crosswalk(tx, system).prefetch(mapping, remote=[remote.doc])).doc
    detail = {
        "path": remote.id,
        "remote_id": remote.id,
        "candidates": [record.id for record in found],
        "doc": doc,
    }
    open_review(hub, tx, tracer, "adoption", detail)


def tell_of_a_second(hub: Hub, tx: UnitOfWork, tracer: Tracer, remote: Remote, known: Link) -> None:
    """Have a person know that two remote records say that they are one of ours: a create that ran twice, or a copy."""
    template = "{object} {id} says that it is {record}, which is {other} over there: merge the two there."
    params = {"object": known.object, "id": remote.id, "record": known.record_id, "other": known.external_id}
    open_review(hub, tx, tracer, "fact", {"path": remote.id, "template": template, "params": params})
    tracer.note(tx, "merged", template, **params)


def open_review(hub: Hub, tx: UnitOfWork, tracer: Tracer, kind: str, detail: Doc) -> None:
    """Open a question about the traced record."""
    tx.reviews.open(
        Review(
            id=hub.ids.new(),
            kind=kind,
            entity=tracer.entity,
            record_id=tracer.record_id,
            system=tracer.system,
            detail=detail,
            correlation=tracer.correlation,
            created_at=hub.clock.now(),
        )
    )
