"""The technician's pages, made for a telephone: today's visits, and one visit from acceptance to signature."""

from flask import Blueprint, render_template

from hub.services import board, ticket_view
from hub.services.visibility import need
from hub.web import offers
from hub.web.api.records import viewer
from hub.web.auth import Rule, guarded
from hub.web.offers import name_of
from hub.web.state import actor, hub

pages = Blueprint("field", __name__, url_prefix="/field")
USES = Rule(permission="field")


@pages.get("")
@guarded(USES)
def visits() -> str:
    """My open visits; none for an account that belongs to no technician."""
    mine = actor().technician_id
    return render_template("field/visits.html", round=board.round_of(hub(), mine) if mine else [], mine=mine)


@pages.get("/visits/<record_id>")
@guarded(USES)
def visit(record_id: str) -> str:
    """One visit of mine."""
    only = viewer()
    found = hub().store.read(lambda tx: need(tx, "visit", record_id, only(tx)))
    view = ticket_view.of_ticket(hub(), found.doc["ticket_id"], only)
    pictures = [one for one in view.evidence if one.doc.get("visit_id") == record_id]
    return render_template(
        "field/visit.html",
        visit=found,
        doc=found.doc,
        view=view,
        ticket=view.ticket.doc,
        pictures=pictures,
        offers={offer.name: offer for offer in offers.offers(found, {"fault": view.ticket.doc.get("fault", {})})},
        name_of=name_of,
    )
