"""Labour: the time worked on a visit, cut by kind of time, and how much of each is billed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from hub.domain.business_hours import BusinessHours
from hub.domain.charge_policy import ChargeRule
from hub.domain.documents import Doc
from hub.domain.instants import parse_instant
from hub.domain.quantity import EXACT

USUAL = "working_hours"
HOUR = Decimal(3600)


@dataclass(frozen=True)
class Worked:
    """Hours of one kind of time: worked, and billed after rounding."""

    kind: str
    minutes: Decimal
    billed: Decimal


def spans(visit: Doc) -> list[tuple[datetime, datetime]]:
    """When work was done, in order and without counting a minute twice; from check-in to check-out if not noted."""
    entries = [each for each in visit.get("time_entries", ()) if each["kind"] == "labour"]
    noted = sorted((parse_instant(each["from"]), parse_instant(each["to"])) for each in entries)
    if not noted and "checked_in_at" in visit:
        end = visit.get("checked_out_at") or visit.get("finished_at") or visit["checked_in_at"]
        noted = [(parse_instant(visit["checked_in_at"]), parse_instant(end))]
    return list(_apart(noted))


def worked(visit: Doc, rule: ChargeRule, hours: BusinessHours) -> list[Worked]:
    """The labour of a visit by kind of time, in the order of the work.

    The sum is rounded up to the rule's step, never each kind by itself; what the smallest billed time adds goes to the
    first kind.
    """
    seconds = _by_kind(visit, rule, hours)
    found, before, passed = [], Decimal(0), Decimal(0)
    for kind, length in seconds.items():
        passed = EXACT.add(passed, length)
        until = rule.rounded(EXACT.divide(passed, HOUR))
        found.append(Worked(kind, EXACT.divide(length, Decimal(60)), EXACT.subtract(until, before)))
        before = until
    if found and before < rule.least:
        first = found[0]
        more = EXACT.add(first.billed, EXACT.subtract(rule.least, before))
        found[0] = Worked(first.kind, first.minutes, more)
    return [each for each in found if each.billed]


def _by_kind(visit: Doc, rule: ChargeRule, hours: BusinessHours) -> dict[str, Decimal]:
    seconds: dict[str, Decimal] = {}
    for start, end in spans(visit):
        for piece in hours.pieces(start, end):
            kind = piece.kind if piece.kind in rule.kinds else USUAL
            length = Decimal((piece.end - piece.start) // timedelta(microseconds=1)).scaleb(-6)
            seconds[kind] = EXACT.add(seconds.get(kind, Decimal(0)), length)
    return seconds


def _apart(noted: Sequence[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Spans joined where they overlap."""
    current: tuple[datetime, datetime] | None = None
    for start, end in noted:
        if current is not None and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current
