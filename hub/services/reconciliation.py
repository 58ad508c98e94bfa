"""The reconciliation report: what a connected system and the hub each have, where they differ, and money to the cent.

A report is kept as it was made, under the digest of its figures; a person signs it off. Figures that have changed since
make another digest, and so a new report.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, FieldError, HubError, InvalidError, NotFoundError
from hub.domain.invoices import sum_of
from hub.domain.mapping import Mapping
from hub.domain.matching import value_at
from hub.domain.reconciliation import MoneyDocument, differing, digest, sums
from hub.ports.connector import Remote
from hub.ports.outbox import OPEN_STATES
from hub.ports.records import Record
from hub.ports.reports import Report
from hub.ports.store import UnitOfWork
from hub.services.auditing import distinct
from hub.services.comparing import AGREED, Pair, compared
from hub.services.context import Actor, Hub, System
from hub.services.crosswalk import Crosswalk
from hub.services.inbound import BEGINNING

RECONCILIATION = "reconciliation"
DONE, SIGNED = "done", "signed"
PAGE = 500
SHOWN = 2000  # differing records and documents that a report names; the sums are of all
FIGURES: dict[str, dict[str, str]] = {
    "invoice": {"net": "totals.net", "tax": "totals.tax", "gross": "totals.gross", "open": "payment.open_amount"},
    "payment": {"amount": "amount"},
    "charge": {"net": "net", "tax": "tax", "gross": "gross"},
}
"""The amounts that are reconciled, by kind of document: a name, and where the document has it."""
DATES = ("issued_on", "received_at", "issued_at", "at", "created_at")  # the first that a document has is its day
BILLED = {"charge": "gross"}  # what an invoice is made of, summed by invoice, against the invoice over there


@dataclass(frozen=True)
class Period:
    """From one day to another, both included."""

    first: date
    last: date

    def has(self, doc: Doc) -> bool:
        """Whether a document is of this period; one without a date is."""
        told = next((str(doc[name])[:10] for name in DATES if doc.get(name)), None)
        return told is None or self.first.isoformat() <= told <= self.last.isoformat()


@dataclass
class Found:
    """What is found of one mapping."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[Doc] = field(default_factory=list)
    money: list[MoneyDocument] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)  # our records that the system has


def period_of(first: str, last: str) -> Period:
    """A period from two texts; InvalidError names the one that is wrong."""
    days: list[date] = []
    for name, text in (("from", first), ("to", last)):
        try:
            days.append(date.fromisoformat(text))
        except ValueError:
            wrong = FieldError(name, "This is no date: write it like 2026-01-31.", {})
            raise InvalidError("The period is not clear.", fields=(wrong,)) from None
    if days[0] > days[1]:
        wrong = FieldError("to", "The last day lies before the first.", {})
        raise InvalidError("The period is not clear.", fields=(wrong,))
    return Period(*days)


def reconcile(hub: Hub, actor: Actor, name: str, period: Period) -> Report:
    """Compare a system with the hub as a whole, and keep the report; nothing else is written."""
    if name not in hub.systems:
        raise NotFoundError("There is no system {name}.", name=name)
    system, started = hub.systems[name], hub.clock.now()
    figures = figures_of(hub, system, period)
    run = Report(
        id=hub.ids.new(),
        kind=RECONCILIATION,
        system=name,
        object="",
        state=DONE,
        started_at=started,
        ended_at=hub.clock.now(),
        counts=totals_of(figures),
        detail={"figures": figures, "digest": digest(figures), "by": actor.name},
    )

    def keep(tx: UnitOfWork) -> None:
        tx.reports.save(run)
        told = {"system": name, "from": figures["from"], "to": figures["to"], "digest": run.detail["digest"]}
        tx.audit.write(actor.name, "reconcile", RECONCILIATION, run.id, actor.correlation, told)

    hub.store.run(keep)
    return run


def totals_of(figures: Doc) -> dict[str, int]:
    """The few numbers that a list of reports shows."""
    names = ("hub", "system", "linked", "only_hub", "only_system", "fields", "conflicts", "dead")
    told = {name: sum(one[name] for one in figures["objects"]) for name in names}
    return {**told, "documents": figures["documents_differing"]}


def figures_of(hub: Hub, system: System, period: Period) -> Doc:
    """Everything that a report says, in a form that stands still."""
    objects: list[Doc] = []
    differences: list[Doc] = []
    money: list[MoneyDocument] = []
    for entity, mapping in sorted(system.mappings.items()):
        found = found_of(hub, system, mapping, period)
        objects.append({"entity": entity, "object": mapping.object, **counted(found)})
        differences += found.differences
        money += found.money
    odd = differing(money)
    return {
        "system": system.name,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "objects": objects,
        "differences": differences[:SHOWN],
        "money": [asdict(line) for line in sums(money)],
        "documents": [{**asdict(one), "where": one.where} for one in odd[:SHOWN]],
        "documents_differing": len(odd),
    }


