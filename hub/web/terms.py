"""Words for names that stand in no schema: dispatch rules, stops of a message, audited acts, states of queues."""

from collections.abc import Mapping

from hub.web.i18n import N_, translate
from hub.web.state import web

TERMS: Mapping[str, Mapping[str, str]] = {
    "rule": {
        "active": N_("employed"),
        "skill": N_("skill"),
        "certificate": N_("certificate"),
        "territory": N_("territory"),
        "free": N_("free time"),
        "working_hours": N_("hours of the site"),
        "parts": N_("parts in time"),
        "not_excluded": N_("not excluded"),
        "max_travel": N_("way"),
        "credit_hold": N_("credit"),
    },
    "objective": {
        "travel": N_("Way"),
        "load": N_("Fair load"),
        "sla_slack": N_("SLA slack"),
        "customer_level": N_("Customer level"),
        "same_technician": N_("Same technician"),
        "parts_carried": N_("Parts carried"),
        "cost": N_("Cost"),
    },
    "stop": {
        "received": N_("Received"),
        "taken_up": N_("Taken up"),
        "fetched": N_("Fetched"),
        "pulled": N_("Translated"),
        "merged": N_("Merged"),
        "applied": N_("Applied"),
        "reacted": N_("Passed on"),
        "delivered": N_("Delivered"),
    },
    "queue": {"inbox": N_("inbox"), "outbox": N_("outbox")},
    "state": {
        "new": N_("new"),
        "ready": N_("waiting"),
        "sent": N_("sent"),
        "unknown": N_("outcome unknown"),
        "done": N_("done"),
        "dead": N_("given up"),
        "open": N_("open"),
        "settled": N_("settled"),
    },
    "review": {
        "conflict": N_("conflict"),
        "adoption": N_("adoption"),
        "fact": N_("unexpected fact"),
        "inbound": N_("cannot be taken in"),
    },
    "act": {
        "create": N_("Created"),
        "change": N_("Changed"),
        "replay": N_("Tried again"),
        "reconcile": N_("Both sides compared"),
        "sign_off": N_("Signed off"),
        "revoke": N_("Revoked"),
        "set_password": N_("Password set"),
        "sign_in": N_("Signed in"),
        "sign_out": N_("Signed out"),
        "attempt": N_("Tried to sign in"),
        "notify": N_("Notified"),
        "follow_up": N_("Follow-up recorded"),
        "call.new": N_("Call came in"),
        "call.answered": N_("Call answered"),
        "call.ended": N_("Call ended"),
        "call.missed": N_("Call missed"),
        "call.ticket": N_("Draft ticket opened"),
        "call.chase": N_("Call was about an open ticket"),
        "call.link": N_("Caller identified"),
        "call.silent": N_("Call ended without a sign"),
        "call.call_back": N_("Call-back asked for"),
        "call.rung_back": N_("Spoken with the caller since"),
        "contact.pending": N_("Unknown caller noted"),
        "contact.confirm": N_("Contact confirmed"),
        "ticket.open": N_("Ticket opened"),
        "ticket.call": N_("Call reported late"),
        "ticket.TicketAnswered": N_("Answered"),
        "ticket.TicketConfirmed": N_("Confirmed"),
        "ticket.TicketTriaged": N_("Accepted for work"),
        "ticket.TicketAssigned": N_("Assigned"),
        "ticket.TicketReassigned": N_("Given to another technician"),
        "ticket.TicketUnassigned": N_("Taken back from the technician"),
        "ticket.AppointmentAgreed": N_("Appointment agreed"),
        "ticket.TicketHeld": N_("Put on hold"),
        "ticket.TicketResumed": N_("Resumed"),
        "ticket.TicketChased": N_("Customer asked again"),
        "ticket.TicketUpdated": N_("Customer told how it stands"),
        "ticket.TicketClosed": N_("Ticket closed"),
        "ticket.TicketCompleted": N_("Work completed"),
        "ticket.TicketCancelled": N_("Ticket cancelled"),
        "ticket.TicketRejected": N_("Ticket rejected"),
        "ticket.TicketMerged": N_("Merged into another ticket"),
        "ticket.TicketReopened": N_("Ticket reopened"),
        "ticket.TicketEscalated": N_("Higher skill asked for"),
        "ticket.PriorityChanged": N_("Priority changed"),
        "ticket.GateWaived": N_("Closing gate waived"),
        "ticket.TechnicianAccepted": N_("Technician accepted"),
        "ticket.TechnicianDeparted": N_("Technician on the way"),
        "ticket.TechnicianArrived": N_("Technician on site"),
        "ticket.VisitFinished": N_("Visit finished"),
        "ticket.VisitUnfinished": N_("Visit ended without success"),
        "ticket.InvoiceRecorded": N_("Invoice reported by the ERP"),
        "ticket.PaymentRecorded": N_("Payment reported by the ERP"),
        "ticket.under_way": N_("Another system was asked"),
        "ticket.settled": N_("The other system has answered"),
        "ticket.refused": N_("The other system refused"),
        "sla.soon": N_("SLA due soon"),
        "sla.escalate": N_("SLA escalated"),
        "ticket.visit": N_("Visit planned"),
        "ticket.fault": N_("Fault recorded"),
        "ticket.charges": N_("Charges worked out"),
        "ticket.settle": N_("Settlement moved"),
        "ticket.follow_up": N_("Follow-up recorded"),
        "ticket.money_differs": N_("The sums of the systems differ"),
        "visit.plan": N_("Visit planned"),
        "visit.answer": N_("Step answered"),
        "visit.evidence": N_("Evidence added"),
        "visit.time": N_("Time recorded"),
        "visit.sign": N_("Signed by the customer"),
        "sla.warn": N_("SLA warning"),
        "sla.breach": N_("SLA missed"),
    },
}


def word_of(kind: str, name: str) -> str:
    """The word for a name of a kind; the name itself, made readable, when there is none."""
    known = TERMS[kind].get(name)
    return translate(known) if known else name.replace("_", " ").replace(".", " ")


def action_word(name: str) -> str:
    """What an audited act is called: by its own word, by the table of commands, else by its name made readable."""
    entity, _, verb = name.rpartition(".")
    ready = web().actions.get((entity or "ticket", verb))
    return translate(ready.action.title) if ready and name not in TERMS["act"] else word_of("act", name)
