"""Connected systems over the API: which there are, how it is with one; paused, resumed, tested."""

from flask import Blueprint, Response

from hub.domain.documents import Doc
from hub.ports.store import UnitOfWork
from hub.services import connection_tests, pausing, systems
from hub.web.api.answers import idempotent, idempotent_in_parts, reason, shown
from hub.web.api.queue import READS, WRITES, answering
from hub.web.auth import guarded
from hub.web.state import actor, hub


def register_systems(api: Blueprint) -> None:
    """The routes of systems."""
    one = "/systems/<name>"
    api.add_url_rule("/systems", "system-list", guarded(READS)(listing))
    api.add_url_rule(one, "system-get", guarded(READS)(show))
    api.add_url_rule(f"{one}/pause", "system-pause", guarded(WRITES)(pause), methods=["POST"])
    api.add_url_rule(f"{one}/resume", "system-resume", guarded(WRITES)(resume), methods=["POST"])
    api.add_url_rule(f"{one}/test", "system-test", guarded(WRITES)(test), methods=["POST"])


def listing() -> Response:
    """Every system, and whether it is left alone."""
    return shown({"items": systems.listing(hub())})


def show(name: str) -> Response:
    """All of one system."""
    return shown(systems.show(hub(), name))


def pause(name: str) -> Response:
    """Leave it alone, with a reason."""
    context, who, why = hub(), actor(), reason()

    def work(tx: UnitOfWork) -> Doc:
        pausing.pause_one(context, tx, who, name, why)
        return systems.standing(context, tx, context.systems[name])

    return idempotent(answering(work))


def resume(name: str) -> Response:
    """Go on with it."""
    context, who = hub(), actor()

    def work(tx: UnitOfWork) -> Doc:
        pausing.resume_one(context, tx, who, name)
        return systems.standing(context, tx, context.systems[name])

    return idempotent(answering(work))


def test(name: str) -> Response:
    """Ask it now; what it answers, an error too, is the answer."""
    context, who = hub(), actor()
    return idempotent_in_parts(lambda: connection_tests.ask(context, who, name))
