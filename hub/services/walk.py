"""The walk of a message: which of the eight stops it has passed, when, how long each took, and where it stands now.

What was noted on the way is read from the trace; what was written and passed on, from the audit trail and the outbox.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.ports.audit import Entry
from hub.ports.outbox import OPEN_STATES, Delivery
from hub.ports.store import UnitOfWork
from hub.ports.trace import STOPS, Stop

PASSED, FAILED, WAITING, SKIPPED, AHEAD = "passed", "failed", "waiting", "skipped", "ahead"
REFUSED = "Refused: {reason}"
NOT_YET = "Not yet: {reason}"
ARRIVING = ("received", "taken_up", "fetched")
MOST = 50  # records of one message whose deliveries are looked at


@dataclass(frozen=True)
class Fact:
    """A sentence about a stop: a template in English with its parameters."""

    template: str
    params: dict[str, object]


@dataclass(frozen=True)
class Passage:
    """One stop of a message; ``took`` is the time since the stop before it."""

    stop: str
    state: str
    at: datetime | None = None
    took: timedelta | None = None
    notes: tuple[Stop, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Material:
    """What is known of a message."""

    stops: Sequence[Stop]
    entries: Sequence[Entry]
    deliveries: Sequence[Delivery]

    def notes(self, stop: str) -> tuple[Stop, ...]:
        """What was noted at a stop; of what began here, reading back what was sent belongs to its delivery."""
        moved = {"merged": (), "delivered": ("merged", "delivered")} if not self.came_in and self.entries else {}
        return tuple(one for one in self.stops if one.stop in moved.get(stop, (stop,)))

    @property
    def came_in(self) -> bool:
        """Whether it came from outside; else it began with somebody here."""
        return any(one.stop in ARRIVING for one in self.stops)

    @property
    def writes(self) -> Sequence[Entry]:
        """The entries that tell of written records."""
        return [one for one in self.entries if any(not name.startswith("$") for name in one.payload or {})]


def of_message(tx: UnitOfWork, correlation: str) -> list[Passage]:
    """The eight stops of a message."""
    stops, entries = tx.trace.of_correlation(correlation), tx.audit.of_correlation(correlation)
    touched = {(one.entity, one.record_id) for one in stops if one.record_id}
    touched |= {(one.entity, one.record_id) for one in entries}
    found = [one for key in sorted(touched)[:MOST] for one in tx.outbox.of_record(*key)]
    mine = [one for one in found if one.correlation == correlation]
    return timed(Material(stops, entries, mine))


def timed(known: Material) -> list[Passage]:
    """Every stop, with the time since the one before."""
    passages: list[Passage] = []
    last: datetime | None = None
    for stop in STOPS:
        state, at, facts = SEEN[stop](known)
        took = at - last if at is not None and last is not None and at >= last else None
        last = at or last
        passages.append(Passage(stop, state, at, took, known.notes(stop), tuple(facts)))
    return passages


Seen = tuple[str, datetime | None, list[Fact]]


def noted(stop: str) -> Callable[[Material], Seen]:
    """A stop of a message that came in, as it was noted."""

    def seen(known: Material) -> Seen:
        notes = known.notes(stop)
        if notes:
            failed = notes[-1].template == REFUSED
            return FAILED if failed else PASSED, notes[-1].at if failed else notes[0].at, []
        if not known.came_in and known.entries:  # it was never outside
            return SKIPPED, None, [Fact("It began here: nothing was fetched.", {})]
        return (PASSED, None, []) if later(known, stop) else (AHEAD, None, [])

    return seen


def later(known: Material, stop: str) -> bool:
    """Whether a message was seen at a stop behind this one."""
    behind = STOPS[STOPS.index(stop) + 1 :]
    return any(one.stop in behind for one in known.stops) or bool(known.entries)


def received(known: Material) -> Seen:
    """It came in, or somebody began it here."""
    notes = known.notes("received")
    if notes:
        return PASSED, notes[0].at, []
    if known.came_in:
        return PASSED, known.stops[0].at, [Fact("Found by asking the system what changed.", {})]
    if known.entries:
        return PASSED, known.entries[0].at, [Fact("{who} began it here.", {"who": known.entries[0].actor})]
    return (PASSED, known.stops[0].at, []) if known.stops else (AHEAD, None, [])


def pulled(known: Material) -> Seen:
    """The translation; it is one step with the merge, so that a merged message was translated."""
    state, at, facts = noted("pulled")(known)
    merged = known.notes("merged")
    return (PASSED, merged[0].at, facts) if state == PASSED and at is None and merged else (state, at, facts)


def applied(known: Material) -> Seen:
    """What was written, by the audit trail."""
    writes, notes = known.writes, known.notes("applied")
    if notes and not writes:
        return PASSED, notes[0].at, []
    if writes:
        records = sorted({f"{one.entity}/{one.record_id}" for one in writes})
        return PASSED, writes[0].at, [Fact("Written: {records}", {"records": ", ".join(records[:5])})]
    if known.notes("merged") or known.notes("delivered"):
        return SKIPPED, None, [Fact("Nothing had to be written.", {})]
    return AHEAD, None, []


def reacted(known: Material) -> Seen:
    """Who is to hear of it, by the outbox."""
    if known.deliveries:
        told = sorted({one.system for one in known.deliveries})
        return PASSED, known.deliveries[0].created_at, [Fact("To be told: {systems}", {"systems": ", ".join(told)})]
    if known.notes("delivered"):
        return PASSED, None, []
    if known.writes or known.notes("merged"):
        return SKIPPED, None, [Fact("No other system has to be told of it by itself.", {})]
    return AHEAD, None, []


def delivered(known: Material) -> Seen:
    """How it went with those who are to hear of it."""
    facts = list(told_of(known.deliveries))
    notes = known.notes("delivered")
    at = notes[-1].at if notes else None
    states = {one.state for one in known.deliveries}
    if states & {"dead", "dropped"} or (not states and notes and notes[-1].template == REFUSED):
        return FAILED, at, facts
    if states & set(OPEN_STATES) or (not states and notes and notes[-1].template == NOT_YET):
        return WAITING, None, facts
    if notes or states:
        return PASSED, at, facts
    state = reacted(known)[0]
    return (SKIPPED if state == SKIPPED else AHEAD), None, facts


def told_of(deliveries: Sequence[Delivery]) -> Iterator[Fact]:
    """Why a delivery has not arrived."""
    for one in deliveries:
        if one.error and one.state != "done":
            yield Fact("{system}: {reason}", {"system": one.system, "reason": one.error})


SEEN: dict[str, Callable[[Material], Seen]] = {
    "received": received,
    "taken_up": noted("taken_up"),
    "fetched": noted("fetched"),
    "pulled": pulled,
    "merged": noted("merged"),
    "applied": applied,
    "reacted": reacted,
    "delivered": delivered,
}
