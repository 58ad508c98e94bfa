"""dispatch.yaml into dispatch rules."""

from datetime import timedelta
from decimal import Decimal

from hub.domain.dispatch_case import MOST_POINTS, DispatchPolicy
from hub.domain.dispatch_rules import HARD
from hub.domain.dispatch_scores import OBJECTIVES
from hub.files.policies.reading import Source, span


def read_dispatch(source: Source) -> DispatchPolicy:
    """Parse the dispatch rules, noting every problem."""
    doc = source.doc
    source.unknown("hard", doc["hard"], HARD)
    source.unknown("weights", doc["weights"], OBJECTIVES)
    total = sum(doc["weights"].values())
    if total != MOST_POINTS:
        source.wrong("weights", "the weights sum up to {total}, not to 100", total=total)
    return DispatchPolicy(
        version=doc["version"],
        hard=tuple(doc["hard"]),
        weights=doc["weights"],
        max_travel_km=doc["max_travel_km"],
        travel_kmh=doc["travel_kmh"],
        max_visits_a_day=doc["max_visits_a_day"],
        default_duration=span(doc["default_duration"]),
        horizon=timedelta(days=doc["horizon_days"]),
        cost_of_no_points=Decimal(doc["cost_of_no_points"]),
    )
