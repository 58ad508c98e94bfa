"""Dispatch: what waits for a technician, who could go and why, and the assignment."""

from flask import Blueprint, render_template

from hub.services import board, dispatching
from hub.services.visibility import need
from hub.web import offers
from hub.web.auth import Rule, guarded
from hub.web.pages.tickets import next_due
from hub.web.state import hub

pages = Blueprint("dispatch", __name__, url_prefix="/dispatch")
USES = Rule(permission="dispatch")


@pages.get("")
@guarded(USES)
def show() -> str:
    """The board."""
    return render_template("dispatch/board.html", board=board.board(hub()), due=next_due)


@pages.get("/<record_id>/candidates")
@guarded(USES)
def candidates(record_id: str) -> str:
    """Everybody who could go, best first, with the reasons; who fails a hard rule is shown without a button."""
    context = hub()
    ticket = context.store.read(lambda tx: need(tx, "ticket", record_id, None))
    offered = offers.offers(ticket, flow=offers.flow_of(ticket))
    return render_template(
        "dispatch/candidates.html",
        candidates=[one.document() for one in dispatching.candidates(context, record_id)],
        assign=next((offer for offer in offered if offer.name == "assign"), None),
    )
