from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.dispatch import Candidate, choose, earliest_window
from hub.domain.dispatch_case import DispatchRules, Job, Worker
from hub.domain.dispatch_rules import HARD
from hub.domain.documents import Doc
from hub.domain.places import distance_km
from hub.domain.policies import Policies
from hub.domain.shifts import Window, free_windows

MONDAY_9 = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SHANGHAI = {"lat": 31.23, "lon": 121.47}
WEEK = [{"id": day, "weekday": day, "from": "09:00", "to": "18:00"} for day in ("mon", "tue", "wed", "thu", "fri")]
SITE = {"id": "S1", "territory": "east", "lat": 31.25, "lon": 121.50}


@pytest.fixture
def rules(policies: Policies) -> DispatchRules:
    return policies.dispatch


def technician(name: str = "E1", **fields: Any) -> Doc:
    return {
        "id": name,
        "name": name,
        "active": True,
        "time_zone": "Asia/Shanghai",
        "skills": [{"id": "1", "skill": "cooling", "level": 3, "expires_on": "2026-12-31"}],
        "territories": ["east"],
        "shifts": WEEK,
        "home": SHANGHAI,
        **fields,
    }


def hours(start: int, length: float = 2) -> Window:
    """A window that starts so many hours after Monday, nine o'clock in Shanghai."""
    first = MONDAY_9 + timedelta(hours=start)
    return Window(first, first + timedelta(hours=length))


def booked(start: int, length: float = 2, status: str = "planned") -> Doc:
    window = hours(start, length)
    return {
        "status": status,
        "window_start": window.start.isoformat(),
        "window_end": window.end.isoformat(),
    }


def job(**fields: Any) -> Job:
    ticket = {"id": "T1", "required_skills": [{"id": "1", "skill": "cooling", "level": 2}]}
    return Job(**{"ticket": ticket, "site": SITE, "window": hours(1), **fields})


def judged(rules: DispatchRules, asked: Job, worker: Worker) -> Candidate:
    return choose(asked, [worker], rules, now=MONDAY_9).candidates[0]


def test_who_passes_everything_is_the_best(rules: DispatchRules) -> None:
    choice = choose(job(), [Worker(technician())], rules, now=MONDAY_9)
    assert choice.best is not None
    assert (choice.best.technician_id, choice.best.failures) == ("E1", ())
    assert choice.policy_version == rules.version


@pytest.mark.parametrize(
    ("rule", "asked", "worker"),
    [
        ("active", job(), Worker(technician(active=False))),
        ("skill", job(), Worker(technician(skills=[]))),
        ("skill", job(), Worker(technician(skills=[{"id": "1", "skill": "cooling", "level": 1}]))),
        (
            "certificate",
            job(),
            Worker(technician(skills=[{"skill": "cooling", "level": 3, "expires_on": "2026-03-01"}])),
        ),
        ("territory", job(), Worker(technician(territories=["west"]))),
        ("free", job(window=hours(8, 2)), Worker(technician())),
        ("free", job(window=hours(24 * 5)), Worker(technician())),
        ("free", job(), Worker(technician(), visits=(booked(2),))),
        (
            "free",
            job(),
            Worker(technician(absences=[{"from": "2026-03-02T00:00:00+00:00", "to": "2026-03-03T00:00:00+00:00"}])),
        ),
        ("parts", job(parts={"P1": Decimal(1)}), Worker(technician())),
        ("parts", job(parts={"P1": Decimal(1)}), Worker(technician(), parts_at=MONDAY_9 + timedelta(hours=2))),
        ("not_excluded", job(excluded=frozenset({"E1"})), Worker(technician())),
        ("max_travel", job(), Worker(technician(home={"lat": 39.9, "lon": 116.4}))),
        ("credit_hold", job(customer={"credit_hold": True}), Worker(technician())),
    ],
)
def test_a_hard_rule_that_fails_is_named_and_alone(rules: DispatchRules, rule: str, asked: Job, worker: Worker) -> None:
    candidate = judged(rules, asked, worker)
    assert [check.rule for check in candidate.failures] == [rule]
    assert candidate.failures[0].why.format(**candidate.failures[0].params)
    assert choose(asked, [worker], rules, now=MONDAY_9).best is None


@pytest.mark.parametrize(
    ("asked", "worker"),
    [
        (job(parts={"P1": Decimal(1)}), Worker(technician(), stock={"P1": Decimal(1)})),
        (job(parts={"P1": Decimal(1)}), Worker(technician(), parts_at=MONDAY_9)),
        (job(), Worker(technician(), visits=(booked(2, status="cancelled"),))),
        (job(), Worker(technician(), visits=(booked(3),))),
        (job(site=None), Worker(technician(territories=[]))),
    ],
)
def test_what_is_no_obstacle_is_none(rules: DispatchRules, asked: Job, worker: Worker) -> None:
    assert judged(rules, asked, worker).failures == ()


def points(rules: DispatchRules, asked: Job, worker: Worker) -> dict[str, int]:
    return {score.objective: score.points for score in judged(rules, asked, worker).scores}


