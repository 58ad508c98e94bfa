"""The audit trail: whether it holds, and what was done to a record."""

from flask import Blueprint, render_template, request

from hub.services import audit
from hub.web.auth import Rule, guarded
from hub.web.state import hub

pages = Blueprint("trail", __name__, url_prefix="/audit")
USES = Rule(permission="audit")


@pages.get("")
@guarded(USES)
def index() -> str:
    """The acts on one record, or of one correlation."""
    entity, wanted = request.args.get("entity", ""), request.args.get("id", "").strip()

    context = hub()
    if entity:
        entries = context.store.read(lambda tx: tx.audit.of_record(entity, wanted)) if wanted else []
    else:
        entries = context.store.read(lambda tx: tx.audit.of_correlation(wanted)) if wanted else []
    kinds = [*context.schemas.entities(), "user", "api_key", "message", "reconciliation"]
    return render_template("trail/index.html", entries=entries, kinds=kinds, entity=entity, wanted=wanted, verdict=None)


@pages.get("/verify")
@guarded(USES)
def verify() -> str:
    """Recompute the whole chain; the longer the trail, the longer it takes."""
    return render_template("trail/verdict.html", verdict=audit.verify(hub()))
