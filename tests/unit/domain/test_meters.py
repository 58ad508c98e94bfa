from dataclasses import replace
from decimal import Decimal

import pytest

from hub.domain.documents import Doc
from hub.domain.meters import readings, with_readings
from hub.domain.sop import Range, Sop, SopStep

EARLY, LATE = "2026-03-02T01:00:00+00:00", "2026-03-02T09:30:00+00:00"


@pytest.fixture
def sop() -> Sop:
    hours = SopStep("running", {}, "reading", meter="hours")
    plain = SopStep("noise", {}, "reading")
    return Sop("plain", 1, {}, {}, (hours, plain))


def answered(**values: object) -> Doc:
    return {"answers": [{"step": step, "value": value, "at": EARLY} for step, value in values.items()]}


def test_only_a_step_that_names_a_meter_is_a_reading(sop: Sop) -> None:
    assert readings(sop, answered(running="1200.50", noise="70")) == [{"name": "hours", "value": "1200.5", "at": EARLY}]


@pytest.mark.parametrize("value", ["much", True, None, "NaN", "1234567890123456", "0.1234567"])
def test_what_is_no_number_that_a_meter_holds_says_nothing(sop: Sop, value: object) -> None:
    assert readings(sop, answered(running=value)) == []


def test_a_negative_reading_is_one(sop: Sop) -> None:
    assert readings(sop, answered(running="-18.5"))[0]["value"] == "-18.5"


def test_a_step_without_a_range_has_no_unit_and_one_with_a_range_only_what_it_accepts(sop: Sop) -> None:
    ranged = replace(sop, steps=(replace(sop.steps[0], range=Range(Decimal(1), Decimal(5), "h")),))
    assert readings(ranged, answered(running="5")) == [{"name": "hours", "value": "5", "unit": "h", "at": EARLY}]
    assert readings(ranged, answered(running="5.1")) == []


def test_a_meter_keeps_its_latest_reading_whatever_comes_in_later() -> None:
    known = [{"name": "hours", "value": "10", "at": LATE}, {"name": "noise", "value": "70", "at": EARLY}]
    old = {"name": "hours", "value": "9", "at": EARLY}
    new = {"name": "noise", "value": "71", "at": LATE}
    assert with_readings(known, [old, new]) == [known[0], new]
    assert with_readings([], [new, old]) == [new, old]


def test_instants_are_compared_as_times_not_as_texts() -> None:
    """A fraction of a second sorts before the offset as a text."""
    known = [{"name": "hours", "value": "10", "at": "2026-03-02T09:30:00.500000+00:00"}]
    assert with_readings(known, [{"name": "hours", "value": "9", "at": "2026-03-02T09:30:00+00:00"}]) == known
