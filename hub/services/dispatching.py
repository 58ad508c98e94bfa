"""Dispatch: who can go to a ticket and who goes, with every reason kept; nobody is booked twice."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from hub.domain.dispatch import Candidate, Choice, choose
from hub.domain.dispatch_case import Job, Worker
from hub.domain.documents import Doc
from hub.domain.errors import ConflictError
from hub.domain.instants import parse_instant, write_instant
from hub.domain.quantity import EXACT
from hub.domain.shifts import Window
from hub.domain.stock import available
from hub.domain.visit import is_open_visit
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import stock, tickets
from hub.services.context import Actor, Hub
from hub.services.notifications import notify_technician

TOLD = 20  # candidates whose reasoning is kept with the assignment
LOOKED_BACK = 50  # tickets of the customer among which the technicians who know the site are looked for
OPEN = ("planned", "accepted", "en_route", "on_site")
EXCLUDED = "x_excluded_technicians"  # custom field of the customer: ids of technicians whom it does not want


def candidates(hub: Hub, ticket_id: str) -> Sequence[Candidate]:
    """Every technician with checks, scores and total, best first, those who fail a hard rule last; changes nothing."""
    return hub.store.read(lambda tx: judge(hub, tx, tx.records.need("ticket", ticket_id), {})).candidates


def assign(hub: Hub, tx: UnitOfWork, actor: Actor, ticket_id: str, values: Doc) -> Record:
    """Send a technician: plans the visit and keeps the whole reasoning with the ticket.

    ``values``: technician_id, window_start?, window_end?; without a window the agreed appointment, else the first free
    time. ConflictError names the hard rules that forbid it; whoever is second for one technician is refused.
    """
    ticket = tx.records.need("ticket", ticket_id)
    old = assigned(tx, ticket)
    if old is not None and is_same(old, values):
        return ticket
    technician = tx.records.need("technician", values["technician_id"])
    choice = judge(hub, tx, ticket, values)
    chosen = next(each for each in choice.candidates if each.technician_id == technician.id)
    if chosen.failures or chosen.window is None:
        raise refusal(chosen, ticket)
    reserve_time(tx, technician)
    params: Doc = {
        "technician_id": technician.id,
        "window_start": write_instant(chosen.window.start),
        "window_end": write_instant(chosen.window.end),
        "policy_version": choice.policy_version,
        "explanation": [told(each) for each in choice.candidates[:TOLD]],
    }
    name = "assign" if old is None else "reassign"
    after = tickets.command(hub, tx, actor, ticket_id, name, params)
    if old is not None:
        template = "Your visit for ticket {number} was given to somebody else"
        number = ticket.doc["number"]
        notify_technician(hub, tx, actor, old["technician_id"], template=template, ticket_id=ticket.id, number=number)
    return after


def reserve_time(tx: UnitOfWork, technician: Record) -> None:
    """Write the technician's row unchanged: of two who book one technician at once, the second finds a new version.

    Nothing of the record differs, so that it is neither audited nor sent.
    """
    tx.records.put("technician", technician.doc, version=technician.version)


def refusal(chosen: Candidate, ticket: Record) -> ConflictError:
    """Why this technician cannot go, rule by rule."""
    reasons = "; ".join(f"{check.rule}: {check.why.format(**check.params)}" for check in chosen.failures)
    return ConflictError(
        "{name} cannot take ticket {number} ({reasons}): choose somebody else or another time.",
        name=chosen.name,
        number=ticket.doc["number"],
        reasons=reasons or "no free time",
    )


def told(candidate: Candidate) -> Doc:
    """The reasoning as the ticket keeps it."""
    return {name: value for name, value in candidate.document().items() if value is not None}


def assigned(tx: UnitOfWork, ticket: Record) -> Doc | None:
    """The open visit that the ticket has now."""
    visits = (visit.doc for visit in tx.records.all("visit", {"ticket_id": ticket.id, "status": list(OPEN)}))
    return next(filter(is_open_visit, visits), None)


def is_same(visit: Doc, values: Doc) -> bool:
    """Whether a visit is just what is asked for: the same request came twice."""
    asked = {name: values[name] for name in ("technician_id", "window_start", "window_end") if name in values}
    return all(visit.get(name) == value for name, value in asked.items())


# What dispatch looks at


def judge(hub: Hub, tx: UnitOfWork, ticket: Record, values: Doc) -> Choice:
    """Judge every technician for a ticket, in the given window, the agreed appointment, or the first free time."""
    job = job_of(hub, tx, ticket, values)
    now = hub.clock.now()
    return choose(job, workers_for(tx, job, now=write_instant(now)), hub.policies.dispatch, now=now)


def job_of(hub: Hub, tx: UnitOfWork, ticket: Record, values: Doc) -> Job:
    """What is to be done, with all that the rules ask about."""
    assets = list(tx.records.many("asset", ticket.doc.get("asset_ids", ())).values())
    site_id = ticket.doc.get("site_id") or next((each.doc["site_id"] for each in assets if "site_id" in each.doc), None)
    site, customer = found(tx, "site", site_id), found(tx, "customer", ticket.doc.get("customer_id"))
    skilled = {**ticket.doc, "required_skills": skills_for(tx, ticket.doc, assets)}
    return Job(
        ticket=skilled,
        site=site,
        customer=customer,
        window=window_of(hub, ticket.doc, values),
        parts=stock.parts_still_needed(tx, ticket),
        excluded=frozenset((customer or {}).get(EXCLUDED, ())),
        previous=who_was_there(tx, ticket.doc),
        due_at=due_at(ticket.doc),
        hours=hub.policies.hours.get((site or {}).get("calendar", "")),
    )


def found(tx: UnitOfWork, entity: str, record_id: str | None) -> Doc | None:
    """A record's document, where there is one."""
    record = tx.records.get(entity, record_id) if record_id else None
    return None if record is None else record.doc


