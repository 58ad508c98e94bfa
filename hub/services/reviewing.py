"""Reviews: what waits for a person, shown with both sides, and settled in one transaction with its audit entry."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import orjson

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError, NotFoundError, StaleError
from hub.ports.reviews import Review, Wanted
from hub.ports.store import UnitOfWork
from hub.services import disputes, placing
from hub.services.context import Actor, Hub
from hub.services.decisions import Decision
from hub.services.joining import join_of_review

MASK = "***"
ACTION = "review.settle"
VALUES = ("hub", "remote", "base", "doc")  # what a question holds of records, and may be personal

Settle = Callable[[Hub, UnitOfWork, Actor, Review, Decision], Doc]


@dataclass(frozen=True)
class Kind:
    """What may be chosen, and who does it; conflicts say their choices themselves."""

    choices: tuple[str, ...]
    settle: Settle


@dataclass(frozen=True)
class Outcome:
    """The review after a decision; ``moved`` says that the question had changed, and is asked anew."""

    review: Review
    moved: bool = False


def nothing(_hub: Hub, _tx: UnitOfWork, _actor: Actor, _review: Review, _decision: Decision) -> Doc:
    """A fact is taken note of: it is recorded already."""
    return {}


KINDS: Mapping[str, Kind] = {
    "conflict": Kind(("hub", "remote", "value", "again"), disputes.settle),
    "adoption": Kind(("match", "new"), placing.adopt),
    "gone": Kind(("unlink", "recreate", "delete", "again"), placing.gone),
    "merged": Kind(("merge", "different"), join_of_review),
    "duplicate": Kind(("merge", "different"), join_of_review),
    "fact": Kind(("acknowledge",), nothing),
}
OTHER = Kind(("acknowledge",), nothing)


def listing(hub: Hub, wanted: Wanted = Wanted(), *, limit: int = 50) -> list[Doc]:  # noqa: B008 - it is frozen
    """The newest reviews that are wanted, without any personal value."""
    found = hub.store.read(lambda tx: tx.reviews.listing(wanted, limit=limit))
    return [row(review, sees_personal=False) for review in found]


def row(review: Review, *, sees_personal: bool) -> Doc:
    """A review as it is told, its personal values masked from those who must not see them."""
    return {
        "id": review.id,
        "kind": review.kind,
        "entity": review.entity,
        "record_id": review.record_id,
        "system": review.system,
        "state": review.state,
        "created_at": review.created_at.isoformat(),
        "settled_at": review.settled_at.isoformat() if review.settled_at else None,
        "settled_by": review.settled_by or None,
        "correlation": review.correlation,
        "detail": review.detail if sees_personal else masked(review.detail),
    }


def masked(detail: Doc) -> Doc:
    """What is asked, without personal values."""
    hidden = {name for name in VALUES if name in detail and (detail.get("sensitive") or name == "doc")}
    shown = {**detail, **dict.fromkeys(hidden, MASK)}
    if "decided" in detail and detail.get("sensitive"):
        shown["decided"] = {name: MASK if name in {"kept", "lost"} else it for name, it in detail["decided"].items()}
    return shown


def need(tx: UnitOfWork, review_id: str) -> Review:
    """A review; NotFoundError when there is none."""
    review = tx.reviews.get(review_id)
    if review is None:
        raise NotFoundError("There is no review {id}.", id=review_id)
    return review


def show(hub: Hub, tx: UnitOfWork, review_id: str, *, sees_personal: bool) -> Doc:
    """One review as the question reads now, with what may be chosen and the mark of what was seen."""
    review = need(tx, review_id)
    if review.state != "open":
        return {**row(review, sees_personal=sees_personal), "choices": [], "seen": None}
    try:
        detail = now(hub, tx, review)
        told = choices(hub, tx, review) if detail is not None else ()
    except ConflictError:  # its system is not connected any more: there is still something to be read
        detail, told = None, ()
    asked = replace(review, detail=detail) if detail is not None else review
    return {**row(asked, sees_personal=sees_personal), "choices": list(told), "seen": mark(asked.detail)}


def now(hub: Hub, tx: UnitOfWork, review: Review) -> Doc | None:
    """What the question is now; None when it is none any more."""
    return disputes.present(hub, tx, review) if review.kind == "conflict" else review.detail


def choices(hub: Hub, tx: UnitOfWork, review: Review) -> tuple[str, ...]:
    """What a person may choose."""
    if review.kind == "conflict":
        return disputes.choices(hub, tx, review)
    if review.kind == "gone":
        return placing.choices(hub, review)
    return KINDS.get(review.kind, OTHER).choices


def mark(detail: Doc) -> str:
    """Stands for what a person saw: other values have another mark."""
    seen = {name: detail.get(name) for name in ("hub", "remote", "candidates", "other", "template", "params")}
    return hashlib.sha256(orjson.dumps(seen, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def settle(hub: Hub, tx: UnitOfWork, actor: Actor, review_id: str, decision: Decision) -> Outcome:
    """Do what a person has decided, or ask anew when the values have changed since he saw them.

    ConflictError when the review is settled already, InvalidError when the choice is none of the offered ones.
    """
    review = need(tx, review_id)
    if review.state != "open":
        raise ConflictError("Review {id} is settled already, or never was.", id=review_id)
    detail = now(hub, tx, review)
    if detail is None:
        tx.reviews.end(review.id)
        return Outcome(need(tx, review.id), moved=True)
    if (decision.seen or mark(review.detail)) != mark(detail):
        tx.reviews.ask_anew(review.id, detail)
        return Outcome(need(tx, review.id), moved=True)
    return Outcome(close(hub, tx, actor.of(review.correlation), replace(review, detail=detail), decision))


def close(hub: Hub, tx: UnitOfWork, actor: Actor, review: Review, decision: Decision) -> Review:
    """Carry out a decision and write it down, on the correlation of the message that asked."""
    offered = choices(hub, tx, review)
    if decision.choice not in offered:
        raise InvalidError(
            "{choice} cannot be chosen here: choose one of {choices}.",
            choice=decision.choice,
            choices=", ".join(offered),
        )
    told = KINDS.get(review.kind, OTHER).settle(hub, tx, actor, review, decision)
    decided = {"choice": decision.choice, "note": decision.note, **told}
    tx.reviews.settle(review.id, by=actor.name, at=hub.clock.now(), detail={**review.detail, "decided": decided})
    said = {"review": review.id, "kind": review.kind, "path": review.detail.get("path"), "system": review.system}
    sensitive = bool(review.detail.get("sensitive"))
    entry = {"$decided": {**said, **decided, "sensitive": sensitive}}
    tx.audit.write(actor.name, ACTION, review.entity, review.record_id or review.id, actor.correlation, entry)
    return need(tx, review.id)


def asked_anew(review_id: str, state: str) -> StaleError:
    """What a person is told whose decision was about values that are no longer so."""
    if state != "open":
        return StaleError("Both sides agree by now: nothing is left to decide in review {id}.", id=review_id)
    return StaleError(
        "The values have changed meanwhile: review {id} is asked anew, look again and decide again.", id=review_id
    )
