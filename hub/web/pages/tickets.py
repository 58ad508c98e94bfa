"""Tickets: the list with search and filters, and the page of one with everything around it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from flask import Blueprint, render_template, request

from hub.domain.documents import Doc
from hub.domain.sla import Segment
from hub.services import sla, ticket_view, timeline
from hub.web import offers
from hub.web.api.records import viewer
from hub.web.auth import Rule, guarded, passes
from hub.web.offers import name_of
from hub.web.pages.browse import browse, values_of
from hub.web.state import caller, hub

pages = Blueprint("tickets", __name__)
READS = Rule(permission="tickets:read")
READS_COMMENTS = Rule(permission="comments:read")
FILTERS = ("status", "type", "priority", "queue")
TABS = ("timeline", "comments", "visits", "charges", "parts", "sla")
RUNNING = frozenset({"running", "paused", "waiting"})


@pages.get("/tickets")
@guarded(READS)
def index() -> str:
    """The list."""
    page = browse("ticket", FILTERS, "-id")
    ids = [record.doc.get("customer_id", "") for record in page.records]
    customers = hub().store.read(lambda tx: tx.records.many("customer", ids))
    names = {key: record.doc["name"] for key, record in customers.items()}
    choices = {name: values_of("ticket", name) for name in FILTERS if name != "queue"}
    part = "tickets/rows.html" if request.headers.get("HX-Target") == "rows" else "tickets/list.html"
    return render_template(part, page=page, names=names, choices=choices, due=next_due)


@pages.get("/tickets/<record_id>")
@guarded(READS)
def show(record_id: str) -> str:
    """One ticket."""
    view = ticket_view.of_ticket(hub(), record_id, viewer())
    tab = request.args.get("tab", TABS[0])
    tab = tab if tab in TABS and may_see(tab) else TABS[0]
    offered = {
        offer.name: offer for offer in offers.offers(view.ticket, view.ticket.doc, flow=offers.flow_of(view.ticket))
    }
    write = offered.pop("comment", None)
    return render_template(
        "tickets/ticket.html",
        view=view,
        ticket=view.ticket.doc,
        tab=tab,
        moments=timeline.of_ticket(hub(), record_id) if tab == "timeline" else [],
        offers=list(offered.values()),
        write=write,
        offers_of=offers.offers,
        name_of=name_of,
        segments=explained(record_id, view.ticket.doc) if tab == "sla" else {},
        titles=step_titles(),
        meter_titles=meter_titles(),
        totals=totals([charge.doc for charge in view.charges]),
        due=next_due,
    )


def may_see(tab: str) -> bool:
    """Whether a tab is for the caller: comments are for those who may read them."""
    known = caller()
    return tab != "comments" or (known is not None and passes(READS_COMMENTS, known))


def next_due(ticket: Doc) -> Doc | None:
    """The target of the SLA that is due next, or the first that was missed while the ticket is open."""
    targets = [one for one in ticket.get("sla", {}).get("targets", ()) if one.get("due_at")]
    is_done = ticket.get("status") not in {"new", "triaged", "assigned", "in_service"}
    open_ones = [
        one
        for one in targets
        if one.get("state") in RUNNING or (one.get("state") == "breached" and not one.get("met_at"))
    ]
    return None if is_done else min(open_ones, key=lambda one: datetime.fromisoformat(one["due_at"]), default=None)


def totals(charges: Sequence[Doc]) -> dict[str, dict[str, str]]:
    """Sums of charges by currency; a credit is a negative charge."""
    sums: dict[str, dict[str, Decimal]] = {}
    for charge in charges:
        by = sums.setdefault(charge["currency"], dict.fromkeys(("net", "tax", "gross"), Decimal(0)))
        for name in by:
            by[name] += Decimal(charge[name])
    return {currency: {name: str(value) for name, value in by.items()} for currency, by in sums.items()}


def explained(ticket_id: str, ticket: Doc) -> dict[str, Sequence[Segment]]:
    """Every minute of each clock of a ticket; nothing for a policy that is no longer in the book."""
    if ticket.get("sla", {}).get("policy") not in hub().policies.sla.policies:
        return {}
    targets = [one["target"] for one in ticket["sla"].get("targets", ())]
    return {target: sla.explained(hub(), ticket_id, target) for target in targets}


def step_titles() -> dict[str, Mapping[str, str]]:
    """What the steps of the procedures are called."""
    return {step.step: step.title for sop in hub().policies.sops for step in sop.steps}


def meter_titles() -> dict[str, Mapping[str, str]]:
    """What meters are called: by the step that reads them."""
    return {step.meter: step.title for sop in hub().policies.sops for step in sop.steps if step.meter}
