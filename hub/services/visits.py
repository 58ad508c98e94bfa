"""Visits: what the technician does, from accepting to the customer's signature; the ticket follows."""

from collections.abc import Callable, Sequence

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.instants import write_instant
from hub.domain.sop import ChecklistLine, Missing, Sop, checklist, choose_sop, missing
from hub.domain.visit import is_open_visit, is_under_way, move_visit, plan_visit, with_answer
from hub.domain.workflow import follow_visit, needed_to_finish
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor, Hub
from hub.services.notifications import notify_technician

FIELD = frozenset({"technician"})


def of_ticket(tx: UnitOfWork, ticket_id: str) -> list[Doc]:
    """All visits of a ticket, oldest first."""
    return [visit.doc for visit in tx.records.all("visit", {"ticket_id": ticket_id})]


def plan(hub: Hub, tx: UnitOfWork, actor: Actor, ticket: Record, params: Doc) -> Record:
    """Plan the visit of an assignment, and tell the technician."""
    window: Doc = {name: params[name] for name in ("window_start", "window_end") if name in params}
    sequence = len(of_ticket(tx, ticket.id)) + 1
    doc = plan_visit(ticket.doc, params["technician_id"], sequence=sequence, now=hub.clock.now(), window=window)
    visit = records.create(hub, tx, actor, "visit", doc, action="visit.plan")
    facts = {"number": ticket.doc["number"], "subject": ticket.doc["subject"]}
    template = "New visit for ticket {number}: {subject}"
    notify_technician(hub, tx, actor, params["technician_id"], template=template, ticket_id=ticket.id, **facts)
    return visit


def cancel_open(hub: Hub, tx: UnitOfWork, actor: Actor, ticket: Record, *, reason: str, but: str | None) -> None:
    """Cancel the visits that are still to be made; the ticket does not follow: it moved by itself."""
    for visit in tx.records.all("visit", {"ticket_id": ticket.id}):
        if visit.id != but and is_open_visit(visit.doc) and not is_under_way(visit.doc):
            given = {"reason": reason} if reason else {}
            doc = move_visit(visit.doc, "cancel", given, technician_id=None, now=hub.clock.now())
            records.replace(hub, tx, actor, visit, doc, action="visit.cancel")


def move(hub: Hub, tx: UnitOfWork, actor: Actor, visit_id: str, name: str, params: Doc) -> Record:
    """Move a visit on, and let its ticket follow."""
    from hub.services import tickets  # noqa: PLC0415 - tickets plan visits, and visits move tickets

    visit = tx.records.need("visit", visit_id)
    own = actor.technician_id if actor.roles <= FIELD else None
    wanted = lacking(hub, tx, visit) if name == "finish" else ()
    doc = move_visit(visit.doc, name, params, technician_id=own, now=hub.clock.now(), missing=wanted)
    after = records.replace(hub, tx, actor, visit, doc, action=f"visit.{name}")
    ticket = tx.records.need("ticket", doc["ticket_id"])
    workflow = hub.policies.workflow(ticket.doc["type"])
    everything = of_ticket(tx, ticket.id)
    decision = follow_visit(workflow, ticket.doc, after.doc, by=actor.name, now=hub.clock.now(), visits=everything)
    if decision is not None:
        tickets.carry_out(hub, tx, actor, ticket, decision, {})
    return after


