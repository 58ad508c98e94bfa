"""What an answer means: the declared table of a connector file, then the standard meaning of the status."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import (
    AuthError,
    HubError,
    InvalidError,
    NotFoundError,
    PositionLostError,
    RateLimitedError,
    RejectedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.domain.telling import without_values
from hub.transport.http import seconds_of
from hub.transport.places import Reply, as_text, found_at

REASON = 300  # characters of what another system says
LONG = 10 * REASON  # of one text in it, before what is private is taken out
DEEP, MANY = 6, 20  # levels, and fields or texts in each
CLASS = re.compile(r"([1-5])xx")


class TokenRefusedError(Exception):
    """The token was refused before anything ran: get another one and call again."""


@dataclass(frozen=True)
class Rule:
    """One line of the table; None and empty parts say nothing."""

    do: str
    statuses: tuple[str, ...] = ()
    at: str | None = None
    is_: tuple[str, ...] | None = None
    matches: re.Pattern[str] | None = None
    reason: str | None = None
    wait: str | None = None

    def meets(self, reply: Reply) -> bool:
        """Whether this line is about such an answer."""
        if self.statuses and not any(_is_status(told, reply.status) for told in self.statuses):
            return False
        if self.at is None:
            return True
        value = found_at(self.at, reply)
        if self.is_ is not None and as_text(value) not in self.is_:
            return False
        if self.matches is not None:
            return value is not None and self.matches.search(as_text(value)) is not None
        return self.is_ is not None or value is not None


@dataclass(frozen=True)
class Outcomes:
    """The table of one system."""

    rules: tuple[Rule, ...] = ()

    @property
    def tells_of_redirects(self) -> bool:
        """Whether a redirect is an outcome of its own here, such as one to a log-in page, and is not followed."""
        return any(told.startswith("3") for rule in self.rules for told in rule.statuses)

    def judge(self, system: str, reply: Reply, *, write: bool) -> Reply:
        """The reply where it is a success; raises what it means otherwise. The first line that is met decides."""
        rule = next((rule for rule in self.rules if rule.meets(reply)), None) or standard(reply.status)
        if rule.do in {"success", "ignore"}:
            return reply
        if rule.do == "refresh_token":
            raise TokenRefusedError
        reason = _reason(rule, reply)
        if rule.do == "rate_limited":
            raise RateLimitedError("{system} asks for patience", retry_after=_wait(rule, reply), system=system)
        raise ERRORS[rule.do](system, reason, write)


def outcomes_of(told: Sequence[Doc]) -> Outcomes:
    """The table as a connector file says it."""
    return Outcomes(tuple(map(_rule, told)))


def standard(status: int) -> Rule:
    """What a status means where the table says nothing of it."""
    return next(rule for rule in STANDARD if rule.meets(Reply(status)))


def _rule(told: Doc) -> Rule:
    return Rule(
        do=told["do"],
        statuses=tuple(map(str, _listed(told.get("status", [])))),
        at=told.get("at"),
        is_=tuple(map(as_text, _listed(told["is"]))) if "is" in told else None,
        matches=_pattern(told["matches"]) if "matches" in told else None,
        reason=told.get("reason"),
        wait=told.get("wait"),
    )


def _pattern(told: str) -> re.Pattern[str]:
    try:
        return re.compile(told)
    except re.error as error:
        raise InvalidError("{pattern} is no regular expression: {reason}", pattern=told, reason=str(error)) from error


def _listed(told: Any) -> list[Any]:
    return told if isinstance(told, list) else [told]


def _is_status(told: str, status: int) -> bool:
    kind = CLASS.fullmatch(told)
    return status // 100 == int(kind[1]) if kind else str(status) == told


def _reason(rule: Rule, reply: Reply) -> str:
    said = found_at(rule.reason, reply) if rule.reason else None
    return without_values(in_words(said))[:REASON] or f"status {reply.status}"


def in_words(said: Any, deep: int = DEEP) -> str:
    """What a system says, on one line: many name the fields with a list of what is wrong with each; the first of it."""
    if isinstance(said, (dict, list)) and not deep:
        return "…"
    if isinstance(said, dict):
        found = ((name, in_words(value, deep - 1)) for name, value in islice(said.items(), MANY))
        return "; ".join(f"{name}: {told}" for name, told in found if told)
    if isinstance(said, list):
        return "; ".join(told for value in said[:MANY] if (told := in_words(value, deep - 1)))
    return "" if said is None else as_text(said)[:LONG]


def _wait(rule: Rule, reply: Reply) -> float | None:
    if rule.wait is None or rule.wait.lower() == "header.retry-after":
        return seconds_of(reply.headers)
    try:
        return float(as_text(found_at(rule.wait, reply)))
    except ValueError:
        return None


def _lost(system: str, reason: str, write: bool) -> HubError:  # noqa: FBT001 - a row of the table below
    if write:
        return UnknownOutcomeError("{system}: the answer to a write is lost ({kind})", system=system, kind=reason)
    return RetryableError("{system}: no usable answer ({kind})", system=system, kind=reason)


ERRORS: dict[str, Callable[[str, str, bool], HubError]] = {
    "fail": lambda system, reason, _: RejectedError("{system} refused: {reason}", system=system, reason=reason),
    "retry": lambda system, reason, _: RetryableError(
        "{system} is not available: {reason}", system=system, reason=reason
    ),
    "stale": lambda system, _, __: StaleError("{system}: the record was changed there meanwhile", system=system),
    "not_found": lambda system, reason, _: NotFoundError(
        "{system} has no such record: {reason}", system=system, reason=reason
    ),
    "locked_out": lambda system, reason, _: AuthError(
        "{system} does not let us in: {reason}", system=system, reason=reason
    ),
    "position_lost": lambda system, reason, _: PositionLostError(
        "{system} no longer tells what changed since then: {reason}", system=system, reason=reason
    ),
    "unknown": _lost,
}
DOS = ("success", "ignore", "rate_limited", "refresh_token", *ERRORS)
STANDARD = tuple(
    Rule(do, tuple(map(str, statuses)))
    for do, statuses in (
        ("success", ["2xx"]),
        ("refresh_token", [HTTPStatus.UNAUTHORIZED.value]),
        ("locked_out", [403, 407]),
        ("not_found", [404, 410]),
        ("stale", [412, 428]),
        ("rate_limited", [429]),
        ("retry", [408, 425, 503]),
        ("fail", ["4xx"]),
        ("unknown", []),
    )
)
