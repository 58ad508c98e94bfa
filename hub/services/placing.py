"""Which of our records a remote one is, once a person has said so; and what becomes of one that is gone over there."""

from dataclasses import replace

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError
from hub.ports.links import Link
from hub.ports.matches import Match
from hub.ports.reviews import Review
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.asking import ask_again, need_mapping
from hub.services.context import Actor, Hub
from hub.services.decisions import Decision
from hub.services.gone import ended
from hub.services.tracing import Tracer


def adopt(hub: Hub, tx: UnitOfWork, actor: Actor, review: Review, decision: Decision) -> Doc:
    """Remember the approved match, or that the record is new, and have it taken in."""
    system, mapping = need_mapping(hub, review)
    record_id = chosen(tx, review, decision, mapping.object) if decision.choice == "match" else None
    remote_id = review.detail["remote_id"]
    match = Match(system.name, mapping.object, remote_id, review.entity, record_id, actor.name, hub.clock.now())
    tx.matches.save(match)
    ask_again(hub, tx, actor, system, mapping, remote_id)
    return {"record_id": record_id}


def chosen(tx: UnitOfWork, review: Review, decision: Decision, name: str) -> str:
    """The record that was chosen; it must be there, and free."""
    if not decision.record_id:
        raise InvalidError("Say which record it is: give its id as record_id.")
    record = tx.records.need(review.entity, decision.record_id)
    link = tx.links.of_record(review.system, review.entity, record.id, name)
    if link is not None and link.external_id != review.detail["remote_id"]:
        raise ConflictError(
            "{entity} {id} is {object} {external_id} in {system} already: merge the two there, or choose another.",
            entity=review.entity,
            id=record.id,
            object=name,
            external_id=link.external_id,
            system=review.system,
        )
    return record.id


def gone(hub: Hub, tx: UnitOfWork, actor: Actor, review: Review, decision: Decision) -> Doc:
    """Keep our record by itself, have it written there again, or look again whether it is really gone."""
    system, mapping = need_mapping(hub, review)
    link = tx.links.of_remote(system.name, mapping.object, review.detail["remote_id"])
    if decision.choice == "again":
        ask_again(hub, tx, actor, system, mapping, review.detail["remote_id"])
    elif link is not None and link.record_id == review.record_id:
        GONE[decision.choice](hub, tx, actor, link)
    return {}


def choices(hub: Hub, review: Review) -> tuple[str, ...]:
    """What may become of our record; it can be ended here, too, where its kind of record has an end."""
    own = ("delete",) if ended(hub, review.entity) is not None else ()
    return ("unlink", "recreate", *own, "again")


def delete(hub: Hub, tx: UnitOfWork, actor: Actor, link: Link) -> None:
    """Our record is ended, too: records are never removed, for others point at them."""
    mark = ended(hub, link.entity)
    if mark is None:
        raise ConflictError("{entity} {id} has no end of its own.", entity=link.entity, id=link.record_id)
    tx.links.save(replace(link, state="gone"))
    author = replace(actor, system=link.system)
    record = tx.records.need(link.entity, link.record_id)
    records.change(hub, tx, author, record, dict([mark]), action="review.ended")
    note(hub, tx, actor, link, "{who} ended our record of {object} {id}, too.")


def unlink(hub: Hub, tx: UnitOfWork, actor: Actor, link: Link) -> None:
    """Our record lives on by itself: that system hears of it no more."""
    tx.links.save(replace(link, state="gone"))
    note(hub, tx, actor, link, "{who} unlinked {object} {id}: our record stays.")


def recreate(hub: Hub, tx: UnitOfWork, actor: Actor, link: Link) -> None:
    """Our record is written there anew; the old remote id still means it."""
    tx.links.save(replace(link, state="merged"))
    record = tx.records.need(link.entity, link.record_id)
    records.enqueue(hub, tx, actor, link.system, record, goal=hub.systems[link.system].goal(link.entity))
    note(hub, tx, actor, link, "{who} has {object} {id} written again.")


GONE = {"unlink": unlink, "recreate": recreate, "delete": delete}


def note(hub: Hub, tx: UnitOfWork, actor: Actor, link: Link, template: str) -> None:
    """Note a decision about a link."""
    tracer = Tracer(hub, actor.correlation, link.system, link.entity, link.record_id)
    tracer.note(tx, "merged", template, who=actor.name, object=link.object, id=link.external_id)
