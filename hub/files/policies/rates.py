"""charges.yaml into charge rules."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from hub.domain.business_hours import MINUTES_A_DAY
from hub.domain.charge_rules import Band, ChargeRule, ChargeRules
from hub.files.policies.calendars import minutes
from hub.files.policies.reading import Source, span

_EXACT_STEP = timedelta(minutes=3)
_DAYS = ("workday", "weekend", "holiday")


def read_charges(source: Source, calendars: Mapping[str, object]) -> ChargeRules:
    """Parse the charge rules, noting every problem."""
    doc = source.doc
    source.unknown("calendar", [doc["calendar"]], calendars)
    if doc["zone"] not in available_timezones():
        source.wrong("zone", "'{zone}' is not an IANA time zone, such as Asia/Shanghai", zone=doc["zone"])
    bands = tuple(map(_band, doc["bands"]))
    _check_bands(source, bands)
    return ChargeRules(
        version=doc["version"],
        currency=doc["currency"],
        zone=doc["zone"],
        calendar=doc["calendar"],
        approve_above=Decimal(doc["approve_above"]),
        bands=bands,
        rules=tuple(_rule(source, f"rules[{number}]", each) for number, each in enumerate(doc["rules"])),
        price_lists={name: _decimals(each) for name, each in doc.get("price_lists", {}).items()},
    )


def _band(doc: Mapping[str, Any]) -> Band:
    start, end = minutes(doc.get("from", "00:00")), minutes(doc.get("to", "24:00"))
    return Band(doc["band"], doc["title"], doc["days"], start, end, Decimal(doc["factor"]))


def _check_bands(source: Source, bands: tuple[Band, ...]) -> None:
    for band in bands:
        if band.start >= band.end:
            source.wrong(f"bands.{band.name}", "ends before it begins: cut it at midnight")
    for day in _DAYS:
        covered = [band for band in bands if band.days in {day, "any"}]
        gap = next((at for at in _edges(covered) if not any(each.start <= at < each.end for each in covered)), None)
        if gap is not None:
            source.wrong("bands", "no band holds {time} on a {day}", time=f"{gap // 60:02}:{gap % 60:02}", day=day)


def _edges(bands: list[Band]) -> list[int]:
    """The minutes at which coverage may end."""
    return sorted({0, *(band.end for band in bands)} - {MINUTES_A_DAY})


def _rule(source: Source, path: str, doc: Mapping[str, Any]) -> ChargeRule:
    _check_rule(source, path, doc)
    return ChargeRule(
        name=doc["rule"],
        code=doc["code"],
        kind=doc["kind"],
        title=doc["title"],
        unit=doc["unit"],
        tax_rate=Decimal(doc["tax_rate"]),
        rate=Decimal(doc["rate"]) if "rate" in doc else None,
        tax_included=doc.get("tax_included", False),
        match={name: tuple(values) for name, values in doc.get("match", {}).items()},
        when=source.expression(doc, path),
        round_up_to=span(doc.get("round_up_to", "30 min")),
        minimum=span(doc.get("minimum")),
        included_km=Decimal(doc.get("included_km", "0")),
        zones=_decimals(doc.get("zones", {})),
        markup_percent=Decimal(doc.get("markup_percent", "0")),
    )


def _check_rule(source: Source, path: str, doc: Mapping[str, Any]) -> None:
    if doc["kind"] in {"callout", "labour", "travel_distance"} and "rate" not in doc:
        source.wrong(f"{path}.rate", "is missing")
    if doc["kind"] == "travel_zone" and "zones" not in doc:
        source.wrong(f"{path}.zones", "is missing")
    step = span(doc.get("round_up_to", "30 min"))
    if not step or step % _EXACT_STEP:
        source.wrong(f"{path}.round_up_to", "must be a multiple of 3 min, so that hours are exact decimals")
    negative = [name for name in ("rate", "tax_rate", "included_km") if Decimal(doc.get(name, "0")) < 0]
    for name in negative:
        source.wrong(f"{path}.{name}", "is negative")


def _decimals(doc: Mapping[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(text) for name, text in doc.items()}
