"""Customers: the list, and the 360 of one."""

from dataclasses import replace

from flask import Blueprint, render_template, request

from hub.services import customers
from hub.web.api.records import viewer
from hub.web.auth import Rule, guarded
from hub.web.offers import name_of, offers
from hub.web.pages.browse import browse, values_of
from hub.web.pages.tickets import next_due
from hub.web.state import hub

pages = Blueprint("customers", __name__)
NOTES = frozenset({"note_interaction", "note_lead"})  # merging has places of its own
READS = Rule(permission="customers:read")


@pages.get("/customers")
@guarded(READS)
def index() -> str:
    """The list."""
    callers = customers.of_number(hub(), request.args.get("q", ""))
    page = browse("customer", ("level",), "name", instead=callers)
    part = "customers/rows.html" if request.headers.get("HX-Target") == "rows" else "customers/list.html"
    return render_template(part, page=page, levels=values_of("customer", "level"))


@pages.get("/customers/<record_id>")
@guarded(READS)
def show(record_id: str) -> str:
    """The 360 of one customer."""
    view = customers.overview(hub(), record_id, viewer())
    around = replace(view.customer, doc={**view.customer.doc, "customer_id": record_id})  # its own contacts are offered
    return render_template(
        "customers/customer.html",
        view=view,
        doc=view.customer.doc,
        offers=[offer for offer in offers(around) if offer.name in NOTES],
        offers_of=offers,
        name_of=name_of,
        due=next_due,
    )
