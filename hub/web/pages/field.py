"""The technician's pages, made for a telephone: the round, and one visit from acceptance to signature."""

import base64
import binascii
import hashlib
from collections.abc import Callable

import orjson
from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.domain.sop import SopStep
from hub.ports.store import UnitOfWork
from hub.services import board, ticket_view, visits
from hub.services.idempotency import Reply, once
from hub.services.visibility import need
from hub.web import forms, offers
from hub.web.api.answers import reply
from hub.web.api.files import kind_of
from hub.web.api.records import viewer
from hub.web.auth import Rule, guarded
from hub.web.flashes import leave
from hub.web.i18n import N_
from hub.web.offers import name_of
from hub.web.pages.do import FIRST_ERROR, done, refused
from hub.web.problems import as_reply
from hub.web.state import actor, caller, hub, web

pages = Blueprint("field", __name__, url_prefix="/field")
USES = Rule(permission="field")
ANSWERS = Rule(permission="visits:answer", uploads=True)
FIRST = ("accept", "depart", "check_in")  # moves that have the page to themselves
BY_STEPS = frozenset({"answer", "add_evidence", "sign"})  # given step by step
PICTURE = "data:image/png;base64,"


@pages.get("")
@guarded(USES)
def rounds() -> str:
    """My open visits; none for an account that belongs to no technician."""
    mine = actor().technician_id
    return render_template("field/visits.html", round=board.round_of(hub(), mine) if mine else [], mine=mine)


@pages.get("/visits/<record_id>")
@guarded(USES)
def visit(record_id: str) -> str:
    """One visit."""
    only, context = viewer(), hub()
    found = context.store.read(lambda tx: need(tx, "visit", record_id, only(tx)))
    view = ticket_view.of_ticket(context, found.doc["ticket_id"], only)
    pictures = {one.id: one for one in view.evidence if one.doc.get("visit_id") == record_id}
    offered = {offer.name: offer for offer in offers.offers(found, {"fault": view.ticket.doc.get("fault", {})})}
    return render_template(
        "field/visit.html",
        visit=found,
        doc=found.doc,
        view=view,
        ticket=view.ticket.doc,
        pictures=pictures,
        lines=visits.steps(context, record_id),
        first=[offered[name] for name in FIRST if name in offered],
        offers={name: offer for name, offer in offered.items() if name not in {*FIRST, *BY_STEPS}},
        may_answer="answer" in offered,
        write=next((offer for offer in offers.offers(view.ticket) if offer.name == "comment"), None),
        name_of=name_of,
    )


@pages.post("/visits/<record_id>/steps/<step>")
@guarded(ANSWERS)
def answer(record_id: str, step: str) -> Response:
    """Answer one step of the procedure, with its photos or the signature."""
    lines = {line.step.step: line.step for line in visits.steps(hub(), record_id)}
    if step not in lines:
        raise InvalidError("This step is not asked for on this visit.")
    key, known = forms.text("key") or hub().ids.new(), caller()
    scope = f"{known.principal if known else ''} {request.path}"
    work, digest = answering(record_id, lines[step])
    kept, _ = once(hub(), scope, key, digest, work, as_reply)
    if kept.status >= FIRST_ERROR:
        return refused(kept.status, orjson.loads(kept.body))
    return leave(done(url_for("field.visit", record_id=record_id, _anchor=f"step-{step}")), N_("Done."))


def answering(visit_id: str, step: SopStep) -> tuple[Callable[[UnitOfWork], Reply], str]:
    """The work of an answer, and what stands for it; pictures are kept before, under their own hash."""
    context, who, only = hub(), actor(), viewer()
    kept = [keep(data, step) for data in pictures_of(step)]
    value = value_of(step)
    body = {"step": step.step, **({} if value is None else {"value": value})}
    check = web().actions["visit", "answer"].body.check

    def work(tx: UnitOfWork) -> Reply:
        found = need(tx, "visit", visit_id, only(tx))
        ids = [visits.add_evidence(context, tx, who, visit_id, facts).id for facts in kept]
        if step.kind == "signature":
            return reply(visits.sign(context, tx, who, visit_id, {"evidence_id": ids[0], "signed_by": str(value)}))
        before: Doc = next((one for one in found.doc.get("answers", ()) if one["step"] == step.step), {})
        evidence = list(dict.fromkeys([*before.get("evidence_ids", ()), *ids]))
        given = {**body, **({"evidence_ids": evidence} if evidence else {})}
        check(given)
        return reply(visits.answer(context, tx, who, visit_id, given))

    return work, hashlib.sha256(orjson.dumps([body, [facts["sha256"] for facts in kept]])).hexdigest()


def keep(data: bytes, step: SopStep) -> Doc:
    """Keep a picture; gives what its evidence is made of."""
    mime = kind_of(data)
    kind = "signature" if step.kind == "signature" else "photo"
    return {"kind": kind, "sha256": hub().blobs.put(data), "mime": mime, "size": len(data), "step": step.step}


def pictures_of(step: SopStep) -> list[bytes]:
    """The pictures that came with the form; InvalidError when the step wants one and there is none."""
    found = [data for file in request.files.getlist("photo") if (data := file.read())]
    if step.kind == "signature":
        found = [signature(forms.text("signature"))]
    if step.kind == "photo" and not found:
        raise InvalidError("Choose a photo first.")
    return found


def signature(text: str) -> bytes:
    """The picture drawn on the pad; InvalidError when nothing was drawn or no name given."""
    if not text.startswith(PICTURE) or not forms.text("value"):
        raise InvalidError("Have the customer sign on the pad, and write down the name.")
    try:
        return base64.b64decode(text.removeprefix(PICTURE), validate=True)
    except binascii.Error:
        raise InvalidError("Have the customer sign on the pad, and write down the name.") from None


def value_of(step: SopStep) -> str | bool | None:
    """The value that the form gives; a check is yes or no."""
    typed = forms.text("value")
    return typed == "yes" if step.kind == "check" else typed or None