COUNTED = ("hub", "system", "linked", "only_hub", "only_system", "records", "fields", "unreadable", "conflicts", "dead",
           "waiting")  # fmt: skip


def counted(found: Found) -> dict[str, int]:
    """Every count, also those that are nought."""
    return {name: found.counts[name] for name in COUNTED}


def found_of(hub: Hub, system: System, mapping: Mapping, period: Period) -> Found:
    """Both sides of one mapping; an object that is a part of another one has no list of its own over there."""
    found = Found()
    if system.objects[mapping.object].of is None and (mapping.pulls or mapping.pushes):
        for page in remote_pages(hub, system, mapping):
            hub.store.read(lambda tx, p=page: take_page(tx, system, mapping, p, period, found))  # type: ignore[misc] # a default binds the loop's value
    for records in hub_pages(hub, mapping):
        hub.store.read(lambda tx, r=records: take_ours(tx, system, mapping, r, period, found))  # type: ignore[misc] # as above
    hub.store.read(lambda tx: take_queues(tx, system, mapping, found))
    return found


def remote_pages(hub: Hub, system: System, mapping: Mapping) -> Iterator[Sequence[Remote]]:
    """All records of an object, page by page."""
    after, until = None, hub.clock.now()
    while True:
        page = system.connector.changes(mapping.object, since=BEGINNING, until=until, after=after)
        yield page.records
        if (after := page.after) is None:
            return


def hub_pages(hub: Hub, mapping: Mapping) -> Iterator[Sequence[Record]]:
    """All records of ours, page by page."""
    after = None
    while True:
        page = hub.store.read(lambda tx, a=after: tx.records.page(mapping.entity, limit=PAGE, after=a))  # type: ignore[misc] # as above
        yield page.records
        if (after := page.after) is None:
            return


def take_page(
    tx: UnitOfWork, system: System, mapping: Mapping, remotes: Sequence[Remote], period: Period, found: Found
) -> None:
    """Count and compare what the system has."""
    crosswalk = Crosswalk(tx, system).prefetch(mapping, remote=[remote.doc for remote in remotes])
    for remote in remotes:
        found.counts["system"] += 1
        link = tx.links.of_remote(system.name, mapping.object, remote.id)
        record = tx.records.get(mapping.entity, link.record_id) if link and link.state == "active" else None
        there = pulled(mapping, remote, crosswalk.of_lines(link.lines if link else None))
        if record is None:
            found.counts["only_system"] += 1
        else:
            found.counts["linked"] += 1
            found.seen.add(record.id)
            take_fields(tx, system, Pair(mapping, record, remote, link), found)
        take_money(tx, mapping, record, remote, there, period, found)


def pulled(mapping: Mapping, remote: Remote, crosswalk: Crosswalk) -> Doc | None:
    """What the remote record says in our form, and nothing of ours; None when it cannot be read so."""
    try:
        return dict(mapping.pull(remote.doc, None, crosswalk))
    except HubError:
        return None


def take_fields(tx: UnitOfWork, system: System, both: Pair, found: Found) -> None:
    """Which fields differ, but for what both sides agreed on."""
    told = compared(tx, system, both)
    if told.problems:
        found.counts["unreadable"] += 1
    paths = distinct(each.path for each in told.differences if each.merge != AGREED)
    if paths:
        found.counts["records"] += 1
        found.counts["fields"] += len(paths)
        named = {"entity": told.entity, "record_id": told.record_id, "remote_id": told.remote_id, "paths": paths}
        found.differences.append(named)


def take_money(
    tx: UnitOfWork,
    mapping: Mapping,
    record: Record | None,
    remote: Remote,
    there: Doc | None,
    period: Period,
    found: Found,
) -> None:
    """The amounts of a document on both sides, and what it is made of against what the system says."""
    if mapping.entity not in FIGURES:
        return
    ours, theirs = record.doc if record else None, there or {}
    if not period.has(ours if ours is not None else theirs):
        return
    document = money_document(mapping.entity, ours, theirs, remote.id)
    if document is None:
        return
    found.money.append(document)
    if mapping.entity == "invoice" and record is not None:
        found.money += billed(tx, record, document)


