"""The commands that a page offers on a record: those that the caller may give and that its state allows now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from hub.domain.documents import Doc
from hub.ports.records import Record
from hub.services import tickets
from hub.web.actions import Ready
from hub.web.auth import Rule, passes
from hub.web.forms import Choices, Field, fields, kind_of
from hub.web.i18n import translate, words
from hub.web.state import actor, caller, hub, web
from hub.web.words import subject

MOST_CHOICES = 300
# Ids of our own grow with time, so that the newest come first without a sort of all records.
ORDER = {"warehouse": "name", "technician": "name", "part": "sku", "ticket": "-id"}
NARROW: Mapping[str, Mapping[str, object]] = {
    "technician": {"active": True},
    "part": {"active": True},
    "ticket": {"status": ["new", "triaged", "assigned", "in_service"]},
}
OF_CUSTOMER = frozenset({"asset", "contact", "site", "contract", "ticket"})


@dataclass(frozen=True)
class Offer:
    """A command with its words, its address and the fields of its form."""

    name: str
    title: str
    url: str
    fields: Sequence[Field]
    is_danger: bool

    @property
    def is_plain(self) -> bool:
        """Whether a button is enough: there is nothing to fill in."""
        return not self.fields


def offers(record: Record, values: Doc | None = None, *, flow: Mapping[str, str] | None = None) -> list[Offer]:
    """The commands for a record, in the order of the table; ``flow`` gives those of its workflow with their words."""
    return [offer_of(ready, record, values or {}, flow or {}) for ready in possible(record, flow or {})]


def possible(record: Record, flow: Mapping[str, str]) -> Iterator[Ready]:
    """The commands that the caller may give and the record's state allows."""
    known = caller()
    for (entity, name), ready in web().actions.items():
        may_do = known and entity == record.entity and passes(Rule(ready.scope, ready.permission), known)
        if (
            may_do
            and is_fillable(ready.body.schema)
            and (name in flow if ready.action.by_workflow else ready.action.offered(record.doc))
        ):
            yield ready


def is_fillable(schema: Mapping[str, Any]) -> bool:
    """Whether a form can give all that a command needs: lists of objects come over the API only."""
    nodes = schema["properties"]
    return all(kind_of(nodes[name]) or nodes[name].get("type") == "object" for name in schema["required"])


def offer_of(ready: Ready, record: Record, values: Doc, flow: Mapping[str, str]) -> Offer:
    """One command as the page shows it."""
    return Offer(
        ready.name,
        flow.get(ready.name) or translate(ready.action.title),
        url_for(f"do.{ready.entity}-{ready.name}", record_id=record.id),
        fields(ready.body.schema, lambda entity: choices(entity, record.doc), values),
        ready.action.is_danger,
    )


def choices(entity: str, around: Doc) -> Choices:
    """The records of an entity that make sense beside another record: those of its customer, those in use."""
    where: dict[str, object] = dict(NARROW.get(entity, {}))
    if entity in OF_CUSTOMER and "customer_id" in around:
        where["customer_id"] = around["customer_id"]
    context = hub()
    page = context.store.read(
        lambda tx: tx.records.page(entity, where, sort=ORDER.get(entity, "-id"), limit=MOST_CHOICES)
    )
    return [(record.id, name_of(record)) for record in page.records]


def name_of(record: Record | None) -> str:
    """What people call a record."""
    if record is None:
        return "–"
    doc = record.doc
    code = doc.get("number") or doc.get("sku") or doc.get("code") or doc.get("serial")
    name = doc.get("name") or subject(doc)
    return " · ".join(str(part) for part in (name, code) if part) or record.id


def flow_of(ticket: Record) -> Mapping[str, str]:
    """The commands of a ticket's workflow that the caller may give now, with their words; none without a workflow.

    Giving the ticket to another technician is assigning it, too.
    """
    context, who = hub(), actor()
    if ticket.doc["type"] not in context.policies.workflows:
        return {}
    same = {"reassign": "assign"}
    transitions = context.store.read(lambda tx: tickets.buttons(context, tx, who, ticket))
    return {same.get(one.name, one.name): words(one.title) for one in transitions}


def suggestions(name: str) -> Sequence[str]:
    """What people usually write into a field: for a symptom, the fault codes that parts are kept for."""
    if name != "fault.symptom":
        return ()
    context = hub()
    parts = context.store.read(lambda tx: tx.records.all("part"))
    return sorted({code for part in parts for code in part.doc.get("fault_codes", ())})
