"""What dispatch looks at: the rules, the job, one technician, and what it says of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hub.domain.business_hours import BusinessHours
from hub.domain.documents import Doc
from hub.domain.instants import parse_instant
from hub.domain.shifts import Window

MOST_POINTS = 100


@dataclass(frozen=True)
class DispatchPolicy:
    """Which hard rules apply, what each objective weighs (together 100), and the measures they use."""

    version: int
    hard: tuple[str, ...]
    weights: Mapping[str, int]
    max_travel_km: int
    travel_kmh: int
    max_visits_a_day: int
    default_duration: timedelta
    horizon: timedelta
    cost_of_no_points: Decimal


@dataclass(frozen=True)
class Job:
    """What is to be dispatched: the ticket and what was found out about it. ``hours`` are those of the site."""

    ticket: Doc
    site: Doc | None = None
    customer: Doc | None = None
    window: Window | None = None
    duration: timedelta | None = None
    parts: Mapping[str, Decimal] = field(default_factory=dict)
    excluded: frozenset[str] = frozenset()
    previous: frozenset[str] = frozenset()
    due_at: datetime | None = None
    hours: BusinessHours | None = None


@dataclass(frozen=True)
class Worker:
    """A technician with what is already planned, what the own stock holds, and when missing parts could be there."""

    technician: Doc
    visits: tuple[Doc, ...] = ()
    stock: Mapping[str, Decimal] = field(default_factory=dict)
    parts_at: datetime | None = None

    @property
    def id(self) -> str:
        """The technician's id."""
        return str(self.technician["id"])


@dataclass(frozen=True)
class Check:
    """One hard rule on one technician: passed or not, and why, as a template with parameters."""

    rule: str
    passed: bool
    why: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Score:
    """One objective of one technician: 0 to 100 points, its weight, and why."""

    objective: str
    weight: int
    points: int
    why: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One technician and one job, with what both rules and objectives ask for."""

    job: Job
    worker: Worker
    rules: DispatchPolicy
    window: Window | None
    distance: float | None
    now: datetime

    @property
    def day(self) -> date:
        """The local day of the work."""
        zone = ZoneInfo(self.worker.technician.get("time_zone", "UTC"))
        return (self.window.start if self.window else self.now).astimezone(zone).date()

    def skill(self, name: str) -> Doc | None:
        """The technician's skill of this name."""
        return next((each for each in self.worker.technician.get("skills", ()) if each["skill"] == name), None)

    def visits_that_day(self) -> int:
        """How many visits are planned for the local day."""
        zone = ZoneInfo(self.worker.technician.get("time_zone", "UTC"))
        starts = (parse_instant(visit["window_start"]) for visit in self.worker.visits if "window_start" in visit)
        return sum(1 for start in starts if start.astimezone(zone).date() == self.day)
