"""How far both sides differ, where values came from, and whether the audit trail is whole."""

from dataclasses import asdict

from hub.cli.operations.operation import Operation, need_system, operator
from hub.domain.documents import Doc
from hub.ports.reports import Report
from hub.ports.trace import Stop
from hub.services import audit, auditing, provenance, reconciliation, trace
from hub.services.context import Hub
from hub.services.period import period_of
from hub.services.walk import Passage


def measure_drift(hub: Hub, arguments: Doc) -> Doc:
    """Audit the fields of a sample."""
    need_system(hub, arguments["system"])
    runs = auditing.audit(hub, arguments["system"], arguments["entities"], sample=arguments["sample"])
    return {"audits": [shown_audit(run) for run in runs]}


def shown_audit(run: Report) -> Doc:
    """A field audit, with the records that differ."""
    kept = {name: run.detail.get(name) for name in ("entity", "differing", "error")}
    return {"id": run.id, "object": run.object, "state": run.state, "counts": run.counts, **kept}


def reconcile(hub: Hub, arguments: Doc) -> Doc:
    """A reconciliation report."""
    need_system(hub, arguments["system"])
    period = period_of(arguments["first"], arguments["last"])
    run = reconciliation.reconcile(hub, operator(hub), arguments["system"], period)
    return {**asdict(run), "started_at": run.started_at.isoformat(), "ended_at": None}


def show_trace(hub: Hub, arguments: Doc) -> Doc:
    """The stops of a message, or of all messages that concerned a record."""
    found = hub.store.read(lambda tx: trace.subject(hub, tx, arguments["id"]))
    stops = [shown_stop(stop) for stop in trace.story(hub, arguments["id"])]
    if found.correlation is None:
        return {"stops": stops, "walk": []}
    return {"stops": stops, "walk": [shown_passage(one) for one in trace.passages(hub, found.correlation)]}


def shown_passage(one: Passage) -> Doc:
    """One of the eight stops with its sentences."""
    facts = [(note.template, note.params) for note in one.notes] + [(fact.template, fact.params) for fact in one.facts]
    return {
        "stop": one.stop,
        "state": one.state,
        "at": one.at.isoformat() if one.at else None,
        "took_seconds": one.took.total_seconds() if one.took is not None else None,
        "told": [template.format(**params) for template, params in facts],
    }


def show_fields(hub: Hub, arguments: Doc) -> Doc:
    """Where each value of a record came from."""
    entity, record_id = hub.store.read(lambda tx: trace.record_of(hub, tx, arguments["id"]))
    told = [provenance.document(one, sees_personal=True) for one in trace.fields(hub, entity, record_id)]
    return {"entity": entity, "record_id": record_id, "fields": told}


def shown_stop(stop: Stop) -> Doc:
    """A stop with its sentence."""
    return {
        "at": stop.at.isoformat(),
        "correlation": stop.correlation,
        "stop": stop.stop,
        "system": stop.system,
        "entity": stop.entity,
        "record_id": stop.record_id,
        "text": stop.template.format(**stop.params),
    }


def verify_audit(hub: Hub, _: Doc) -> Doc:
    """Recompute the audit chain."""
    verdict = audit.verify(hub)
    return {
        "sealed": verdict.sealed,
        "unsealed": verdict.unsealed,
        "head": verdict.head,
        "broken": verdict.broken,
    }


FINDINGS: dict[str, Operation] = {
    "drift": Operation(measure_drift, systems=True),
    "reconcile": Operation(reconcile, systems=True),
    "trace": Operation(show_trace, writes=False),
    "trace.fields": Operation(show_fields, writes=False, systems=True),
    "audit.verify": Operation(verify_audit, writes=False),
}