def window_of(hub: Hub, ticket: Doc, values: Doc) -> Window | None:
    """The window asked for, else the appointment; ConflictError when it ends before it begins."""
    if "window_start" in values:
        start = parse_instant(values["window_start"], path="window_start")
        usual = write_instant(start + hub.policies.dispatch.default_duration)
        end = parse_instant(values.get("window_end", usual), path="window_end")
    elif "appointment" in ticket:
        start, end = (parse_instant(ticket["appointment"][name], path=name) for name in ("from", "to"))
    else:
        return None
    if end <= start:
        raise ConflictError("The window ends at {end}, before it begins: turn it round.", end=write_instant(end))
    return Window(start, end)


def skills_for(tx: UnitOfWork, ticket: Doc, assets: Iterable[Record]) -> list[Doc]:
    """What the ticket asks for and what the models of its assets need; of one skill the highest level."""
    products = tx.records.many("product", [each.doc["product_id"] for each in assets if "product_id" in each.doc])
    wanted: dict[str, Doc] = {}
    needs = [
        *ticket.get("required_skills", ()),
        *(need for each in products.values() for need in each.doc.get("skills", ())),
    ]
    for need in needs:
        known = wanted.get(need["skill"], {"level": 0})
        if need.get("level", 1) > known["level"]:
            wanted[need["skill"]] = {"id": need["skill"], "skill": need["skill"], "level": need.get("level", 1)}
    return list(wanted.values())


def who_was_there(tx: UnitOfWork, ticket: Doc) -> frozenset[str]:
    """Technicians who finished a visit at one of these assets before."""
    assets = set(ticket.get("asset_ids", ()))
    if not assets or "customer_id" not in ticket:
        return frozenset()
    page = tx.records.page("ticket", {"customer_id": ticket["customer_id"]}, sort="-created_at", limit=LOOKED_BACK)
    before = [each.id for each in page.records if assets & set(each.doc.get("asset_ids", ()))]
    visits = tx.records.all("visit", {"ticket_id": before, "status": "finished"}) if before else []
    return frozenset(visit.doc["technician_id"] for visit in visits)


def due_at(ticket: Doc) -> datetime | None:
    """When the technician must be there: the arrival clock, else the resolution clock."""
    targets = {each["target"]: each.get("due_at") for each in ticket.get("sla", {}).get("targets", ())}
    due = targets.get("arrival") or targets.get("resolution")
    return parse_instant(due) if due else None


def workers_for(tx: UnitOfWork, job: Job, *, now: str) -> list[Worker]:
    """Every technician with what is planned, what lies in the own stock, and when missing parts could be there."""
    technicians = tx.records.all("technician")
    planned: dict[str, list[Doc]] = {}
    for visit in tx.records.all("visit", {"technician_id": [each.id for each in technicians], "status": list(OPEN)}):
        if visit.doc["ticket_id"] != job.ticket["id"]:
            planned.setdefault(visit.doc["technician_id"], []).append(visit.doc)
    levels = levels_of(tx, job.parts)
    carried = {each.id: levels.get(each.doc.get("warehouse_id", ""), {}) for each in technicians}
    main = [levels[each.id] for each in tx.records.all("warehouse", {"kind": "main"}) if each.id in levels]
    return [
        Worker(
            technician=each.doc,
            visits=tuple(planned.get(each.id, ())),
            stock=carried[each.id],
            parts_at=parse_instant(now) if obtainable(job.parts, carried[each.id], main) else None,
        )
        for each in technicians
    ]


def levels_of(tx: UnitOfWork, parts: Mapping[str, Decimal]) -> dict[str, dict[str, Decimal]]:
    """What is free of these parts, by warehouse."""
    levels: dict[str, dict[str, Decimal]] = {}
    for level in tx.records.all("stock_level", {"part_id": list(parts)}) if parts else ():
        levels.setdefault(level.doc["warehouse_id"], {})[level.doc["part_id"]] = available(level.doc)
    return levels


def obtainable(
    parts: Mapping[str, Decimal], carried: Mapping[str, Decimal], main: Sequence[Mapping[str, Decimal]]
) -> bool:
    """Whether some main warehouse has what the technician does not carry."""
    nothing = Decimal(0)
    missing = {part: EXACT.subtract(wanted, carried.get(part, nothing)) for part, wanted in parts.items()}
    return all(
        any(each.get(part, nothing) >= lack for each in main) for part, lack in missing.items() if lack > nothing
    )
