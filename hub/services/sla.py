"""SLA clocks of tickets: worked out anew at each change, kept as due times, told by one sweep."""

from collections.abc import Sequence
from datetime import datetime

from hub.domain.documents import Doc
from hub.domain.errors import NotFoundError
from hub.domain.sla import (
    Policy,
    Reading,
    Segment,
    alarms_left,
    explain,
    history_of,
    mark_told,
    policy_named,
    read_ticket,
    select_policy,
    sla_document,
)
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.ports.timers import Timer
from hub.services import records
from hub.services.context import Actor, Hub
from hub.services.notifications import notify, notify_technician

SWEPT = 100  # alarms told in one transaction

WORDS = {
    "warn": "Ticket {number}: {target} is due at {due}.",
    "soon": "Ticket {number}: {target} is due at {due}.",
    "breach": "Ticket {number}: {target} was due at {due} and is late.",
    "escalate": "Ticket {number}: {target} has been late since {due}: please step in.",
}


def with_clocks(hub: Hub, tx: UnitOfWork, ticket: Doc) -> tuple[Doc, tuple[Reading, ...]]:
    """The ticket with its clocks read now, and what they read; a draft has none yet."""
    policy = None if ticket.get("is_draft") else policy_of(hub, tx, ticket)
    if policy is None:
        return ticket, readings_of(hub, ticket)
    readings = read_ticket(ticket, policy, hub.policies.hours, now=hub.clock.now())
    return {**ticket, "sla": document(hub, policy, readings, ticket)}, readings


def document(hub: Hub, policy: Policy, readings: Sequence[Reading], ticket: Doc) -> Doc:
    """The ``sla`` part of a ticket."""
    return sla_document(policy, hub.policies.sla.version, readings, before=ticket.get("sla"))


def policy_of(hub: Hub, tx: UnitOfWork, ticket: Doc) -> Policy | None:
    """The policy that a ticket keeps, else the one that the rules give it."""
    names: dict[str, Doc] = {"ticket": ticket}
    assets = ticket.get("asset_ids", ())
    ids = {"customer": ticket.get("customer_id"), "site": ticket.get("site_id"), "asset": assets[0] if assets else None}
    for entity, record_id in ids.items():
        found = tx.records.get(entity, record_id) if record_id else None
        names |= {entity: found.doc} if found else {}
    contract_id = names.get("asset", {}).get("contract_id")
    contract = tx.records.get("contract", contract_id) if contract_id else None
    names |= {"contract": contract.doc} if contract else {}
    return select_policy(hub.policies.sla, names)


def arm(tx: UnitOfWork, ticket: Record, readings: Sequence[Reading]) -> None:
    """Arm a timer for every alarm that is still to be told; called after every write of a ticket."""
    alarms = alarms_left(ticket.doc["sla"], readings) if "sla" in ticket.doc else ()
    due = (Timer("ticket", ticket.id, alarm.target, alarm.key, alarm.at) for alarm in alarms)
    tx.timers.arm("ticket", ticket.id, tuple(due))


def readings_of(hub: Hub, ticket: Doc) -> tuple[Reading, ...]:
    """The clocks of a ticket under the policy that it names; none where it names none."""
    if "sla" not in ticket:
        return ()
    policy = policy_named(hub.policies.sla, ticket["sla"]["policy"])
    return read_ticket(ticket, policy, hub.policies.hours, now=hub.clock.now())


def sweep(hub: Hub) -> int:
    """Tell every alarm that is due, each once; says how many."""

    def work(tx: UnitOfWork) -> int:
        due = tx.timers.take_due(now=hub.clock.now(), limit=SWEPT)
        actor = hub.actor("hub")
        for timer in due:
            ticket = tx.records.get(timer.entity, timer.record_id)
            if ticket is not None:
                tell(hub, tx, actor, ticket, timer)
        return len(due)

    return hub.store.run(work)


def tell(hub: Hub, tx: UnitOfWork, actor: Actor, ticket: Record, timer: Timer) -> None:
    """Tell one alarm to whom the policy names, and note that it was told."""
    readings = readings_of(hub, ticket.doc)
    alarms = [alarm for reading in readings for alarm in reading.alarms]
    alarm = next((alarm for alarm in alarms if (alarm.target, alarm.key) == (timer.name, timer.kind)), None)
    if alarm is None or alarm.at > hub.clock.now():
        arm(tx, ticket, readings)  # a pause or a new priority has moved it
        return
    policy = policy_named(hub.policies.sla, ticket.doc["sla"]["policy"])
    fresh = document(hub, policy, readings, ticket.doc)
    told = mark_told(fresh, timer.name, timer.kind, alarms)
    after = records.change(hub, tx, actor, ticket, {"sla": told}, action=f"sla.{timer.kind}")
    arm(tx, after, readings)
    for role in alarm.tell:
        spread(hub, tx, actor, after, role, timer, due_of(readings, timer.name))


def due_of(readings: Sequence[Reading], target: str) -> str:
    """When a target is due, as a notice says it."""
    due: datetime | None = next((reading.due_at for reading in readings if reading.target == target), None)
    return due.isoformat(timespec="minutes") if due else ""


def spread(hub: Hub, tx: UnitOfWork, actor: Actor, ticket: Record, role: str, timer: Timer, due: str) -> None:
    """One notice to one role; a technician's goes to the one who is assigned."""
    template = WORDS.get(timer.kind, WORDS["breach"])
    facts = {"number": ticket.doc["number"], "target": timer.name, "due": due}
    technician_id = ticket.doc.get("assignment", {}).get("technician_id")
    if role != "technician":
        notify(hub, tx, actor, template=template, to_role=role, ticket_id=ticket.id, **facts)
    elif technician_id:
        notify_technician(hub, tx, actor, technician_id, template=template, ticket_id=ticket.id, **facts)


def explained(hub: Hub, ticket_id: str, target: str) -> tuple[Segment, ...]:
    """Every minute of one clock of a ticket: counted or not, and why."""
    ticket = hub.store.read(lambda tx: tx.records.need("ticket", ticket_id)).doc
    if "sla" not in ticket:
        raise NotFoundError("Ticket {number} has no SLA.", number=ticket["number"])
    history, start_at = history_of(ticket)
    policy = policy_named(hub.policies.sla, ticket["sla"]["policy"])
    return explain(policy, target, history, hub.policies.hours, start_at=start_at, now=hub.clock.now())
