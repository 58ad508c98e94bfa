"""The desk: calls as they ring, with the customer 360, and the form that makes a ticket of an answered one."""

from flask import Blueprint, render_template

from hub.domain.documents import Doc
from hub.services import desk
from hub.services.desk import Pop
from hub.web import offers
from hub.web.auth import Rule, guarded
from hub.web.offers import Offer, name_of
from hub.web.pages.tickets import next_due
from hub.web.state import actor, hub

pages = Blueprint("desk", __name__)
USES = Rule(permission="desk")
READS = Rule(permission="calls:read")


@pages.get("/desk")
@guarded(USES)
def show() -> str:
    """The desk."""
    return render_template("desk/desk.html", **facts())


@pages.get("/desk/strip")
@guarded(USES)
def strip() -> str:
    """The calls alone, as the page asks for them every other second."""
    return render_template("desk/strip.html", **facts())


@pages.get("/calls/<record_id>")
@guarded(READS)
def call(record_id: str) -> str:
    """One call: who calls, and what it is about."""
    pop = desk.one(hub(), record_id)
    return render_template(
        "desk/call.html",
        pop=pop,
        call=pop.call.doc,
        offer=confirming(pop),
        offers_of=offers.offers,
        due=next_due,
        name_of=name_of,
    )


def facts() -> dict[str, object]:
    """What the strip shows."""
    return {"pops": desk.pops(hub(), actor().name), "due": next_due}


def confirming(pop: Pop) -> Offer | None:
    """The form for an answered call whose ticket is a draft: filled with what is known."""
    if not pop.is_waiting or pop.ticket is None:
        return None
    known: Doc = {name: value for name, value in pop.ticket.doc.items() if name != "subject"}
    one = pop.matches[0].customer.id if len(pop.matches) == 1 else None
    known |= {"customer_id": one} if one and "customer_id" not in known else {}
    around = pop.call
    return next((offer for offer in offers.offers(around, known) if offer.name == "confirm"), None)
