"""One line in the log and one count for how each attempt ended; no text of a record or of an answer is in either."""

import logging

from hub.domain.errors import HubError
from hub.services.context import Hub

log = logging.getLogger(__name__)
IN, OUT = "in", "out"
TELLING = frozenset({"system", "entity", "object", "status", "code", "kind", "request_id"})  # what an error may tell


def done(hub: Hub, direction: str, *, system: str, entity: str, record: str, correlation: str) -> None:
    """A message was taken in, or a delivery made."""
    hub.meter.count("done_total", system=system, direction=direction)
    hub.meter.mark("done_timestamp_seconds", hub.clock.now().timestamp(), system=system, direction=direction)
    facts = {"system": system, "entity": entity, "record": record, "correlation": correlation}
    log.info("taken in" if direction == IN else "delivered", extra=facts)


def failed(
    hub: Hub, direction: str, error: Exception, *, system: str, entity: str, record: str, correlation: str
) -> None:
    """An attempt failed; what becomes of it stands in inbox or outbox."""
    hub.meter.count("errors_total", system=system, direction=direction, error=type(error).__name__)
    facts = {"system": system, "entity": entity, "record": record, "correlation": correlation}
    level = logging.WARNING if isinstance(error, HubError) else logging.ERROR
    log.log(
        level,
        "not taken in" if direction == IN else "not delivered",
        exc_info=None if isinstance(error, HubError) else error,
        extra={**facts, "error": type(error).__name__, "reason": summary(error)},
    )


def polled(hub: Hub, system: str, name: str) -> None:
    """A poll of an object came to its end."""
    hub.meter.count("polls_total", system=system, object=name)
    log.debug("polled", extra={"system": system, "object": name})


def summary(error: Exception) -> str:
    """What an error says, from an allow-list: its sentence with system, kind, status and code; all else is left out."""
    if not isinstance(error, HubError):
        return type(error).__name__
    return error.template.format(**{name: value if name in TELLING else "…" for name, value in error.params.items()})
