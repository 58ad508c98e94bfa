"""What to do about each kind of failure, on one table: the engine, the breaker and the figures read the same line."""

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.errors import (
    AuthError,
    ConflictError,
    HubError,
    InvalidError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.domain.mapping import MissingLinkError


class Remedy(StrEnum):
    """What is done with the message or delivery that failed."""

    AGAIN = "again"  # with back-off and jitter
    LOOK = "look"  # with back-off; before anything is written again, it is looked for over there
    PARK = "park"  # until the record that it refers to is there
    MERGE = "merge"  # read again, merge, decide again
    PERSON = "person"  # dead letter: a person decides
    FEW = "few"  # again a few times, then a person: nobody foresaw it


class Health(StrEnum):
    """What a failure of a call says about the system that was called."""

    WELL = "well"  # it answered, if only to refuse; where it was not asked at all, it says nothing
    DOWN = "down"  # counts towards opening the breaker
    BUSY = "busy"  # it asks for patience: nobody calls it until then
    LOCKED = "locked"  # it does not let us in: it is paused, and somebody is told
    UNKNOWN = "unknown"  # a mistake of ours: says nothing


@dataclass(frozen=True)
class Failure:
    """One line of the table. ``nothing_happened``: the port promises that the call left nothing over there."""

    name: str
    kind: type[Exception]
    remedy: Remedy
    health: Health
    nothing_happened: bool = False


# The first line whose kind fits counts: a kind stands before what it is a kind of.
FAILURES = (
    Failure("missing_link", MissingLinkError, Remedy.PARK, Health.UNKNOWN),
    Failure("quota", RateLimitedError, Remedy.AGAIN, Health.BUSY, nothing_happened=True),
    Failure("retryable", RetryableError, Remedy.AGAIN, Health.DOWN, nothing_happened=True),
    Failure("unknown_outcome", UnknownOutcomeError, Remedy.LOOK, Health.DOWN),
    Failure("auth", AuthError, Remedy.AGAIN, Health.LOCKED, nothing_happened=True),
    Failure("stale", StaleError, Remedy.MERGE, Health.WELL, nothing_happened=True),
    Failure("rejected", RejectedError, Remedy.PERSON, Health.WELL, nothing_happened=True),
    Failure("invalid", InvalidError, Remedy.PERSON, Health.UNKNOWN),
    Failure("conflict", ConflictError, Remedy.PERSON, Health.UNKNOWN),
    Failure("not_found", NotFoundError, Remedy.PERSON, Health.UNKNOWN),
    Failure("refused", HubError, Remedy.FEW, Health.UNKNOWN),
    Failure("unforeseen", Exception, Remedy.FEW, Health.UNKNOWN),
)


def failure_of(error: Exception) -> Failure:
    """The line of an error."""
    return next(line for line in FAILURES if isinstance(error, line.kind))
