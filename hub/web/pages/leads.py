"""Leads: the list, on which each is moved on."""

from flask import Blueprint, render_template, request

from hub.web.auth import Rule, guarded
from hub.web.offers import offers
from hub.web.pages.browse import browse, values_of
from hub.web.state import hub

pages = Blueprint("leads", __name__)
READS = Rule(permission="leads:read")
FILTERS = ("state", "cause")


@pages.get("/leads")
@guarded(READS)
def index() -> str:
    """The list, the newest first."""
    page = browse("lead", FILTERS, "-created_at")
    ids = [record.doc["customer_id"] for record in page.records]
    customers = hub().store.read(lambda tx: tx.records.many("customer", ids))
    names = {key: record.doc["name"] for key, record in customers.items()}
    choices = {name: values_of("lead", name) for name in FILTERS}
    part = "leads/rows.html" if request.headers.get("HX-Target") == "rows" else "leads/list.html"
    return render_template(part, page=page, names=names, choices=choices, offers_of=offers)
