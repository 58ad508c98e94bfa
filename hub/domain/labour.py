"""Labour time: merged, cut into bands of the day, and rounded so that the bands add up to the rounded whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.domain.business_hours import Calendar
from hub.domain.charge_rules import Band
from hub.domain.documents import Doc
from hub.domain.instants import parse_instant
from hub.domain.money import allocate
from hub.domain.shifts import Window

ZERO = timedelta(0)
MINUTE = timedelta(minutes=1)
_SATURDAY = 5


@dataclass(frozen=True)
class BandTime:
    """The billed time of one band."""

    band: Band
    length: timedelta


def labour_windows(visit: Doc) -> list[Window]:
    """When work was done: the labour entries, where there are none the time on site; overlaps count once."""
    entries = [
        Window(parse_instant(entry["from"]), parse_instant(entry["to"]))
        for entry in visit.get("time_entries", ())
        if entry["kind"] == "labour"
    ]
    return _merged(entries or _on_site(visit))


def billed_time(
    windows: Iterable[Window], bands: Sequence[Band], calendar: Calendar, *, step: timedelta, minimum: timedelta
) -> list[BandTime]:
    """Cut the time into bands and round it up: the whole to ``step`` and ``minimum``, the bands in whole steps.

    The steps are shared by largest remainder, so the bands add up to the rounded whole and nobody pays twice for
    rounding. Nothing was worked: nothing is billed, whatever the minimum.
    """
    spent = _by_band(windows, bands, calendar)
    whole = sum(spent.values(), ZERO)
    if not whole:
        return []
    steps = -(-max(whole, minimum) // step)
    shares = allocate(steps, [length // timedelta(microseconds=1) for length in spent.values()])
    by_name = {band.name: band for band in bands}
    return [BandTime(by_name[name], share * step) for name, share in zip(spent, shares, strict=True) if share]


def _by_band(windows: Iterable[Window], bands: Sequence[Band], calendar: Calendar) -> dict[str, timedelta]:
    spent: dict[str, timedelta] = {}
    zone = ZoneInfo(calendar.zone)
    for window in windows:
        at = window.start
        while at < window.end:
            band, until = _band_at(at.astimezone(zone), bands, calendar)
            end = min(until, window.end)
            spent[band.name] = spent.get(band.name, ZERO) + (end - at)
            at = end
    return spent


def _band_at(local: datetime, bands: Sequence[Band], calendar: Calendar) -> tuple[Band, datetime]:
    """The first band that holds the local moment, and the next moment at which another one may."""
    kind = day_kind(local.date(), calendar)
    minute = local.hour * 60 + local.minute
    fitting = (band for band in bands if band.days in {kind, "any"} and band.start <= minute < band.end)
    edges = sorted({edge for band in bands for edge in (band.start, band.end)} | {24 * 60})
    next_edge = next(edge for edge in edges if edge > minute)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return next(fitting), _wall(midnight, next_edge)


def day_kind(day: date, calendar: Calendar) -> str:
    """Workday, weekend or holiday; a make-up working day is a workday."""
    if day in calendar.make_up_days:
        return "workday"
    if day in calendar.holidays:
        return "holiday"
    return "weekend" if day.weekday() >= _SATURDAY else "workday"


def _wall(midnight: datetime, minute: int) -> datetime:
    """A time on the wall clock of midnight's day, whatever the clock does in between."""
    days, left = divmod(minute, 24 * 60)
    moment = midnight + timedelta(days=days)
    return moment.replace(hour=left // 60, minute=left % 60).astimezone(ZoneInfo("UTC"))


def _on_site(visit: Doc) -> list[Window]:
    if not {"checked_in_at", "finished_at"} <= visit.keys():
        return []
    return [Window(parse_instant(visit["checked_in_at"]), parse_instant(visit["finished_at"]))]


def _merged(windows: Iterable[Window]) -> list[Window]:
    merged: list[Window] = []
    for window in sorted(windows, key=lambda each: each.start):
        if merged and window.start <= merged[-1].end:
            merged[-1] = Window(merged[-1].start, max(merged[-1].end, window.end))
        elif window.start < window.end:
            merged.append(window)
    return merged
