"""Connected systems over the API: which there are, how it is with one; paused, resumed, tested."""

from flask import Blueprint, Response

from hub.services import connection_tests, pausing, systems
from hub.web.api.answers import reason, shown
from hub.web.api.queue import READS, WRITES
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
    pausing.pause(context, who, name, why)
    return shown(systems.standing(context, context.systems[name]))


def resume(name: str) -> Response:
    """Go on with it."""
    context = hub()
    pausing.resume(context, actor(), name)
    return shown(systems.standing(context, context.systems[name]))


def test(name: str) -> Response:
    """Ask it now; what it answers, an error too, is the answer."""
    return shown(connection_tests.ask(hub(), actor(), name))