def money_document(entity: str, ours: Doc | None, theirs: Doc | None, remote_id: str) -> MoneyDocument | None:
    """One document; None where it has no currency, and so no amount."""
    either = ours or theirs or {}
    currency = either.get("currency")
    if not currency:
        return None
    foreign = (theirs or {}).get("currency")
    told = amounts(entity, theirs) if theirs is not None else None
    mine = amounts(entity, ours) if ours is not None else None
    if told and mine:  # only what both can say is compared
        mine = {name: value for name, value in mine.items() if name in told}
    return MoneyDocument(
        kind=entity,
        id=str((ours or {}).get("id", "")),
        remote_id=remote_id,
        number=str(either.get("number") or either.get("reference") or ""),
        currency=str(currency),
        hub=mine,
        system=told,
        remote_currency=str(foreign) if foreign and foreign != currency else None,
    )


def amounts(entity: str, doc: Doc) -> dict[str, str]:
    """The amounts that a document has, by name."""
    found = {name: value_at(doc, path) for name, path in FIGURES[entity].items()}
    return {name: str(value) for name, value in found.items() if value is not None}


def billed(tx: UnitOfWork, invoice: Record, document: MoneyDocument) -> Iterator[MoneyDocument]:
    """The charges of an invoice, summed, against its gross amount over there."""
    gross = (document.system or {}).get("gross")
    for entity, figure in BILLED.items():
        lines = [one.doc for one in tx.records.all(entity, {"invoice_id": invoice.id})]
        mine = [doc for doc in lines if doc["currency"] == document.currency]
        if mine and gross is not None:
            ours = sum_of(mine, figure, document.currency).text()
            yield replace(document, kind=entity, hub={figure: ours}, system={figure: gross})


def take_ours(
    tx: UnitOfWork, system: System, mapping: Mapping, records: Sequence[Record], period: Period, found: Found
) -> None:
    """Count our records, and those that the system does not have."""
    linked = tx.links.prefetch(system.name, mapping.entity, [record.id for record in records])
    is_part = system.objects[mapping.object].of is not None
    for record in records:
        found.counts["hub"] += 1
        if record.id in found.seen:
            continue
        if is_part and record.id in linked:
            found.counts["linked"] += 1
            continue
        found.counts["only_hub"] += 1
        if mapping.entity in FIGURES and period.has(record.doc):
            alone = money_document(mapping.entity, record.doc, None, linked.get(record.id, ""))
            found.money += [alone] if alone and mapping.pushes else []


def take_queues(tx: UnitOfWork, system: System, mapping: Mapping, found: Found) -> None:
    """What waits for a person or for its time."""
    asked = tx.reviews.listing(limit=SHOWN)
    found.counts["conflicts"] = sum(one.system == system.name and one.entity == mapping.entity for one in asked)
    for name, states in (("dead", ("dead",)), ("waiting", OPEN_STATES)):
        rows = (one for state in states for one in tx.outbox.listing(system=system.name, state=state, limit=SHOWN))
        found.counts[name] = sum(one.entity == mapping.entity for one in rows)


# What becomes of a report


def listing(hub: Hub, system: str | None = None) -> list[Report]:
    """The newest reports."""
    return hub.store.read(lambda tx: tx.reports.listing(kind=RECONCILIATION, system=system))


def report(hub: Hub, run_id: str) -> Report:
    """One report; NotFoundError when there is none."""
    run = hub.store.read(lambda tx: tx.reports.get(run_id))
    if run is None or run.kind != RECONCILIATION:
        raise NotFoundError("There is no reconciliation report {id}.", id=run_id)
    return run


def sign(hub: Hub, actor: Actor, run_id: str, seen: str, name: str) -> Report:
    """Sign a report off; ``seen`` is the digest of what the person has read. ConflictError when it is signed."""

    def work(tx: UnitOfWork) -> Report:
        run = tx.reports.get(run_id)
        if run is None or run.kind != RECONCILIATION:
            raise NotFoundError("There is no reconciliation report {id}.", id=run_id)
        if run.state == SIGNED:
            raise ConflictError("This report was signed off by {name} already.", name=run.detail["signed"]["name"])
        if seen != run.detail["digest"] or digest(run.detail["figures"]) != seen:
            raise ConflictError("The figures are not those that you have read: look at the report again.")
        told = {"by": actor.name, "name": name, "at": hub.clock.now().isoformat(), "digest": seen}
        signed = replace(run, state=SIGNED, detail={**run.detail, "signed": told})
        tx.reports.save(signed)
        tx.audit.write(actor.name, "sign_off", RECONCILIATION, run.id, actor.correlation, {"digest": seen})
        return signed

    return hub.store.run(work)
