"""What waits for a person's decision: the list, and one question with both sides and its buttons."""

import hashlib
from typing import Any

import orjson
from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, InvalidError
from hub.ports.reviews import Wanted
from hub.services import reviewing, suggesting
from hub.services.decisions import Decision
from hub.services.idempotency import once
from hub.web import forms, review_view
from hub.web.api.reviews import FILTERS, sees_personal, settling
from hub.web.auth import Rule, guarded
from hub.web.flashes import leave
from hub.web.i18n import N_
from hub.web.offers import name_of
from hub.web.pages.do import FIRST_ERROR, done, refused
from hub.web.problems import as_reply
from hub.web.state import actor, caller, hub
from hub.web.words import node

pages = Blueprint("reviews", __name__, url_prefix="/reviews")
USES = Rule(permission="reviews")
PAGE = 50
KINDS = tuple(reviewing.KINDS)
STATES = ("open", "settled", "ended")
NUMBERS = {"integer": int, "number": float}


@pages.get("")
@guarded(USES)
def index() -> str:
    """The questions, newest first."""
    asked = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    found = reviewing.listing(hub(), Wanted(**asked), limit=PAGE)
    names = hub().store.read(
        lambda tx: {one["id"]: name_of(tx.records.get(one["entity"], one["record_id"])) for one in found}
    )
    return render_template(
        "reviews/list.html",
        found=found,
        names=names,
        asked=asked,
        counts=hub().store.read(lambda tx: tx.reviews.counts()),
        kinds=KINDS,
        states=STATES,
        systems=sorted(hub().systems),
        after=found[-1]["id"] if len(found) == PAGE else None,
    )


@pages.post("/suggest")
@guarded(USES)
def suggest() -> Response:
    """Have customers that are likely one looked for: of many it takes minutes."""
    suggesting.begin_search(hub(), actor())
    told = N_("Likely duplicates are being looked for: what is found appears here.")
    return leave(done(url_for("reviews.index", kind="duplicate")), told)


@pages.post("/compare")
@guarded(USES)
def compare() -> Response:
    """Lay two customers side by side, to merge them."""
    asked = suggesting.compare(hub(), actor(), forms.text("one"), forms.text("other"))
    return done(url_for("reviews.show", review_id=asked))


@pages.get("/<review_id>")
@guarded(USES)
def show(review_id: str) -> str:
    """One question."""
    context, sees = hub(), sees_personal()

    def work(tx: Any) -> tuple[Doc, review_view.Sides]:
        review = reviewing.show(context, tx, review_id, sees_personal=sees)
        return review, review_view.sides(context, tx, review, sees_personal=sees)

    review, sides = context.store.read(work)
    field = node(review["entity"], review["detail"].get("field", ""))
    told = [one for one in sides.fields if one.path == review["detail"].get("field")]
    return render_template(
        "reviews/review.html", review=review, detail=review["detail"], sides=sides, field=field,
        told=told[0] if told else None, name_of=name_of, sees=sees,
    )  # fmt: skip


@pages.post("/<review_id>/settle")
@guarded(USES)
def settle(review_id: str) -> Response:
    """Decide, once for each form."""
    review = hub().store.read(lambda tx: reviewing.need(tx, review_id))
    decision, known = decision_of(review.entity, str(review.detail.get("field", ""))), caller()
    scope = f"{known.principal if known else ''} {request.method} {request.path}"
    digest = hashlib.sha256(orjson.dumps(sorted(request.form.items(multi=True)))).hexdigest()
    key = forms.text("key") or hub().ids.new()
    answer, _ = once(hub(), scope, key, digest, settling(review_id, decision), as_reply)
    if answer.status >= FIRST_ERROR:
        return refused(answer.status, orjson.loads(answer.body))
    return leave(done(url_for("reviews.index")), N_("It is settled."))


def decision_of(entity: str, field: str) -> Decision:
    """What the form says."""
    choice, survivor = forms.text("choice"), forms.text("record_id") or None
    picked = {name.removeprefix("pick."): value for name, value in request.form.items() if name.startswith("pick.")}
    fields = tuple((name, "survivor" if value == survivor else "loser") for name, value in picked.items())
    value = typed(entity, field, forms.text("value")) if choice == "value" else None
    return Decision(choice, value, survivor, forms.text("seen") or None, forms.text("note"), fields)


def typed(entity: str, field: str, text: str) -> Any:
    """A typed value, as its field has it; InvalidError when it is none."""
    if not text:
        raise InvalidError("Enter a value.", fields=(FieldError("value", "This field is required.", {}),))
    kind = node(entity, field).get("type")
    try:
        return NUMBERS[kind](text) if kind in NUMBERS else text == "true" if kind == "boolean" else text
    except ValueError:
        raise InvalidError("{value} is no number.", value=text) from None
