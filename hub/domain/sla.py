"""SLA: a pure function of the history of states, the policy's version and the calendars.

Nothing is accumulated: every figure is worked out anew from the history, so a changed priority, policy or calendar
keeps what has elapsed and what was paused, and a warning is an amount of business time, never a wall-clock distance.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.domain.business_hours import BusinessHours, Piece
from hub.domain.documents import Doc
from hub.domain.errors import NotFoundError
from hub.domain.instants import parse_instant, write_instant
from hub.domain.matching import MatchTable, matches, value_at
from hub.domain.sla_clock import ZERO, Change, Clock, Conditions, Stint, run_clock

Hours = Mapping[str, BusinessHours]


@dataclass(frozen=True)
class AlarmRule:
    """Whom to tell when the elapsed time reaches ``share`` per cent of the allowed time, shifted by ``shift``."""

    key: str
    share: int
    shift: timedelta
    tell: tuple[str, ...]

    def threshold(self, allowed: timedelta) -> timedelta:
        """The elapsed business time at which it is told."""
        return allowed * self.share // 100 + self.shift


@dataclass(frozen=True)
class Target:
    """One promise: how much business time is allowed by priority, and what moves its clock."""

    name: str
    allowed: Mapping[str, timedelta]
    conditions: Conditions
    alarms: tuple[AlarmRule, ...] = ()


@dataclass(frozen=True)
class Policy:
    """The promises made to some tickets."""

    name: str
    calendar: str
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Selection:
    """Gives a ticket its policy when the match table fits."""

    policy: str
    match: MatchTable = field(default_factory=dict)


@dataclass(frozen=True)
class SlaBook:
    """All policies of one version, and how they are chosen."""

    version: int
    policies: Mapping[str, Policy]
    selections: tuple[Selection, ...]


@dataclass(frozen=True)
class Alarm:
    """When to tell whom; ``since`` is the start of the clock that it belongs to (a reset starts another)."""

    target: str
    key: str
    at: datetime
    tell: tuple[str, ...]
    since: datetime


@dataclass(frozen=True)
class Reading:
    """One target's clock at one moment. ``due_at`` is None while it is paused, waiting or cancelled."""

    target: str
    state: str
    allowed: timedelta = ZERO
    elapsed: timedelta = ZERO
    paused: timedelta = ZERO
    started_at: datetime | None = None
    due_at: datetime | None = None
    met_at: datetime | None = None
    breached_at: datetime | None = None
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True)
class Segment:
    """A stretch of time in the explanation: whether it counted, how much, and why, as a template with parameters."""

    start: datetime
    end: datetime
    counted: bool
    length: timedelta
    why: str
    params: Mapping[str, str]
    priority: str
    calendar: str


def select_policy(book: SlaBook, names: Mapping[str, Any]) -> Policy | None:
    """Choose a ticket's policy: the one its contract names, else that of the first selection that matches.

    ``names`` holds ``ticket``, ``customer``, ``contract``, ``site`` and ``asset`` documents, where they are known.
    """
    by_contract = value_at(names, "contract.sla")
    if by_contract:
        return policy_named(book, by_contract)
    chosen = next((each.policy for each in book.selections if matches(each.match, names)), None)
    return policy_named(book, chosen) if chosen else None


def policy_named(book: SlaBook, name: str) -> Policy:
    """The policy of this name; NotFoundError when sla.yaml has none."""
    if name not in book.policies:
        raise NotFoundError("There is no SLA policy '{name}': add it to sla.yaml or correct the contract", name=name)
    return book.policies[name]


def evaluate(
    policy: Policy, history: Sequence[Change], hours: Hours, *, start_at: datetime | None, now: datetime
) -> tuple[Reading, ...]:
    """Read every target's clock at ``now``; ``start_at`` lets the first start count from an earlier moment."""
    return tuple(_read(target, policy, history, hours, start_at, now) for target in policy.targets)


def explain(
    policy: Policy, target: str, history: Sequence[Change], hours: Hours, *, start_at: datetime | None, now: datetime
) -> tuple[Segment, ...]:
    """Say of every minute from the clock's start to ``now`` whether it counted and why; the counted ones add up."""
    promise = next(each for each in policy.targets if each.name == target)
    clock = run_clock(promise.conditions, history, calendar=policy.calendar, start_at=start_at, now=now)
    stints = [stint for stint in clock.stints if stint.start < stint.end] if clock else []
    return tuple(segment for stint in stints for segment in _segments(stint, hours))


def read_ticket(ticket: Doc, policy: Policy, hours: Hours, *, now: datetime) -> tuple[Reading, ...]:
    """Read every target's clock from a ticket's own history and ``sla_start_at``."""
    history, start_at = history_of(ticket)
    return evaluate(policy, history, hours, start_at=start_at, now=now)


def history_of(ticket: Doc) -> tuple[tuple[Change, ...], datetime | None]:
    """The changes of a ticket, and from when its clocks count."""
    start = ticket.get("sla_start_at")
    return tuple(map(Change.of, ticket.get("history", ()))), parse_instant(start) if start else None


def sla_document(
    policy: Policy, version: int, readings: Sequence[Reading], *, before: Doc | None = None, calendar: str | None = None
) -> Doc:
    """The ``sla`` part of a ticket; ``before`` is the present one, whose told alarms stay told until a reset."""
    old = {entry["target"]: entry for entry in (before or {}).get("targets", ())}
    return {
        "policy": policy.name,
        "policy_version": version,
        "calendar": calendar or policy.calendar,
        "targets": [_target_document(reading, old.get(reading.target, {})) for reading in readings],
    }


