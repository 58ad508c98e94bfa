"""The reconciliation report: what a connected system and the hub each have, where they differ, and money to the cent.

A report is kept as it was made, under the digest of its figures; a person signs it off. Figures that have changed since
make another digest, and so a new report.
"""

from dataclasses import asdict, replace

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, NotFoundError
from hub.domain.reconciliation import MoneyDocument, differing, digest, sums
from hub.ports.reports import Report
from hub.ports.store import UnitOfWork
from hub.services.context import Actor, Hub, System
from hub.services.period import Period
from hub.services.reconciled_sides import SHOWN, counted, found_of

RECONCILIATION = "reconciliation"
DONE, SIGNED = "done", "signed"


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
