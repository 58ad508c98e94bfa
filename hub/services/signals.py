"""One line in the log and one count for how each attempt ended; no text of a record or of an answer is in either."""

import logging
from dataclasses import dataclass
from datetime import datetime

from hub.domain.errors import HubError
from hub.services.context import Hub

log = logging.getLogger(__name__)
IN, OUT = "in", "out"
TELLING = frozenset({"system", "entity", "object", "status", "code", "kind", "request_id"})  # what an error may tell


@dataclass(frozen=True)
class Attempt:
    """What was worked on, since when."""

    direction: str
    system: str
    entity: str
    record: str
    correlation: str
    began: datetime

    def facts(self, now: datetime) -> dict[str, object]:
        """What a log line says of it."""
        named = {"system": self.system, "entity": self.entity, "record": self.record, "correlation": self.correlation}
        return {**named, "duration": (now - self.began).total_seconds()}


def done(hub: Hub, attempt: Attempt) -> None:
    """A message was taken in, or a delivery made."""
    now, system, direction = hub.clock.now(), attempt.system, attempt.direction
    hub.meter.count("done_total", system=system, direction=direction)
    hub.meter.mark("done_timestamp_seconds", now.timestamp(), system=system, direction=direction)
    log.info("taken in" if direction == IN else "delivered", extra=attempt.facts(now))


def failed(hub: Hub, attempt: Attempt, error: Exception) -> None:
    """An attempt failed; what becomes of it stands in inbox or outbox."""
    system, direction = attempt.system, attempt.direction
    hub.meter.count("errors_total", system=system, direction=direction, error=type(error).__name__)
    level = logging.WARNING if isinstance(error, HubError) else logging.ERROR
    log.log(
        level,
        "not taken in" if direction == IN else "not delivered",
        exc_info=None if isinstance(error, HubError) else error,
        extra={**attempt.facts(hub.clock.now()), "error": type(error).__name__, "reason": summary(error)},
    )


def polled(hub: Hub, system: str, name: str, news: int) -> None:
    """A poll of an object came to its end; what was news is taken in."""
    hub.meter.count("done_total", news, system=system, direction=IN)
    hub.meter.count("polls_total", system=system, object=name)
    log.debug("polled", extra={"system": system})


def not_polled(hub: Hub, system: str, name: str, error: Exception) -> None:
    """A poll of an object failed; its worker says so in the log, once for as long as it lasts."""
    hub.meter.count("errors_total", system=system, direction=IN, error=type(error).__name__)
    log.debug("not polled", extra={"system": system, "object": name, "error": type(error).__name__})


def summary(error: Exception) -> str:
    """What an error says, from an allow-list: its sentence with system, kind, status and code; all else is left out."""
    if not isinstance(error, HubError):
        return type(error).__name__
    return error.template.format(**{name: value if name in TELLING else "…" for name, value in error.params.items()})
