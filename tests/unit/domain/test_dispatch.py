"""Dispatch: hard rules by name, weighted objectives, one answer to one question, and every reason as data."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.business_hours import BusinessHours, Calendar, Interval
from hub.domain.dispatch import Candidate, choose
from hub.domain.dispatch_case import DispatchPolicy, Job, Worker
from hub.domain.dispatch_rules import HARD
from hub.domain.dispatch_scores import OBJECTIVES
from hub.domain.documents import Doc
from hub.domain.shifts import Window

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai
HOUR = timedelta(hours=1)
POLICY = DispatchPolicy(
    version=3,
    hard=tuple(HARD),
    weights={
        "travel": 30,
        "load": 20,
        "sla_slack": 20,
        "customer_level": 5,
        "same_technician": 10,
        "parts_carried": 10,
        "cost": 5,
    },
    max_travel_km=100,
    travel_kmh=50,
    max_visits_a_day=5,
    default_duration=2 * HOUR,
    horizon=timedelta(days=7),
    cost_of_no_points=Decimal(200),
)
SITE: Doc = {"id": "s", "lat": 31.2, "lon": 121.5, "territory": "sh-east"}
TICKET: Doc = {"id": "t", "required_skills": [{"id": "1", "skill": "cooling", "level": 3}]}
WEEK = ("mon", "tue", "wed", "thu", "fri")


def technician(name: str = "li", **more: Any) -> Doc:
    known: Doc = {
        "id": name,
        "name": name.title(),
        "time_zone": "Asia/Shanghai",
        "skills": [{"id": "1", "skill": "cooling", "level": 4, "expires_on": "2026-12-31"}],
        "territories": ["sh-east"],
        "shifts": [{"id": day, "weekday": day, "from": "08:30", "to": "17:30"} for day in WEEK],
        "home": {"lat": 31.25, "lon": 121.5},
        "cost_per_hour": "100",
    }
    return known | more


def job(**more: Any) -> Job:
    window = Window(NOW + HOUR, NOW + 3 * HOUR)
    return replace(Job(TICKET, SITE, {"level": "standard"}, window), **more)


def judge(wanted: Job | None = None, worker: Worker | None = None, policy: DispatchPolicy = POLICY) -> Candidate:
    return choose(wanted or job(), [worker or Worker(technician())], policy, now=NOW).candidates[0]


def failed(found: Candidate) -> list[str]:
    return [check.rule for check in found.failures]


def visit(start: datetime, end: datetime, status: str = "planned") -> Doc:
    return {"id": "v", "status": status, "window_start": start.isoformat(), "window_end": end.isoformat()}


def test_who_fits_passes_every_rule_and_is_chosen() -> None:
    found = choose(job(), [Worker(technician())], POLICY, now=NOW)
    assert found.best is not None
    assert [check.rule for check in found.best.checks] == list(HARD)


@pytest.mark.parametrize(
    ("rule", "person", "why"),
    [
        ("active", {"active": False}, "gets no work any more"),
        ("skill", {"skills": [{"id": "1", "skill": "cooling", "level": 2}]}, "cooling: level 3 is wanted, has 2"),
        (
            "certificate",
            {"skills": [{"id": "1", "skill": "cooling", "level": 5, "expires_on": "2026-03-01"}]},
            "cooling: the certificate ended on 2026-03-01",
        ),
        ("territory", {"territories": ["sh-west"]}, "does not serve sh-east"),
        ("free", {"shifts": []}, "is off shift, absent or booked then"),
        (
            "free",
            {"absences": [{"id": "1", "from": (NOW + 2 * HOUR).isoformat(), "to": (NOW + 9 * HOUR).isoformat()}]},
            "is off shift, absent or booked then",
        ),
        ("max_travel", {"home": {"lat": 33.0, "lon": 121.5}}, "200 km of at most 100"),
    ],
)
def test_who_does_not_fit_is_named_with_the_rule_and_the_reason(rule: str, person: Doc, why: str) -> None:
    found = judge(worker=Worker(technician(**person)))
    assert failed(found) == [rule]
    assert found.failures[0].why.format(**found.failures[0].params) == why


def test_the_last_day_of_a_certificate_still_counts() -> None:
    skills = [{"id": "1", "skill": "cooling", "level": 3, "expires_on": "2026-03-02"}]
    assert failed(judge(worker=Worker(technician(skills=skills)))) == []


def test_nobody_is_sent_to_two_places_at_once() -> None:
    booked = Worker(technician(), visits=(visit(NOW + 2 * HOUR, NOW + 4 * HOUR),))
    assert failed(judge(worker=booked)) == ["free"]
    before = Worker(technician(), visits=(visit(NOW, NOW + HOUR),))
    assert failed(judge(worker=before)) == []
    done = Worker(technician(), visits=(visit(NOW + 2 * HOUR, NOW + 4 * HOUR, "finished"),))
    assert failed(judge(worker=done)) == []


def test_nobody_arrives_where_it_is_closed() -> None:
    afternoon = BusinessHours(Calendar("site", "Asia/Shanghai", ((Interval(13 * 60, 17 * 60),),) * 7))
    found = judge(job(hours=afternoon))
    assert failed(found) == ["working_hours"]
    assert found.failures[0].params == {"calendar": "site"}
    free = judge(job(hours=afternoon, window=None))
    assert failed(free) == []
    assert free.window == Window(NOW + 4 * HOUR, NOW + 6 * HOUR)


def test_missing_parts_must_be_there_in_time() -> None:
    wanted = job(parts={"p1": Decimal(2)})
    assert failed(judge(wanted)) == ["parts"]
    assert failed(judge(wanted, Worker(technician(), stock={"p1": Decimal(2)}))) == []
    assert failed(judge(wanted, Worker(technician(), parts_at=NOW + HOUR))) == []
    assert failed(judge(wanted, Worker(technician(), parts_at=NOW + 2 * HOUR))) == ["parts"]


def test_the_customer_may_object_and_the_erp_may_forbid() -> None:
    assert failed(judge(job(excluded=frozenset({"li"})))) == ["not_excluded"]
    assert failed(judge(job(customer={"credit_hold": True}))) == ["credit_hold"]


def test_without_a_window_the_first_free_time_is_found() -> None:
    """calcom/cal.diy#21376: a time that cannot be reached is never offered."""
    assert judge(job(window=None), Worker(technician(home=None))).window == Window(NOW, NOW + 2 * HOUR)
    far = judge(job(window=None), Worker(technician(home={"lat": 31.7, "lon": 121.5})))
    assert far.window is not None
    assert far.window.start > NOW + HOUR  # 56 km at 50 km/h
    booked = Worker(technician(home=None), visits=(visit(NOW + HOUR, NOW + 7 * HOUR),))
    tomorrow = judge(job(window=None), booked).window
    assert tomorrow == Window(NOW + timedelta(hours=23.5), NOW + timedelta(hours=25.5))


