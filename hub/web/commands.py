"""Which service does each command: the table of the API's and the console's actions."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from hub.domain.documents import Doc
from hub.domain.visit import possible_moves
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import (
    billing,
    calls,
    comments,
    dispatching,
    editing,
    follow_ups,
    fresh,
    interactions,
    joining,
    leads,
    stock,
    tickets,
    visits,
)
from hub.services.context import Actor, Hub
from hub.web.actions import Action, Command, Create, Node, Table
from hub.web.i18n import N_

REASON: Node = {
    "title": "Reason",
    "x-title": {"en": "Reason", "zh": "原因"},
    "type": "string",
    "minLength": 1,
    "maxLength": 500,
}
NOTE: Node = {"title": "Note", "x-title": {"en": "Note", "zh": "备注"}, "type": "string", "maxLength": 500}
INTO: Node = {
    "title": "Into",
    "x-title": {"en": "Into ticket", "zh": "并入工单"},
    "type": "string",
    "maxLength": 64,
    "x-ref": "ticket",
}
ONE_CUSTOMER: Node = {
    "title": "Into",
    "x-title": {"en": "Into customer", "zh": "并入客户"},
    "type": "string",
    "maxLength": 64,
    "x-ref": "customer",
}
TAKEN: Node = {
    "title": "Take",
    "x-title": {"en": "Fields whose value comes from this one", "zh": "以此客户为准的字段"},
    "type": "array",
    "maxItems": 100,
    "items": {"title": "Field", "x-title": {"en": "Field", "zh": "字段"}, "type": "string", "maxLength": 64},
}
CHASED: Node = {**INTO, "title": "Open ticket", "x-title": {"en": "Open ticket", "zh": "未结工单"}}
WORDS: Mapping[str, Node | str] = {"reason": REASON, "note": NOTE}
FACTS = "customer_id contact_id site_id asset_ids type priority severity queue"
FAULT = "fault.symptom fault.symptom_text"
FOUND = "fault.cause fault.cause_text fault.remedy fault.remedy_text"
REQUESTED = ("part_id", "quantity", "issue_kind", "from_warehouse_id", "needed_at", "reason")
LEAD = "contact_id asset_id contract_id text due_on"
LEAD_FIELDS: Mapping[str, Node | str] = {name: f"lead.{name}" for name in ("title", *LEAD.split())}
INTERACTION = ("text", "channel", "direction", "subject", "contact_id", "at")
EVIDENCE = ("kind", "sha256", "mime", "size", "step", "file_name", "taken_at", "place")


def flow(title: str, run: Command, needs: str = "", takes: str = "", **more: Node | str) -> Action:
    """A command of the ticket's workflow."""
    return Action(title, run, needs, takes, {**WORDS, **more}, by_workflow=True)


def ending(title: str, run: Command) -> Action:
    """A command of the workflow that ends a ticket, or begins it again, and wants a reason."""
    return Action(title, run, "reason", more=WORDS, by_workflow=True, is_danger=True)


def moves(title: str, run: Command, name: str, needs: str = "", takes: str = "", **more: Node | str) -> Action:
    """A move of a visit, where its status allows it."""
    return Action(title, run, needs, takes, {**WORDS, **more}, lambda doc: name in possible_moves(doc))


def in_state(*states: str, field: str = "state") -> Callable[[Doc], bool]:
    """Whether a document is in one of the states."""
    return lambda doc: doc.get(field) in states


def is_worked_on(doc: Doc) -> bool:
    """Whether parts may still be asked for."""
    return doc.get("status") in {"triaged", "assigned", "in_service"} and not doc.get("is_draft")


