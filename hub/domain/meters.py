"""Meters of an asset: what the readings of a visit say of them, and the latest value of each."""

import re
from collections.abc import Iterator, Sequence

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.domain.instants import parse_instant
from hub.domain.quantity import parse_quantity, write_quantity
from hub.domain.sop import Sop, SopStep

HOLDS = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")  # what the field of an asset holds


def readings(sop: Sop, visit: Doc) -> list[Doc]:
    """The meter readings among a visit's answers; one outside the accepted range says nothing of the meter."""
    answers = {answer["step"]: answer for answer in visit.get("answers", ())}
    metered = ((step, answers[step.step]) for step in sop.steps if step.meter and step.step in answers)
    return [found for step, answer in metered for found in _reading(step, answer)]


def _reading(step: SopStep, answer: Doc) -> Iterator[Doc]:
    try:
        value = parse_quantity(answer.get("value"))  # type: ignore[arg-type] # it refuses what is no text
    except InvalidError:
        return
    text = write_quantity(value)
    if HOLDS.fullmatch(text) and (step.range is None or step.range.holds(value)):
        unit: Doc = {"unit": step.range.unit} if step.range and step.range.unit else {}
        yield {"name": step.meter, "value": text, **unit, "at": answer["at"]}


def with_readings(meters: Sequence[Doc], found: Sequence[Doc]) -> list[Doc]:
    """Each meter with its latest reading: what was read earlier than what is known changes nothing."""
    latest = {meter["name"]: meter for meter in meters}
    for reading in found:
        known = latest.get(reading["name"])
        if known is None or parse_instant(reading["at"]) >= parse_instant(known["at"]):
            latest[reading["name"]] = reading
    return list(latest.values())
