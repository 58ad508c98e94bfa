"""Dispatch: who should go; hard rules first, then weighted objectives, with the whole reasoning as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from hub.domain.dispatch_case import MOST_POINTS, Case, Check, DispatchPolicy, Job, Score, Worker
from hub.domain.dispatch_rules import HARD
from hub.domain.dispatch_scores import OBJECTIVES
from hub.domain.documents import Doc
from hub.domain.instants import write_instant
from hub.domain.places import distance_km
from hub.domain.quantity import write_quantity
from hub.domain.shifts import Window, free_windows


@dataclass(frozen=True)
class Candidate:
    """A technician with every check, every score, the weighted total (0 to 100) and the window that it is about."""

    technician_id: str
    name: str
    window: Window | None
    checks: tuple[Check, ...]
    scores: tuple[Score, ...]
    total: Decimal
    distance_km: int | None

    @property
    def failures(self) -> tuple[Check, ...]:
        """The hard rules that failed."""
        return tuple(check for check in self.checks if not check.passed)

    def document(self) -> Doc:
        """The explanation as it is kept with the assignment."""
        return {
            "technician_id": self.technician_id,
            "name": self.name,
            "total": write_quantity(self.total),
            "window_start": write_instant(self.window.start) if self.window else None,
            "window_end": write_instant(self.window.end) if self.window else None,
            "checks": [_told(check, rule=check.rule, passed=check.passed) for check in self.checks],
            "scores": [
                _told(score, objective=score.objective, weight=score.weight, points=score.points)
                for score in self.scores
            ],
        }


@dataclass(frozen=True)
class Choice:
    """All candidates, best first, those who fail a hard rule last; ``best`` is None when nobody passes."""

    policy_version: int
    candidates: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate | None:
        """The first candidate who passes every hard rule."""
        return next((each for each in self.candidates if not each.failures), None)

    def explanation(self) -> list[Doc]:
        """Every candidate as data, for the ticket."""
        return [candidate.document() for candidate in self.candidates]


def choose(job: Job, workers: Sequence[Worker], rules: DispatchPolicy, *, now: datetime) -> Choice:
    """Judge every technician for one job.

    Order: fewest failed hard rules, highest total, shortest way, fewest visits, then the id, so that the same question
    always has the same answer.
    """
    judged = [(_judge(job, worker, rules, now), len(worker.visits)) for worker in workers]
    ranked = sorted(judged, key=lambda pair: _order(*pair))
    return Choice(rules.version, tuple(candidate for candidate, _ in ranked))


def earliest_window(job: Job, worker: Worker, rules: DispatchPolicy, *, now: datetime) -> Window | None:
    """The first time within the horizon in which the technician can be there and do the work, or None."""
    way = timedelta(hours=(_distance(job, worker) or 0) / rules.travel_kmh)
    length = job.duration or rules.default_duration
    span = Window(max(now + way, worker.parts_at or now), now + rules.horizon)
    free = free_windows(worker.technician, worker.visits, span)
    starts = ((job.hours.next_open(each.start) if job.hours else each.start, each.end) for each in free)
    return next((Window(start, start + length) for start, end in starts if start + length <= end), None)


def _judge(job: Job, worker: Worker, rules: DispatchPolicy, now: datetime) -> Candidate:
    window = job.window or earliest_window(job, worker, rules, now=now)
    case = Case(job, worker, rules, window, _distance(job, worker), now)
    checks = tuple(HARD[rule](case, rule) for rule in rules.hard)
    scores = tuple(OBJECTIVES[name](case, name, weight) for name, weight in rules.weights.items())
    total = sum((Decimal(score.points * score.weight) for score in scores), Decimal(0)) / MOST_POINTS
    distance = None if case.distance is None else round(case.distance)
    name = str(worker.technician.get("name", ""))
    return Candidate(worker.id, name, window, checks, scores, total, distance)


def _order(candidate: Candidate, load: int) -> tuple[int, Decimal, float, int, str]:
    distance = float("inf") if candidate.distance_km is None else candidate.distance_km
    return len(candidate.failures), -candidate.total, distance, load, candidate.technician_id


def _distance(job: Job, worker: Worker) -> float | None:
    return distance_km(worker.technician.get("home"), job.site)


def _told(reason: Check | Score, **what: object) -> Doc:
    return {**what, "why": reason.why, "params": dict(reason.params)}