def mark_told(sla: Doc, target: str, key: str, alarms: Sequence[Alarm]) -> Doc:
    """The ``sla`` part after one alarm was told; ``warn_at`` moves to the next one."""
    entries = [
        _with_told(entry, [*entry.get("told", ()), key], alarms) if entry["target"] == target else entry
        for entry in sla["targets"]
    ]
    return {**sla, "targets": entries}


def alarms_left(sla: Doc, readings: Sequence[Reading]) -> tuple[Alarm, ...]:
    """The alarms that are still to be told, earliest first: what a timer is armed for."""
    told = {(entry["target"], key) for entry in sla["targets"] for key in entry.get("told", ())}
    left = [alarm for reading in readings for alarm in reading.alarms if (alarm.target, alarm.key) not in told]
    return tuple(sorted(left, key=lambda alarm: (alarm.at, alarm.target, alarm.key)))


def _read(
    target: Target, policy: Policy, history: Sequence[Change], hours: Hours, start_at: datetime | None, now: datetime
) -> Reading:
    clock = run_clock(target.conditions, history, calendar=policy.calendar, start_at=start_at, now=now)
    if clock is None or clock.priority not in target.allowed:
        return Reading(target.name, "waiting")
    allowed, elapsed = target.allowed[clock.priority], clock.length(hours)
    due_at = _promised(clock, clock.reaches(hours, allowed))
    is_late = elapsed > allowed or (clock.mode == "running" and elapsed == allowed)
    state = "cancelled" if clock.mode == "cancelled" else "breached" if is_late else _STATES[clock.mode]
    return Reading(
        target=target.name,
        state=state,
        allowed=allowed,
        elapsed=elapsed,
        paused=clock.length(hours, "paused"),
        started_at=clock.started_at,
        due_at=due_at if state in {"running", "breached"} else None,
        met_at=clock.stopped_at,
        breached_at=due_at if state == "breached" else None,
        alarms=tuple(_alarms(target, clock, allowed, hours)) if state in _TOLD else (),
    )


_STATES = {"running": "running", "paused": "paused", "stopped": "met"}
_TOLD = {"running", "paused", "breached"}  # what was missed before a pause or a late end is still told


def _promised(clock: Clock, at: datetime | None) -> datetime | None:
    """No promise is broken before it was made: a raised priority falls due when it was raised, at the earliest."""
    return at and max(at, clock.promised_at)


def _alarms(target: Target, clock: Clock, allowed: timedelta, hours: Hours) -> Iterator[Alarm]:
    for rule in target.alarms:
        at = _promised(clock, clock.reaches(hours, rule.threshold(allowed)))
        if at is not None:
            yield Alarm(target.name, rule.key, at, rule.tell, clock.started_at)


def _target_document(reading: Reading, old: Doc) -> Doc:
    same_clock = reading.started_at is not None and old.get("started_at") == write_instant(reading.started_at)
    instants = {
        name: write_instant(value)
        for name in ("started_at", "due_at", "met_at", "breached_at")
        if (value := getattr(reading, name)) is not None
    }
    spans = {
        "target_seconds": reading.allowed // timedelta(seconds=1),
        "elapsed_seconds": reading.elapsed // timedelta(seconds=1),
        "paused_seconds": reading.paused // timedelta(seconds=1),
    }
    entry = {"target": reading.target, "state": reading.state, **instants, **spans}
    return _with_told(entry, old.get("told", []) if same_clock else [], reading.alarms)


def _with_told(entry: Doc, told: Sequence[str], alarms: Sequence[Alarm]) -> Doc:
    keys = list(dict.fromkeys(told))
    left = [alarm.at for alarm in alarms if alarm.target == entry["target"] and alarm.key not in keys]
    after = {name: value for name, value in entry.items() if name not in {"told", "warn_at"}}
    return after | ({"told": keys} if keys else {}) | ({"warn_at": write_instant(min(left))} if left else {})


_KINDS = {
    "working_hours": "service hours",
    "make_up_day": "make-up working day: {name}",
    "holiday": "holiday: {name}",
    "day_off": "no service on this day of the week",
    "after_hours": "outside service hours",
}
_MODES = {
    "paused": "on hold: {hold}",
    "stopped": "fulfilled",
    "cancelled": "the target no longer applies",
    "discarded": "before the clock was reset",
}
_RETROACTIVE = "counted back to the start of the contact"


def _segments(stint: Stint, hours: Hours) -> Iterator[Segment]:
    if stint.mode != "running":
        params = {"hold": stint.hold or ""} if stint.mode == "paused" else {}
        yield Segment(
            start=stint.start,
            end=stint.end,
            counted=False,
            length=ZERO,
            why=_MODES[stint.mode],
            params=params,
            priority=stint.priority,
            calendar=stint.calendar,
        )
        return
    for piece in hours[stint.calendar].pieces(stint.start, stint.end):
        yield _counted_or_not(piece, stint)


def _counted_or_not(piece: Piece, stint: Stint) -> Segment:
    why = _RETROACTIVE if piece.is_open and stint.is_retroactive else _KINDS[piece.kind]
    length = piece.end - piece.start if piece.is_open else ZERO
    params = {"name": piece.name} if "{name}" in why else {}
    return Segment(piece.start, piece.end, piece.is_open, length, why, params, stint.priority, stint.calendar)
