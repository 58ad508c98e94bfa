"""Objectives of dispatch: 0 to 100 points each, and why."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal

from hub.domain.dispatch_case import MOST_POINTS, Case, Score
from hub.domain.quantity import parse_quantity


def _points(share: float) -> int:
    """A share of 0 to 1 as whole points, so that totals are exact."""
    return max(0, min(MOST_POINTS, round(share * MOST_POINTS)))


def _travel_points(case: Case, name: str, weight: int) -> Score:
    if case.distance is None:
        return Score(name, weight, 50, "the distance is not known")
    points = _points(1 - case.distance / case.rules.max_travel_km)
    return Score(name, weight, points, "{km} km away", {"km": str(round(case.distance))})


def _load_points(case: Case, name: str, weight: int) -> Score:
    count = case.visits_that_day()
    points = _points(1 - count / case.rules.max_visits_a_day)
    return Score(name, weight, points, "{count} visits that day", {"count": str(count)})


def _slack_points(case: Case, name: str, weight: int) -> Score:
    if case.job.due_at is None or case.window is None:
        return Score(
            name, weight, 50 if case.job.due_at is None else 0, "no due time" if case.window else "no free time"
        )
    slack = case.job.due_at - case.window.start
    points = _points(slack / max(case.job.due_at - case.now, timedelta(minutes=1)))
    minutes = {"minutes": str(int(slack / timedelta(minutes=1)))}
    return Score(name, weight, points, "{minutes} min before the SLA is due", minutes)


def _level_points(case: Case, name: str, weight: int) -> Score:
    """The best hands for the best customers: skill above what is wanted counts for gold and platinum."""
    if (case.job.customer or {}).get("level") not in {"gold", "platinum"}:
        return Score(name, weight, 50, "no special customer level")
    wanted = case.job.ticket.get("required_skills", ())
    levels = [(case.skill(each["skill"]) or {}).get("level", 0) for each in wanted]
    least = min(levels, default=3)
    return Score(name, weight, _points(least / 5), "skill level {level} for a key customer", {"level": str(least)})


def _same_technician_points(case: Case, name: str, weight: int) -> Score:
    was_there = case.worker.id in case.job.previous
    why = "knows the site from before" if was_there else "has not been there"
    return Score(name, weight, MOST_POINTS if was_there else 0, why)


def _parts_points(case: Case, name: str, weight: int) -> Score:
    wanted = case.job.parts
    carried = sum(1 for part, count in wanted.items() if case.worker.stock.get(part, Decimal(0)) >= count)
    points = _points(carried / len(wanted)) if wanted else MOST_POINTS
    params = {"carried": str(carried), "wanted": str(len(wanted))}
    return Score(name, weight, points, "carries {carried} of {wanted} parts", params)


def _cost_points(case: Case, name: str, weight: int) -> Score:
    if "cost_per_hour" not in case.worker.technician:
        return Score(name, weight, 50, "the cost is not known")
    cost = parse_quantity(case.worker.technician["cost_per_hour"], path="cost_per_hour")
    points = _points(1 - float(cost / case.rules.cost_of_no_points))
    return Score(name, weight, points, "costs {cost} an hour", {"cost": str(cost)})


OBJECTIVES: Mapping[str, Callable[[Case, str, int], Score]] = {
    "travel": _travel_points,
    "load": _load_points,
    "sla_slack": _slack_points,
    "customer_level": _level_points,
    "same_technician": _same_technician_points,
    "parts_carried": _parts_points,
    "cost": _cost_points,
}
