"""What has happened: past-tense facts that a decision returns and that reactions answer in the same transaction."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Event:
    """Something that happened at ``at`` by the doing of ``by`` (a user, a key, a system or ``hub``)."""

    at: datetime
    by: str


@dataclass(frozen=True)
class TicketEvent(Event):
    """Something that happened to a ticket; ``note`` is the reason or remark that came with it."""

    ticket_id: str
    note: str = ""


class TicketOpened(TicketEvent):
    """A ticket, or a draft of one, came into being."""


class TicketAnswered(TicketEvent):
    """The requester got a first answer."""


class TicketConfirmed(TicketEvent):
    """An agent confirmed a draft: its clocks count."""


class TicketTriaged(TicketEvent):
    """A ticket was accepted for work."""


class TicketAssigned(TicketEvent):
    """A technician was given the ticket."""


class TicketReassigned(TicketEvent):
    """Another technician was given the ticket."""


class TicketUnassigned(TicketEvent):
    """The ticket lost its technician and waits for dispatch."""


class AppointmentAgreed(TicketEvent):
    """The customer agreed to a window."""


class TicketHeld(TicketEvent):
    """The ticket waits for something."""


class TicketResumed(TicketEvent):
    """The wait is over."""


class TicketChased(TicketEvent):
    """The customer asked again."""


class TicketUpdated(TicketEvent):
    """The customer was told how it stands, or wrote something."""


class PriorityChanged(TicketEvent):
    """The order of work changed."""


class TicketEscalated(TicketEvent):
    """A higher skill is needed."""


class TechnicianAccepted(TicketEvent):
    """The technician took the visit."""


class TechnicianDeparted(TicketEvent):
    """The technician is on the way."""


class TechnicianArrived(TicketEvent):
    """The technician is on site."""


class VisitFinished(TicketEvent):
    """A visit was finished while others go on."""


class VisitUnfinished(TicketEvent):
    """A visit ended without the work being done."""


class TicketCompleted(TicketEvent):
    """The work is done; the closing gates open."""


class TicketClosed(TicketEvent):
    """All gates are met or waived."""


class TicketReopened(TicketEvent):
    """The fault is not gone."""


class TicketCancelled(TicketEvent):
    """The work is not wanted any more."""


class TicketRejected(TicketEvent):
    """The request is not ours to serve."""


class TicketMerged(TicketEvent):
    """The ticket went on in another."""


class GateWaived(TicketEvent):
    """A closing gate was waived with a reason."""


class InvoiceRecorded(TicketEvent):
    """The ERP reported an invoice."""


class PaymentRecorded(TicketEvent):
    """The ERP reported a payment."""


class ClosedElsewhere(TicketEvent):
    """Another system closed its copy of the case."""


class LoopClosed(TicketEvent):
    """Work, money and feedback are all done."""


@dataclass(frozen=True)
class SlaAlarm(TicketEvent):
    """A clock reached an alarm: ``target`` and ``key`` as in sla.yaml, and the roles to tell."""

    target: str = ""
    key: str = ""
    tell: tuple[str, ...] = ()


@dataclass(frozen=True)
class CallChanged(Event):
    """Something that happened to a call for the first time."""

    call_id: str


class CallRang(CallChanged):
    """A call rings: show the caller to the agents."""


class CallAnswered(CallChanged):
    """An agent took the call: draft a ticket."""


class CallEnded(CallChanged):
    """An answered call is over."""


class CallMissed(CallChanged):
    """A call ended before anybody took it: somebody rings back."""


@dataclass(frozen=True)
class PartMoved(Event):
    """A parts document was made or changed its state; ``entity`` names its kind."""

    ticket_id: str
    entity: str
    record_id: str
    state: str


TICKET_EVENTS: dict[str, type[TicketEvent]] = {
    "opened": TicketOpened,
    "answered": TicketAnswered,
    "confirmed": TicketConfirmed,
    "triaged": TicketTriaged,
    "assigned": TicketAssigned,
    "reassigned": TicketReassigned,
    "unassigned": TicketUnassigned,
    "appointment_agreed": AppointmentAgreed,
    "held": TicketHeld,
    "resumed": TicketResumed,
    "chased": TicketChased,
    "updated": TicketUpdated,
    "priority_changed": PriorityChanged,
    "escalated": TicketEscalated,
    "accepted": TechnicianAccepted,
    "departed": TechnicianDeparted,
    "arrived": TechnicianArrived,
    "visit_finished": VisitFinished,
    "visit_unfinished": VisitUnfinished,
    "completed": TicketCompleted,
    "closed": TicketClosed,
    "reopened": TicketReopened,
    "cancelled": TicketCancelled,
    "rejected": TicketRejected,
    "merged": TicketMerged,
    "gate_waived": GateWaived,
    "invoice_recorded": InvoiceRecorded,
    "payment_recorded": PaymentRecorded,
    "closed_elsewhere": ClosedElsewhere,
}
"""The event of each word that a workflow file and a ticket's history may use."""
