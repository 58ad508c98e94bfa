"""The way of a message over its eight stops, and where each value of a record came from."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.services import trace
from hub.web.api.reviews import sees_personal
from hub.web.api.trace import may_read, record_meant
from hub.web.auth import Rule, guarded
from hub.web.offers import name_of
from hub.web.state import hub

pages = Blueprint("trace", __name__, url_prefix="/trace")
USES = Rule(permission="trace")


@pages.get("")
@guarded(USES)
def find() -> Response | str:
    """Look for a message or a record by whatever id is at hand."""
    wanted = request.args.get("id", "").strip()
    if not wanted:
        return render_template("trace/find.html", recent=hub().store.read(lambda tx: tx.trace.recent(limit=30)))
    return redirect(url_for("trace.show", any_id=wanted))


@pages.get("/<path:any_id>")
@guarded(USES)
def show(any_id: str) -> Response | str:
    """The stops of a message; a record's id leads to its values."""
    context = hub()
    found = context.store.read(lambda tx: trace.subject(context, tx, any_id))
    if found.correlation is None:
        return redirect(url_for("trace.fields", any_id=f"{found.entity}/{found.record_id}"))
    correlation = found.correlation
    entries = context.store.read(lambda tx: tx.audit.of_correlation(correlation))
    return render_template(
        "trace/message.html", correlation=correlation, any_id=any_id, entries=entries,
        passages=trace.passages(context, correlation),
    )  # fmt: skip


@pages.get("/fields/<path:any_id>")
@guarded(USES)
def fields(any_id: str) -> str:
    """Where each value of a record came from, and where it went."""
    entity, record_id = record_meant(any_id)
    may_read(entity)
    context = hub()
    facts = context.store.read(
        lambda tx: {
            "record": tx.records.need(entity, record_id),
            "links": tx.links.all_of_record(entity, record_id),
            "messages": trace.messages(tx, entity, record_id),
            "deliveries": [one for one in tx.outbox.waiting(entity, record_id) if one.state != "dropped"],
        }
    )
    told = trace.fields(context, entity, record_id)
    return render_template(
        "trace/record.html", entity=entity, told=told, name_of=name_of, sees=sees_personal(), **facts
    )