def moving(name: str) -> Callable[[Hub, UnitOfWork, Actor, str, Doc], Record]:
    """A move of a visit as a function of its own."""

    def run(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
        return move(hub, tx, actor, record_id, name, values)

    return run


accept, depart, decline, unfinish = map(moving, ("accept", "depart", "decline", "unfinished"))


def check_in(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Arrive: the procedure that applies is fixed now."""
    visit = move(hub, tx, actor, record_id, "check_in", values)
    sop = sop_of(hub, tx, visit)
    if sop is None:
        return visit
    return records.change(hub, tx, actor, visit, {"sop": {"name": sop.name, "version": sop.version}})


def finish(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """End the work: cause and remedy go to the ticket first, which must say all that its workflow demands."""
    visit = tx.records.need("visit", record_id)
    ticket = tx.records.need("ticket", visit.doc["ticket_id"])
    fault = {**ticket.doc.get("fault", {}), **values.get("fault", {})}
    if fault:
        ticket = records.change(hub, tx, actor, ticket, {"fault": fault}, action="ticket.fault")
    workflow = hub.policies.workflow(ticket.doc["type"])
    if gaps := needed_to_finish(workflow, ticket.doc):
        raise InvalidError("Ticket {number}: something is missing", number=ticket.doc["number"], fields=gaps)
    given = {name: value for name, value in values.items() if name != "fault"}
    return move(hub, tx, actor, record_id, "finish", given)


def answer(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Answer one step of the procedure; a later answer replaces an earlier one."""
    visit = need_own(tx, actor, record_id)
    entry = {**values, "at": write_instant(hub.clock.now()), "by": actor.name}
    return records.replace(hub, tx, actor, visit, with_answer(visit.doc, entry), action="visit.answer")


def add_evidence(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Add a photo or signature whose bytes are kept already; the same bytes for the same step are added once."""
    visit = need_own(tx, actor, record_id)
    known = tx.records.all("evidence", {"visit_id": visit.id, "sha256": values["sha256"]})
    same = next((one for one in known if one.doc.get("step") == values.get("step")), None)
    if same is not None:
        return same
    facts = {"ticket_id": visit.doc["ticket_id"], "visit_id": visit.id, "by": actor.name}
    received = {"received_at": write_instant(hub.clock.now())}
    return records.create(hub, tx, actor, "evidence", {**values, **facts, **received}, action="visit.evidence")


def log_time(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Add a time entry (kind, from, to) of the visit."""
    visit = need_own(tx, actor, record_id)
    entries = [*visit.doc.get("time_entries", ()), {"id": hub.ids.new(), **values}]
    return records.change(hub, tx, actor, visit, {"time_entries": entries}, action="visit.time")


def sign(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Take the customer's signature, which answers the procedure's signature step."""
    visit = need_own(tx, actor, record_id)
    evidence = tx.records.need("evidence", values["evidence_id"])
    if evidence.doc.get("visit_id") != visit.id:
        raise NotFoundError("There is no evidence {id} of this visit.", id=evidence.id)
    signed = {"signature_evidence_id": evidence.id, "signed_by": values["signed_by"]}
    visit = records.change(hub, tx, actor, visit, signed, action="visit.sign")
    sop = sop_of(hub, tx, visit)
    step = next((step.step for step in sop.steps if step.kind == "signature"), None) if sop else None
    if step is None:
        return visit
    given = {"step": step, "value": values["signed_by"], "evidence_ids": [evidence.id]}
    return answer(hub, tx, actor, visit.id, given)


def need_own(tx: UnitOfWork, actor: Actor, visit_id: str) -> Record:
    """The visit; a technician sees only his own."""
    visit = tx.records.need("visit", visit_id)
    if actor.roles <= FIELD and actor.technician_id != visit.doc["technician_id"]:
        raise NotFoundError("There is no {entity} {id}.", entity="visit", id=visit_id)
    return visit


def steps(hub: Hub, visit_id: str) -> Sequence[ChecklistLine]:
    """The steps that apply now, their answers, and what each still wants."""

    def work(tx: UnitOfWork) -> Sequence[ChecklistLine]:
        visit = tx.records.need("visit", visit_id)
        sop = sop_of(hub, tx, visit)
        return checklist(sop, visit.doc, **found(tx, visit)) if sop else ()

    return hub.store.read(work)


def lacking(hub: Hub, tx: UnitOfWork, visit: Record) -> list[Missing]:
    """What the procedure still wants before the visit may be finished."""
    sop = sop_of(hub, tx, visit)
    return missing(sop, visit.doc, **found(tx, visit)) if sop else []


def found(tx: UnitOfWork, visit: Record) -> dict[str, list[Doc]]:
    """Evidence and consumptions that were really recorded for a visit."""
    return {
        "evidence": [one.doc for one in tx.records.all("evidence", {"visit_id": visit.id})],
        "consumptions": [one.doc for one in tx.records.all("consumption", {"visit_id": visit.id})],
    }


def sop_of(hub: Hub, tx: UnitOfWork, visit: Record) -> Sop | None:
    """The procedure of a visit: the one fixed at check-in, else the one that would be."""
    fixed = visit.doc.get("sop", {}).get("name")
    named = next((sop for sop in hub.policies.sops if sop.name == fixed), None)
    if named is not None:
        return named
    ticket = tx.records.need("ticket", visit.doc["ticket_id"])
    names: dict[str, Doc] = {"ticket": ticket.doc}
    for asset_id in ticket.doc.get("asset_ids", ())[:1]:
        asset = tx.records.get("asset", asset_id)
        names |= {"asset": asset.doc} if asset else {}
    return choose_sop(hub.policies.sops, names)
