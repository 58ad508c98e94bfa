"""A person tests the connection to a system: its version, its clock beside ours, and what is missing for our work.

A test is made although the system is paused or left alone after failures, since that is when somebody wants to know.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hub.domain.documents import Doc
from hub.domain.errors import HubError
from hub.domain.reasons import Reason
from hub.ports.connector import Probe
from hub.ports.reports import Report
from hub.ports.store import UnitOfWork
from hub.services.context import Actor, Hub
from hub.services.guarded import Guarded
from hub.services.pausing import need

KIND = "connection_test"
LATE = timedelta(seconds=30)  # a clock that differs by more misleads polls, whose windows overlap by minutes


def ask(hub: Hub, actor: Actor, name: str) -> Doc:
    """Ask a system now, and keep what it said; an error that it answers with is a part of the answer."""
    system = need(hub, name)
    begun = hub.clock.now()
    try:
        connector = system.connector
        told = connector.test() if isinstance(connector, Guarded) else connector.probe()
        found = answered(told, begun, hub.clock.now())
    except HubError as error:
        why = Reason(error.template, texts(error.params))
        found = {"error": str(error), "reason": why.doc(), "error_class": type(error).__name__, "problems": []}
    detail = {"by": actor.name, "took_ms": round((hub.clock.now() - begun) / timedelta(milliseconds=1)), **found}
    state = "failed" if found["problems"] or found.get("clock_differs") or "error" in found else "done"
    report = Report(hub.ids.new(), KIND, name, "", state, begun, ended_at=hub.clock.now(), detail=detail)
    hub.store.run(lambda tx: tx.reports.save(report))
    return row(report)


def answered(told: Probe, begun: datetime, ended: datetime) -> Doc:
    """What a system said of itself, and by how many seconds its clock is ahead of ours in the middle of the call."""
    ahead = None if told.now is None else told.now - (begun + (ended - begun) / 2)
    seconds = None if ahead is None else ahead.total_seconds()
    differs = ahead is not None and abs(ahead) > LATE
    problems = [
        {"detail": str(one), "object": one.object, "reason": Reason(one.template, texts(one.params)).doc()}
        for one in told.problems
    ]
    return {"version": told.version, "ahead": seconds, "clock_differs": differs, "problems": problems}


def texts(params: Mapping[str, object]) -> dict[str, str]:
    """Parameters as documents carry them."""
    return {name: str(value) for name, value in params.items()}


def last(tx: UnitOfWork, name: str) -> Doc | None:
    """The newest test of a system."""
    found = tx.reports.last(KIND, name, "")
    return None if found is None else row(found)


def row(report: Report) -> Doc:
    """One test as it is shown."""
    return {"at": report.started_at.isoformat(), "ok": report.state == "done", **report.detail}