def test_each_objective_rewards_what_it_is_for(rules: DispatchRules) -> None:
    near, far = (Worker(technician(home=home)) for home in (SHANGHAI, {"lat": 31.9, "lon": 121.47}))
    busy = Worker(technician(), visits=(booked(4), booked(6)))
    dear, cheap = (Worker(technician(cost_per_hour=cost)) for cost in ("180.00", "40.00"))
    carrying = Worker(technician(), stock={"P1": Decimal(2)}, parts_at=MONDAY_9)
    needs = job(parts={"P1": Decimal(1), "P2": Decimal(1)})
    gold = job(customer={"level": "gold"})
    master = Worker(technician(skills=[{"skill": "cooling", "level": 5}]))
    due = MONDAY_9 + timedelta(hours=8)
    assert points(rules, job(), near)["travel"] > points(rules, job(), far)["travel"]
    assert points(rules, job(), near)["load"] > points(rules, job(), busy)["load"]
    assert points(rules, job(), cheap)["cost"] > points(rules, job(), dear)["cost"]
    assert points(rules, needs, carrying)["parts_carried"] == 50
    assert points(rules, gold, master)["customer_level"] > points(rules, gold, near)["customer_level"]
    assert points(rules, job(previous=frozenset({"E1"})), near)["same_technician"] == 100
    assert (
        points(rules, job(due_at=due), near)["sla_slack"]
        > points(rules, job(due_at=due, window=hours(6)), near)["sla_slack"]
    )


def test_what_is_not_known_is_neither_rewarded_nor_punished(rules: DispatchRules) -> None:
    known = points(rules, job(site=None), Worker(technician()))
    assert {name: known[name] for name in ("travel", "sla_slack", "cost", "customer_level")} == {
        "travel": 50,
        "sla_slack": 50,
        "cost": 50,
        "customer_level": 50,
    }


def test_the_total_is_the_weighted_sum(rules: DispatchRules) -> None:
    candidate = judged(rules, job(), Worker(technician()))
    assert sum(score.weight for score in candidate.scores) == 100
    assert candidate.total == sum(score.points * score.weight for score in candidate.scores) / Decimal(100)


def test_the_best_comes_first_and_who_fails_comes_last(rules: DispatchRules) -> None:
    workers = [
        Worker(technician("E1", territories=["west"])),
        Worker(technician("E2"), visits=(booked(4), booked(6))),
        Worker(technician("E3")),
    ]
    choice = choose(job(), workers, rules, now=MONDAY_9)
    assert [each.technician_id for each in choice.candidates] == ["E3", "E2", "E1"]


def test_equals_are_told_apart_by_their_id_whatever_the_order(rules: DispatchRules) -> None:
    workers = [Worker(technician(name)) for name in ("E2", "E3", "E1")]
    for order in (workers, workers[::-1]):
        choice = choose(job(), order, rules, now=MONDAY_9)
        assert [each.technician_id for each in choice.candidates] == ["E1", "E2", "E3"]


def test_without_a_window_the_first_reachable_time_is_offered(rules: DispatchRules) -> None:
    """calcom/cal.diy#21376: slots were offered that could not be reached in time."""
    worker = Worker(technician(), visits=(booked(1, 3),))
    window = judged(rules, job(window=None), worker).window
    assert window == Window(MONDAY_9 + timedelta(hours=4), MONDAY_9 + timedelta(hours=6))
    far = earliest_window(job(window=None), Worker(technician(home={"lat": 31.9, "lon": 121.47})), rules, now=MONDAY_9)
    assert far is not None
    assert far.start > MONDAY_9 + timedelta(hours=1)
    waiting = Worker(technician(), parts_at=MONDAY_9 + timedelta(days=2))
    later = earliest_window(job(window=None), waiting, rules, now=MONDAY_9)
    assert later is not None
    assert later.start == MONDAY_9 + timedelta(days=2)
    nobody = judged(rules, job(window=None), Worker(technician(shifts=[])))
    assert (nobody.window, [check.rule for check in nobody.failures]) == (None, ["free"])


def test_the_explanation_is_plain_data(rules: DispatchRules) -> None:
    (told,) = choose(job(), [Worker(technician())], rules, now=MONDAY_9).explanation()
    assert {check["rule"] for check in told["checks"]} == set(HARD)
    assert told["scores"][0]["objective"] == "travel"
    assert isinstance(told["total"], str)


def test_a_rule_that_is_switched_off_does_not_fail(rules: DispatchRules) -> None:
    lenient = replace(rules, hard=("active",))
    assert judged(lenient, job(), Worker(technician(territories=["west"]))).failures == ()


def test_the_distance_is_that_of_the_globe() -> None:
    assert distance_km({"lat": 31.23, "lon": 121.47}, {"lat": 39.90, "lon": 116.40}) == pytest.approx(1067, abs=5)
    assert distance_km(None, SITE) is None
    assert distance_km({"lat": 1.0}, SITE) is None


def test_night_shifts_that_touch_at_midnight_are_one() -> None:
    shifts = [
        {"weekday": "mon", "from": "20:00", "to": "24:00"},
        {"weekday": "tue", "from": "00:00", "to": "06:00"},
    ]
    night = Window(MONDAY_9 + timedelta(hours=12), MONDAY_9 + timedelta(hours=16))
    (free,) = free_windows(technician(shifts=shifts), [], night)
    assert free.end - free.start == timedelta(hours=9)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 6)), max_size=8), st.integers(0, 60))
def test_free_time_never_overlaps_what_is_booked(visits: list[tuple[int, int]], start: int) -> None:
    planned = [booked(*each) for each in visits]
    span = hours(start, 48)
    for free in free_windows(technician(), planned, span):
        assert span.start <= free.start < free.end
        for first, length in visits:
            taken = hours(first, length)
            assert free.end <= taken.start or free.start >= taken.end
