"""Reviews over the API: listed without personal values, shown with both sides, settled once per Idempotency-Key."""

from collections.abc import Callable
from typing import Any

import orjson
from flask import Blueprint, Response, request

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, InvalidError
from hub.ports.reviews import Wanted
from hub.ports.store import UnitOfWork
from hub.services import reviewing
from hub.services.decisions import Decision
from hub.services.idempotency import Reply
from hub.web.api.answers import body, idempotent, shown
from hub.web.api.records import limit
from hub.web.auth import Rule, guarded
from hub.web.problems import as_reply
from hub.web.state import actor, caller, hub

READS = Rule(scope="reviews:read", permission="reviews")
SETTLES = Rule(scope="reviews:write", permission="reviews")
FILTERS = ("state", "kind", "system", "entity", "record_id", "after")
TEXTS = ("record_id", "seen", "note")


def register_reviews(api: Blueprint) -> None:
    """The routes of reviews."""
    api.add_url_rule("/reviews", "review-list", guarded(READS)(listing))
    api.add_url_rule("/reviews/<review_id>", "review-get", guarded(READS)(show))
    api.add_url_rule("/reviews/<review_id>/settle", "review-settle", guarded(SETTLES)(settle), methods=["POST"])


def wanted() -> Wanted:
    """What the query string asks for: the open ones, unless it says otherwise."""
    return Wanted(**{name: request.args[name] for name in FILTERS if name in request.args})


def listing() -> Response:
    """The newest reviews."""
    most = limit(request.args)
    found = reviewing.listing(hub(), wanted(), limit=most)
    return shown({"items": found, "next": found[-1]["id"] if len(found) == most else None})


def show(review_id: str) -> Response:
    """One review as its question reads now."""
    context, sees = hub(), sees_personal()
    return shown(context.store.read(lambda tx: reviewing.show(context, tx, review_id, sees_personal=sees)))


def settle(review_id: str) -> Response:
    """Decide."""
    return idempotent(settling(review_id, decision_of(body())))


def settling(review_id: str, decision: Decision) -> Callable[[UnitOfWork], Reply]:
    """The work of a decision; values that moved are asked anew, which is kept although it is an error to the caller."""
    context, who, sees = hub(), actor(), sees_personal()
    stale = {state: as_reply(reviewing.asked_anew(review_id, state)) for state in ("open", "ended")}

    def work(tx: UnitOfWork) -> Reply:
        outcome = reviewing.settle(context, tx, who, review_id, decision)
        if outcome.moved:
            return stale[outcome.review.state]
        return 200, orjson.dumps(reviewing.row(outcome.review, sees_personal=sees))

    return work


def decision_of(values: Doc) -> Decision:
    """A decision from a body; InvalidError names each wrong field."""
    wrong = [name for name in (*TEXTS, "choice") if not isinstance(values.get(name, ""), str)]
    fields: Any = values.get("fields", {})
    if not isinstance(fields, dict) or any(side not in ("survivor", "loser") for side in fields.values()):
        wrong.append("fields")
    wrong += sorted(set(values) - {*TEXTS, "choice", "value", "fields"})
    if "choice" not in values or wrong:
        named = wrong or ["choice"]
        problems = tuple(FieldError(name, "This field is missing or wrong.", {}) for name in named)
        raise InvalidError("Say what you choose.", fields=problems)
    texts = {name: values[name] for name in TEXTS if name in values}
    return Decision(values["choice"], values.get("value"), fields=tuple(fields.items()), **texts)


def sees_personal() -> bool:
    """Whether the caller sees personal values."""
    known = caller()
    return known is not None and known.sees_personal
