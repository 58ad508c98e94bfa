"""Times as a product writes them: with us they are aware, in documents UTC in ISO form."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hub.domain.documents import Doc

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STEPS = {0: timedelta(seconds=1), 3: timedelta(milliseconds=1), 6: timedelta(microseconds=1)}


@dataclass(frozen=True)
class Instants:
    """One way of writing times; ``zone`` is that of times that name none."""

    form: str = "iso"
    pattern: str = ""
    zone: str = "UTC"
    places: int = 3
    offset: str = "Z"

    def read(self, told: Any) -> datetime | None:
        """The instant; None of nothing. ValueError or ArithmeticError when it is none in this form."""
        if told in (None, ""):
            return None
        if self.form in UNITS:
            return EPOCH + timedelta(microseconds=int(Decimal(str(told)) * UNITS[self.form]))
        at = datetime.strptime(told, self.pattern) if self.form == "text" else datetime.fromisoformat(told)  # noqa: DTZ007 - the zone comes next
        if at.tzinfo is UTC:
            return at
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(self.zone))).astimezone(UTC)

    def write(self, at: datetime, *, up: bool = False) -> str | int:
        """As the product writes it, to its own steps; ``up``: the next step rather than the last."""
        at = _stepped(at, self.step, up=up)
        if self.form in UNITS:
            return (at - EPOCH) // timedelta(microseconds=UNITS[self.form])
        local = at.astimezone(ZoneInfo(self.zone))
        if self.form == "text":
            return local.strftime(self.pattern)
        return OFFSETS[self.offset](at if self.offset == "Z" else local, TIMESPECS[self.places])

    @property
    def step(self) -> timedelta:
        """The smallest difference that this form can tell."""
        if self.form in UNITS:
            return timedelta(microseconds=UNITS[self.form])
        if self.form == "text":
            return timedelta(microseconds=1) if "%f" in self.pattern else timedelta(seconds=1)
        return STEPS[self.places]


UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000}
TIMESPECS = {0: "seconds", 3: "milliseconds", 6: "microseconds"}
OFFSETS: dict[str, Callable[[datetime, str], str]] = {
    "Z": lambda at, spec: at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=spec) + "Z",
    "numeric": lambda at, spec: at.isoformat(timespec=spec),
    "none": lambda at, spec: at.replace(tzinfo=None).isoformat(timespec=spec),
}


def instants_of(told: Doc | None, base: Instants) -> Instants:
    """A way of writing times that says only where it differs from another."""
    return replace(base, **told) if told else base


def as_document(at: datetime | None) -> str | None:
    """An instant in a document."""
    return None if at is None else at.isoformat()


def _stepped(at: datetime, step: timedelta, *, up: bool) -> datetime:
    rest = (at - EPOCH) % step
    return at if not rest else at - rest + (step if up else timedelta(0))