def test_a_technician_without_any_free_time_fails_and_is_still_explained() -> None:
    found = judge(job(window=None), Worker(technician(shifts=[])))
    assert (found.window, failed(found)) == (None, ["free"])
    assert found.failures[0].why == "no free time within the horizon"


@pytest.mark.parametrize(
    ("objective", "better", "worse"),
    [
        ("travel", Worker(technician()), Worker(technician(home={"lat": 31.6, "lon": 121.5}))),
        ("load", Worker(technician()), Worker(technician(), visits=(visit(NOW + 6 * HOUR, NOW + 7 * HOUR),))),
        ("cost", Worker(technician()), Worker(technician(cost_per_hour="150"))),
        ("parts_carried", Worker(technician(), stock={"p1": Decimal(1)}), Worker(technician(), parts_at=NOW)),
    ],
)
def test_an_objective_tells_the_better_from_the_worse(objective: str, better: Worker, worse: Worker) -> None:
    wanted = job(parts={"p1": Decimal(1)})
    points = [
        next(score.points for score in judge(wanted, worker).scores if score.objective == objective)
        for worker in (better, worse)
    ]
    assert points[0] > points[1]


def points_of(objective: str, wanted: Job, worker: Worker | None = None) -> int:
    return next(score.points for score in judge(wanted, worker).scores if score.objective == objective)


def test_slack_level_and_acquaintance_are_scored() -> None:
    assert points_of("sla_slack", job(due_at=NOW + 4 * HOUR)) == 75
    assert points_of("sla_slack", job(due_at=NOW + HOUR)) == 0
    assert points_of("customer_level", job(customer={"level": "gold"})) == 80
    assert points_of("same_technician", job(previous=frozenset({"li"}))) == 100
    assert points_of("same_technician", job()) == 0


def test_the_best_comes_first_and_the_unfit_last() -> None:
    near, far = Worker(technician("zhao")), Worker(technician("an", home={"lat": 31.6, "lon": 121.5}))
    unfit = Worker(technician("bo", active=False))
    found = choose(job(), [unfit, far, near], POLICY, now=NOW)
    assert [each.technician_id for each in found.candidates] == ["zhao", "an", "bo"]


def test_equal_candidates_are_told_apart_by_their_ids() -> None:
    workers = [Worker(technician(name)) for name in ("c", "a", "b")]
    assert [each.technician_id for each in choose(job(), workers, POLICY, now=NOW).candidates] == ["a", "b", "c"]


def test_nobody_is_best_when_nobody_passes() -> None:
    assert choose(job(), [Worker(technician(active=False))], POLICY, now=NOW).best is None


def test_the_explanation_is_plain_data_with_every_reason() -> None:
    told = choose(job(), [Worker(technician())], POLICY, now=NOW).explanation()[0]
    assert {check["rule"] for check in told["checks"]} == set(HARD)
    assert sum(score["weight"] for score in told["scores"]) == 100
    assert told["total"] == str(sum(Decimal(each["weight"] * each["points"]) for each in told["scores"]) / 100)
    assert all(isinstance(value, str) for each in told["checks"] for value in each["params"].values())


LEVELS = st.integers(1, 5)
PEOPLE = st.lists(
    st.builds(
        lambda level, lat, cost, active: {
            "skills": [{"id": "1", "skill": "cooling", "level": level}],
            "home": {"lat": lat, "lon": 121.5},
            "cost_per_hour": str(cost),
            "active": active,
        },
        LEVELS,
        st.floats(30.5, 32, allow_nan=False),
        st.integers(1, 300),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@given(PEOPLE, st.randoms(use_true_random=False))
def test_the_same_question_has_the_same_answer_in_whatever_order_it_is_asked(people: list[Doc], chance: Any) -> None:
    workers = [Worker(technician(f"t{number}", **person)) for number, person in enumerate(people)]
    shuffled = list(workers)
    chance.shuffle(shuffled)
    found = choose(job(), workers, POLICY, now=NOW)
    assert found == choose(job(), shuffled, POLICY, now=NOW)
    for each in found.candidates:
        assert 0 <= each.total <= 100
        assert all(0 <= score.points <= 100 for score in each.scores)
        assert {score.objective for score in each.scores} == set(OBJECTIVES)
    if found.best is not None:
        assert not found.best.failures
        assert all(each.total <= found.best.total for each in found.candidates if not each.failures)