TICKET: Mapping[str, Action] = {
    "confirm": flow(N_("Confirm"), tickets.confirm, takes=f"{FACTS} subject description {FAULT} required_skills note"),
    "triage": flow(N_("Accept for work"), tickets.triage, takes=f"{FACTS} {FAULT} required_skills note"),
    "assign": replace(
        flow(
            N_("Assign"),
            dispatching.assign,
            "technician_id",
            "window_start window_end",
            technician_id="visit.technician_id",
            window_start="visit.window_start",
            window_end="visit.window_end",
        ),
        before=fresh.before_assignment,
    ),
    "unassign": flow(N_("Take back"), tickets.unassign, takes="reason"),
    "agree_appointment": flow(
        N_("Agree on a time"),
        tickets.agree_appointment,
        "from to",
        "note",
        **{"from": "ticket.appointment.from", "to": "ticket.appointment.to"},
    ),
    "hold": flow(
        N_("Hold"), tickets.hold, "reason", "until note", reason="ticket.hold.reason", until="ticket.hold.until"
    ),
    "resume": flow(N_("Resume"), tickets.resume, takes="note"),
    "chase": flow(N_("Chase"), tickets.chase, takes="note"),
    "update": flow(N_("Tell the customer"), tickets.update, "note"),
    "change_priority": flow(N_("Change the priority"), tickets.change_priority, "priority reason"),
    "escalate": flow(N_("Ask for a higher skill"), tickets.escalate, "required_skills note"),
    "resolve_remotely": flow(N_("Solve remotely"), tickets.resolve_remotely, takes=f"{FOUND} note"),
    "complete": flow(N_("Complete"), tickets.complete, "note", FOUND),
    "waive_gate": flow(N_("Waive a gate"), tickets.waive_gate, "gate reason", gate="ticket.gates.gate"),
    "close": flow(N_("Close"), tickets.close, takes="note"),
    "reopen": ending(N_("Reopen"), tickets.reopen),
    "cancel": ending(N_("Cancel"), tickets.cancel),
    "reject": ending(N_("Reject"), tickets.reject),
    "merge": flow(N_("Merge"), tickets.merge, "into", "reason", into=INTO),
    "comment": Action(
        N_("Write a comment"),
        comments.comment_on_ticket,
        "text visibility",
        more={name: f"comment.{name}" for name in ("text", "visibility")},
    ),
    "request_part": Action(
        N_("Ask for a part"),
        stock.request_part,
        "part_id quantity",
        "issue_kind from_warehouse_id needed_at reason",
        {name: f"part_request.{name}" for name in REQUESTED},
        is_worked_on,
    ),
    "work_out_charges": Action(
        N_("Work out the charges"), billing.work_out_charges, offered=in_state("completed", "closed", field="status")
    ),
    "confirm_charges": Action(
        N_("Confirm the charges"), billing.confirm_charges, offered=in_state("completed", "closed", field="status")
    ),
    "invoice_charges": Action(
        N_("Make the invoice"), billing.invoice_charges, offered=in_state("completed", "closed", field="status")
    ),
    "record_follow_up": Action(
        N_("Record the follow-up"),
        follow_ups.record_follow_up,
        "outcome",
        "channel score solved comment",
        {name: f"follow_up.{name}" for name in ("outcome", "channel", "score", "solved", "comment")},
        in_state("completed", "closed", field="status"),
    ),
    "note_lead": Action(
        N_("Tell sales"), leads.note_on_ticket, "title", LEAD, LEAD_FIELDS, lambda doc: "customer_id" in doc
    ),
}
VISIT: Mapping[str, Action] = {
    "accept": moves(N_("Accept"), visits.accept, "accept"),
    "depart": moves(N_("On the way"), visits.depart, "depart"),
    "check_in": moves(N_("Check in"), visits.check_in, "check_in", takes="place", place="visit.check_in_place"),
    "answer": moves(
        N_("Answer"), visits.answer, "finish", "step", "value evidence_ids",
        **{name: f"visit.answers.{name}" for name in ("step", "value", "evidence_ids")},
    ),
    "add_evidence": moves(
        N_("Add evidence"), visits.add_evidence, "finish", "kind sha256 mime size", "step file_name taken_at place",
        **{name: f"evidence.{name}" for name in EVIDENCE},
    ),
    "log_time": moves(
        N_("Record time"), visits.log_time, "finish", "kind from to", "note",
        **{name: f"visit.time_entries.{name}" for name in ("kind", "from", "to", "note")},
    ),
    "consume_part": moves(
        N_("Use a part"), stock.consume_part, "finish", "part_id quantity", "serial_in serial_out asset_id",
        **{name: f"consumption.{name}" for name in ("part_id", "quantity", "serial_in", "serial_out", "asset_id")},
    ),
    "return_part": Action(
        N_("Bring a part back"), stock.return_part, "part_id quantity", "reason",
        {name: f"return.{name}" for name in ("part_id", "quantity", "reason")},
        in_state("on_site", "finished", "unfinished", field="status"),
    ),
    "sign": moves(
        N_("Take the signature"), visits.sign, "finish", "evidence_id signed_by",
        evidence_id="visit.signature_evidence_id", signed_by="visit.signed_by",
    ),
    "finish": moves(
        N_("Finish"), visits.finish, "finish", takes=f"{FOUND} travel_km place",
        fault="ticket.fault", place="visit.check_out_place",
    ),
    "unfinish": moves(
        N_("End without success"), visits.unfinish, "unfinished", "reason", "note travel_km",
        reason="visit.unfinished_reason",
    ),
    "decline": moves(N_("Decline"), visits.decline, "decline", "reason"),
}  # fmt: skip
PARTS: Table = {
    ("part_request", "approve"): Action(
        N_("Approve"),
        stock.approve,
        takes="from_warehouse_id",
        offered=in_state("draft"),
        before=fresh.before_approval,
    ),
    ("part_request", "refuse"): Action(
        N_("Refuse"), stock.refuse, "reason", more=WORDS, offered=in_state("draft"), is_danger=True
    ),
    ("reservation", "issue"): Action(
        N_("Hand out"),
        stock.issue,
        takes="quantity serials",
        more={"serials": "issue.serials"},
        offered=in_state("done"),
    ),
    ("reservation", "release"): Action(
        N_("Release"), stock.release, takes="quantity reason", more=WORDS, offered=in_state("done")
    ),
}
CHARGES: Table = {
    ("charge", "review"): Action(N_("Mark as reviewed"), billing.review, offered=in_state("draft")),
    ("charge", "approve"): Action(N_("Approve"), billing.approve, offered=in_state("draft", "reviewed")),
    ("charge", "waive"): Action(
        N_("Waive as goodwill"),
        billing.waive,
        "reason",
        more=WORDS,
        offered=in_state("draft", "reviewed"),
        is_danger=True,
    ),
}
CALLS: Table = {
    ("call", "confirm"): Action(
        N_("Open the ticket"),
        calls.confirm,
        takes=f"chase_ticket_id new_customer.name {FACTS} subject description {FAULT}",
        more={
            "chase_ticket_id": CHASED,
            "new_customer": "customer",
            **{name: f"ticket.{name}" for name in f"{FACTS} subject description fault".split()},
        },
    ),
    ("call", "link_customer"): Action(
        N_("Say who called"), calls.link_customer, "customer_id", "contact_id", offered=in_state("ended", "missed")
    ),
}
CUSTOMERS: Table = {
    ("customer", "note_interaction"): Action(
        N_("Note a contact"),
        interactions.note_interaction,
        "text",
        "channel direction subject contact_id at",
        {name: f"interaction.{name}" for name in INTERACTION},
        lambda doc: not doc.get("merged_into"),
    ),
    ("customer", "note_lead"): Action(
        N_("Tell sales"),
        leads.note_on_customer,
        "title",
        LEAD,
        LEAD_FIELDS,
        lambda doc: not doc.get("merged_into"),
    ),
    ("customer", "merge"): Action(
        N_("Merge into another customer"),
        joining.merge,
        "into",
        "take",
        {"into": ONE_CUSTOMER, "take": TAKEN},
        lambda doc: not doc.get("merged_into"),
        is_danger=True,
    ),
    ("customer", "split"): Action(
        N_("Undo the merge"), joining.split, offered=lambda doc: bool(doc.get("merged_into")), is_danger=True
    ),
}
LEADS: Table = {
    ("lead", "move"): Action(N_("Say how it stands"), leads.move, "state", offered=in_state("new", "taken")),
}
ACTIONS: Table = {
    **{("ticket", name): action for name, action in TICKET.items()},
    **{("visit", name): action for name, action in VISIT.items()},
    **PARTS,
    **CHARGES,
    **CALLS,
    **CUSTOMERS,
    **LEADS,
}
CREATES: Mapping[str, Create] = {"ticket": tickets.open_ticket}


def create(hub: Hub, tx: UnitOfWork, actor: Actor, entity: str, values: Doc) -> Record:
    """A new record, by the service of its entity where it has one of its own."""
    if entity not in CREATES:
        return editing.add(hub, tx, actor, entity, values)
    editing.refuse_computed(hub.schemas.schema(entity), values)
    hub.schemas.check_given(entity, values)  # such a service reads the values before it stores them
    editing.refuse_dangling(tx, hub.schemas.schema(entity), values)
    return CREATES[entity](hub, tx, actor, values)
