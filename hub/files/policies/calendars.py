"""calendars.yaml into business hours."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import available_timezones

from hub.domain.business_hours import BusinessHours, Calendar, Interval
from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.files.policies.reading import Source

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def read_calendars(source: Source) -> dict[str, BusinessHours]:
    """Parse all calendars, noting every problem."""
    hours = {name: _hours(source, name, doc) for name, doc in source.doc["calendars"].items()}
    return {name: each for name, each in hours.items() if each}


def _hours(source: Source, name: str, doc: Mapping[str, Any]) -> BusinessHours | None:
    path = f"calendars.{name}"
    sets = source.doc.get("holidays", {})
    source.unknown(f"{path}.holidays", doc.get("holidays", ()), sets)
    if doc["zone"] not in available_timezones():
        source.wrong(f"{path}.zone", "'{zone}' is not an IANA time zone, such as Asia/Shanghai", zone=doc["zone"])
        return None
    chosen = [sets[each] for each in doc.get("holidays", ()) if each in sets]
    calendar = Calendar(
        name=name,
        zone=doc["zone"],
        week=tuple(_intervals(doc["week"].get(day, ())) for day in _WEEK),
        holidays=_days(source, chosen, "off"),
        make_up_days=_days(source, chosen, "working"),
        make_up_hours=_intervals(doc.get("make_up", ())),
        version=source.doc["version"],
    )
    if calendar.make_up_days and not calendar.make_up_hours:
        source.wrong(f"{path}.make_up", "is missing: which hours count on a make-up working day?")
    try:
        return BusinessHours(calendar)
    except InvalidError as error:
        source.problems.add_error(source.name, path, error)
        return None


def _intervals(texts: Sequence[str]) -> tuple[Interval, ...]:
    return tuple(Interval(*(minutes(edge) for edge in text.split("-"))) for text in texts)


def minutes(clock: str) -> int:
    """Minutes after midnight of HH:MM."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _days(source: Source, sets: Sequence[Doc], kind: str) -> dict[date, str]:
    lines = [line for each in sets for line in each.get(kind, ())]
    return {day: line["name"]["en"] for line in lines for day in _range(source, line["days"])}


def _range(source: Source, text: str) -> Iterator[date]:
    first_text, _, last_text = text.partition("..")
    try:
        first, last = date.fromisoformat(first_text), date.fromisoformat(last_text or first_text)
    except ValueError:
        source.wrong("holidays", "'{days}' holds a day that is not in the calendar", days=text)
        return
    if last < first:
        source.wrong("holidays", "'{days}' ends before it begins", days=text)
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
