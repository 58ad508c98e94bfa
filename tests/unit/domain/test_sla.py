"""The SLA rules, each told as a story; the docstrings name the public threads where it went wrong elsewhere."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.business_hours import BusinessHours, Calendar, Interval
from hub.domain.errors import NotFoundError
from hub.domain.instants import write_instant
from hub.domain.sla import (
    AlarmRule,
    Policy,
    Reading,
    Segment,
    Selection,
    SlaBook,
    Target,
    alarms_left,
    evaluate,
    explain,
    history_of,
    mark_told,
    read_ticket,
    select_policy,
    sla_document,
)
from hub.domain.sla_clock import Change, Condition, Conditions

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
DAY = (Interval(9 * 60, 18 * 60),)
OFFICE = Calendar(
    "office",
    "Asia/Shanghai",
    (*(DAY,) * 5, (), ()),
    holidays={date(2026, 10, 1): "National Day", date(2026, 10, 2): "National Day"},
    make_up_days={date(2026, 10, 10): "National Day"},
    make_up_hours=DAY,
)
HOURS = {
    "office": BusinessHours(OFFICE),
    "always": BusinessHours(Calendar("always", "Asia/Shanghai", ((Interval(0, 1440),),) * 7)),
}
NONE: frozenset[str] = frozenset()
ALARMS = (
    AlarmRule("warn", 75, timedelta(0), ("dispatcher",)),
    AlarmRule("soon", 100, -HOUR, ("dispatcher",)),
    AlarmRule("breach", 100, timedelta(0), ("manager",)),
    AlarmRule("escalate", 100, 2 * HOUR, ("manager",)),
)
RESOLUTION = Target(
    "resolution",
    {"p1": 4 * HOUR, "p2": 8 * HOUR, "p3": 24 * HOUR},
    Conditions(
        start=Condition(events=frozenset({"confirmed", "reopened"})),
        stop=Condition(statuses=frozenset({"completed", "closed"})),
        pause=Condition(holds=frozenset({"customer", "parts"})),
        cancel=Condition(statuses=frozenset({"cancelled", "merged"})),
    ),
    ALARMS,
)
RESPONSE = Target(
    "first_response",
    {"p1": HOUR, "p2": HOUR, "p3": 2 * HOUR},
    Conditions(start=Condition(events=frozenset({"confirmed"})), stop=Condition(events=frozenset({"answered"}))),
)
UPDATE = Target(
    "next_update",
    {"p1": HOUR, "p2": HOUR, "p3": HOUR},
    Conditions(
        start=Condition(events=frozenset({"confirmed"})),
        stop=Condition(statuses=frozenset({"completed"})),
        reset=Condition(events=frozenset({"updated", "customer_wrote"})),
    ),
    ALARMS[:1],
)
POLICY = Policy("standard", "office", (RESPONSE, RESOLUTION, UPDATE))


def at(text: str) -> datetime:
    """Shanghai time; the 5th of October 2026 is a Monday, and the 1st and 2nd are holidays."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def was(when: str, event: str, status: str = "triaged", hold: str | None = None, **more: str) -> Change:
    return Change(at(when), event, status, more.get("priority", "p3"), hold, calendar=more.get("calendar"))


def read(
    target: Target, history: Sequence[Change], now: str, start_at: str | None = None, calendar: str = "office"
) -> Reading:
    policy = Policy("standard", calendar, (target,))
    return evaluate(policy, history, HOURS, start_at=at(start_at) if start_at else None, now=at(now))[0]


def test_a_clock_runs_from_confirmation_and_knows_when_it_is_due() -> None:
    reading = read(RESOLUTION, [was("2026-10-05T10:00", "confirmed")], "2026-10-05T12:00")
    assert (reading.state, reading.elapsed) == ("running", 2 * HOUR)
    assert reading.due_at == at("2026-10-07T16:00")


def test_nothing_runs_before_the_start() -> None:
    assert read(RESOLUTION, [was("2026-10-05T10:00", "opened", "new")], "2026-10-09T10:00").state == "waiting"


def test_a_call_counts_from_its_first_ring_and_its_answer_is_the_first_response() -> None:
    history = [
        was("2026-10-05T10:01", "opened", "new"),
        was("2026-10-05T10:01", "answered", "new"),
        was("2026-10-05T10:08", "confirmed"),
    ]
    response = read(RESPONSE, history, "2026-10-05T11:00", start_at="2026-10-05T10:00")
    assert (response.state, response.met_at) == ("met", at("2026-10-05T10:01"))
    assert response.elapsed == timedelta(minutes=1)
    resolution = read(RESOLUTION, history, "2026-10-05T11:00", start_at="2026-10-05T10:00")
    assert (resolution.elapsed, resolution.started_at) == (HOUR, at("2026-10-05T10:00"))


@pytest.mark.parametrize(("end", "state"), [("18:00:00", "met"), ("18:00:01", "met"), ("18:00:02", "met")])
def test_the_boundary_second_is_still_in_time(end: str, state: str) -> None:
    """Closed time after the due moment does not count: what is done at 18:00:02 was done by 18:00."""
    done = read(
        RESOLUTION,
        [was("2026-10-05T10:00", "confirmed", priority="p2"), was(f"2026-10-05T{end}", "completed", "completed")],
        "2026-10-06T10:00",
    )
    assert done.state == state


def test_a_second_too_late_is_late() -> None:
    history = [
        was("2026-10-05T10:00", "confirmed", priority="p1"),
        was("2026-10-05T14:00:01", "completed", "completed"),
    ]
    late = read(RESOLUTION, history, "2026-10-05T15:00")
    assert (late.state, late.breached_at) == ("breached", at("2026-10-05T14:00"))
    assert late.met_at == at("2026-10-05T14:00:01")
    assert read(RESOLUTION, history[:1], "2026-10-05T13:59:59").state == "running"
    assert read(RESOLUTION, history[:1], "2026-10-05T14:00").state == "breached"


def test_a_hold_stops_the_clock_and_the_due_time_moves_by_business_time() -> None:
    """glpi#10594: a pause over a weekend gave too much; osTicket#3034: no pause while waiting for parts."""
    history = [
        was("2026-10-05T10:00", "confirmed", priority="p2"),
        was("2026-10-09T17:00", "held", hold="parts", priority="p2"),
        was("2026-10-12T10:00", "resumed", priority="p2"),
    ]
    history[0] = was("2026-10-09T16:00", "confirmed", priority="p2")
    held = read(RESOLUTION, history[:2], "2026-10-10T10:00")
    assert (held.state, held.due_at, held.elapsed) == ("paused", None, HOUR)
    assert not held.alarms
    resumed = read(RESOLUTION, history, "2026-10-12T10:30")
    assert resumed.due_at == at("2026-10-12T17:00")
    assert resumed.paused == 11 * HOUR


def test_a_hold_that_the_policy_does_not_name_lets_the_clock_run() -> None:
    history = [was("2026-10-05T10:00", "confirmed"), was("2026-10-05T11:00", "held", hold="weather")]
    assert read(RESOLUTION, history, "2026-10-05T12:00").elapsed == 2 * HOUR


def test_a_pause_never_breaches() -> None:
    """glpi#24481: breach while pending; frappe/helpdesk#1554: the pause ticked anyway."""
    history = [was("2026-10-05T10:00", "confirmed", priority="p1"), was("2026-10-05T11:00", "held", hold="customer")]
    assert read(RESOLUTION, history, "2026-11-05T11:00").state == "paused"


def test_hold_time_is_kept_apart_from_the_start() -> None:
    """frappe/helpdesk#2449: hold time was added to the creation time."""
    history = [
        was("2026-10-05T10:00", "confirmed"),
        was("2026-10-05T11:00", "held", hold="customer"),
        was("2026-10-05T13:00", "resumed"),
    ]
    assert read(RESOLUTION, history, "2026-10-05T14:00").started_at == at("2026-10-05T10:00")


def test_a_change_of_priority_keeps_elapsed_time_and_pauses() -> None:
    """glpi#6902 and glpi#15605: a new priority swapped the SLA and forgot the accumulated pause."""
    history = [
        was("2026-10-05T09:00", "confirmed"),
        was("2026-10-05T10:00", "held", hold="customer"),
        was("2026-10-05T12:00", "resumed"),
        was("2026-10-05T13:00", "priority_changed", priority="p2"),
    ]
    reading = read(RESOLUTION, history, "2026-10-05T14:00")
    assert (reading.elapsed, reading.paused, reading.allowed) == (3 * HOUR, 2 * HOUR, 8 * HOUR)
    assert reading.due_at == at("2026-10-06T10:00")


def test_a_raised_priority_falls_due_when_it_was_raised_not_before() -> None:
    history = [
        was("2026-10-05T09:00", "confirmed"),
        was("2026-10-05T15:00", "priority_changed", priority="p1"),
    ]
    reading = read(RESOLUTION, history, "2026-10-05T15:30")
    assert (reading.state, reading.breached_at) == ("breached", at("2026-10-05T15:00"))


def test_a_priority_changed_after_the_end_changes_nothing() -> None:
    history = [
        was("2026-10-05T09:00", "confirmed"),
        was("2026-10-05T15:00", "completed", "completed"),
        was("2026-10-05T16:00", "priority_changed", "completed", priority="p1"),
    ]
    assert read(RESOLUTION, history, "2026-10-06T15:30").state == "met"


def test_a_changed_calendar_keeps_what_has_elapsed() -> None:
    """zammad#534 and #2082: the deadline was not recomputed after a change of calendar."""
    history = [
        was("2026-10-05T16:00", "confirmed", priority="p2"),
        was("2026-10-05T17:00", "moved", priority="p2", calendar="always"),
    ]
    reading = read(RESOLUTION, history, "2026-10-05T20:00")
    assert (reading.elapsed, reading.due_at) == (4 * HOUR, at("2026-10-06T00:00"))


def test_an_edited_policy_counts_for_open_tickets() -> None:
    """frappe/helpdesk#2214: an edited SLA was not reflected in open tickets."""
    history = [was("2026-10-05T10:00", "confirmed")]
    edited = Target("resolution", {"p3": 6 * HOUR}, RESOLUTION.conditions)
    assert read(edited, history, "2026-10-05T12:00").due_at == at("2026-10-05T16:00")


def test_a_ticket_without_a_policy_has_no_clock_any_more() -> None:
    """zammad#4353: escalated tickets went on mailing after the SLA was switched off."""
    assert (
        evaluate(
            Policy("none", "office", ()),
            [was("2026-10-05T10:00", "confirmed")],
            HOURS,
            start_at=None,
            now=at("2026-10-09T10:00"),
        )
        == ()
    )


def test_targets_do_not_overrule_each_other() -> None:
    """zammad#5177: a short update time overruled the first-response time."""
    readings = evaluate(
        POLICY, [was("2026-10-05T10:00", "confirmed")], HOURS, start_at=None, now=at("2026-10-05T10:30")
    )
    due = {reading.target: reading.due_at for reading in readings}
    assert due["first_response"] == at("2026-10-05T12:00")
    assert due["next_update"] == at("2026-10-05T11:00")


@pytest.mark.parametrize("event", ["updated", "customer_wrote"])
def test_an_update_restarts_the_update_clock_whoever_wrote_it(event: str) -> None:
    """zammad#1322: a customer's note through the web did not restart the update clock."""
    history = [was("2026-10-05T10:00", "confirmed"), was("2026-10-05T10:50", event)]
    reading = read(UPDATE, history, "2026-10-05T11:30")
    assert (reading.state, reading.due_at, reading.elapsed) == (
        "running",
        at("2026-10-05T11:50"),
        timedelta(minutes=40),
    )


def test_a_reopened_ticket_goes_on_and_the_time_in_between_is_neither_counted_nor_a_pause() -> None:
    """glpi#23359: the time between solved and reopened was counted as pending."""
    history = [
        was("2026-10-05T10:00", "confirmed"),
        was("2026-10-05T12:00", "completed", "completed"),
        was("2026-10-05T15:00", "reopened"),
    ]
    reading = read(RESOLUTION, history, "2026-10-05T16:00")
    assert (reading.state, reading.elapsed, reading.paused) == ("running", 3 * HOUR, timedelta(0))
    assert reading.met_at is None


def test_a_cancelled_ticket_never_breaches_and_never_alarms() -> None:
    history = [was("2026-10-05T10:00", "confirmed"), was("2026-10-05T11:00", "cancelled", "cancelled")]
    reading = read(RESOLUTION, history, "2026-10-20T11:00")
    assert (reading.state, reading.due_at, reading.alarms) == ("cancelled", None, ())


def test_a_deadline_lands_in_business_hours_after_holidays() -> None:
    """zammad#390; glpi#9082: a deadline was pushed outside working hours."""
    reading = read(RESOLUTION, [was("2026-09-30T17:00", "confirmed", priority="p1")], "2026-09-30T17:30")
    assert reading.due_at == at("2026-10-05T12:00")


def test_a_make_up_working_day_counts() -> None:
    reading = read(RESOLUTION, [was("2026-10-09T17:00", "confirmed", priority="p1")], "2026-10-09T17:30")
    assert reading.due_at == at("2026-10-10T12:00")


def test_an_alarm_before_the_end_is_told_in_business_time() -> None:
    """glpi#22678: one hour before landed at midnight; zammad#4432 and #2157: reminders at two in the morning."""
    reading = read(RESOLUTION, [was("2026-10-05T17:00", "confirmed", priority="p2")], "2026-10-05T17:10")
    told = {alarm.key: alarm.at for alarm in reading.alarms}
    assert told == {
        "warn": at("2026-10-06T14:00"),
        "soon": at("2026-10-06T15:00"),
        "breach": at("2026-10-06T16:00"),
        "escalate": at("2026-10-06T18:00"),
    }


def test_a_fresh_ticket_is_not_escalated_at_once() -> None:
    """glpi#15429: instant escalation with a calendar of one's own."""
    reading = read(RESOLUTION, [was("2026-10-05T03:00", "confirmed", priority="p1")], "2026-10-05T03:00")
    assert reading.state == "running"
    assert min(alarm.at for alarm in reading.alarms) == at("2026-10-05T12:00")


def test_what_was_missed_before_a_pause_is_still_told() -> None:
    history = [
        was("2026-10-05T10:00", "confirmed", priority="p1"),
        was("2026-10-05T13:30", "held", hold="customer", priority="p1"),
    ]
    assert {alarm.key for alarm in read(RESOLUTION, history, "2026-10-05T17:00").alarms} == {"warn", "soon"}


def test_an_alarm_is_told_once_and_again_only_after_a_reset() -> None:
    history = [was("2026-10-05T10:00", "confirmed")]
    policy = Policy("standard", "office", (UPDATE,))
    first = evaluate(policy, history, HOURS, start_at=None, now=at("2026-10-05T10:46"))
    sla = sla_document(policy, 3, first)
    assert sla["targets"][0]["warn_at"] == write_instant(at("2026-10-05T10:45"))
    told = mark_told(sla, "next_update", "warn", first[0].alarms)
    assert "warn_at" not in told["targets"][0]
    assert sla_document(policy, 3, first, before=told) == told
    assert alarms_left(told, first) == ()
    later = evaluate(
        policy, [*history, was("2026-10-05T10:50", "updated")], HOURS, start_at=None, now=at("2026-10-05T11:00")
    )
    again = sla_document(policy, 3, later, before=told)
    assert [alarm.at for alarm in alarms_left(again, later)] == [at("2026-10-05T11:35")]


def test_the_explanation_says_why_each_minute_counts_or_not() -> None:
    """zammad#390: nobody could see why six days and not four."""
    history = [
        was("2026-09-30T16:30", "opened", "new"),
        was("2026-09-30T17:00", "confirmed"),
        was("2026-10-05T10:00", "held", hold="parts"),
        was("2026-10-05T11:00", "resumed"),
        was("2026-10-05T12:00", "completed", "completed"),
    ]
    segments = explain(
        POLICY, "resolution", history, HOURS, start_at=at("2026-09-30T16:00"), now=at("2026-10-05T13:00")
    )
    assert [(_said(each), each.length) for each in segments] == [
        ("counted back to the start of the contact", timedelta(minutes=30)),
        ("counted back to the start of the contact", timedelta(minutes=30)),
        ("service hours", HOUR),
        ("outside service hours", timedelta(0)),
        ("holiday: National Day", timedelta(0)),
        ("holiday: National Day", timedelta(0)),
        ("no service on this day of the week", timedelta(0)),
        ("no service on this day of the week", timedelta(0)),
        ("outside service hours", timedelta(0)),
        ("service hours", HOUR),
        ("on hold: parts", timedelta(0)),
        ("service hours", HOUR),
        ("fulfilled", timedelta(0)),
    ]


def _said(segment: Segment) -> str:
    return segment.why.format(**segment.params)


def test_a_target_that_never_started_has_nothing_to_explain() -> None:
    assert explain(POLICY, "resolution", [], HOURS, start_at=None, now=at("2026-10-05T13:00")) == ()


BOOK = SlaBook(
    3,
    {"standard": POLICY, "gold": Policy("gold", "always", ())},
    (Selection("gold", {"customer.level": ("gold", "platinum")}), Selection("standard")),
)


@pytest.mark.parametrize(
    ("names", "policy"),
    [
        ({"customer": {"level": "gold"}}, "gold"),
        ({"customer": {"level": "silver"}}, "standard"),
        ({}, "standard"),
        ({"customer": {"level": "silver"}, "contract": {"sla": "gold"}}, "gold"),
    ],
)
def test_the_policy_is_the_contracts_or_the_first_that_fits(names: Mapping[str, object], policy: str) -> None:
    chosen = select_policy(BOOK, names)
    assert chosen is not None
    assert chosen.name == policy


def test_a_contract_that_names_an_unknown_policy_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(NotFoundError, match="no SLA policy 'diamond': add it"):
        select_policy(BOOK, {"contract": {"sla": "diamond"}})
    assert select_policy(SlaBook(1, {}, ()), {}) is None


def test_a_tickets_own_history_is_read() -> None:
    ticket = {
        "sla_start_at": "2026-10-05T02:00:00+00:00",
        "history": [{"at": "2026-10-05T02:10:00+00:00", "event": "confirmed", "status": "triaged", "priority": "p1"}],
    }
    readings = read_ticket(ticket, POLICY, HOURS, now=at("2026-10-05T11:00"))
    assert {reading.target: reading.elapsed for reading in readings} == dict.fromkeys(
        ("first_response", "resolution", "next_update"), HOUR
    )
    assert history_of({}) == ((), None)


EVENTS = st.sampled_from(
    [
        ("confirmed", "triaged", None),
        ("held", "triaged", "parts"),
        ("held", "triaged", "weather"),
        ("resumed", "triaged", None),
        ("priority_changed", "triaged", None),
        ("completed", "completed", None),
        ("reopened", "triaged", None),
        ("updated", "assigned", None),
    ]
)
START = datetime(2026, 10, 1, tzinfo=UTC)


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    minutes = sorted(draw(st.lists(st.integers(0, 20_000), min_size=1, max_size=12)))
    return [
        Change(START + timedelta(minutes=minute), event, status, draw(st.sampled_from(["p1", "p2", "p3"])), hold)
        for minute, (event, status, hold) in ((minute, draw(EVENTS)) for minute in minutes)
    ]


@given(histories(), st.integers(0, 30_000), st.sampled_from(POLICY.targets))
def test_the_explanation_is_without_gaps_and_adds_up_to_the_reading(
    history: list[Change], minutes: int, target: Target
) -> None:
    now = START + timedelta(minutes=minutes)
    policy = Policy("standard", "office", (target,))
    reading = evaluate(policy, history, HOURS, start_at=None, now=now)[0]
    segments = explain(policy, target.name, history, HOURS, start_at=None, now=now)
    assert sum((each.length for each in segments), timedelta(0)) == reading.elapsed
    assert all(left.end == right.start for left, right in pairwise(segments))
    assert not segments or segments[-1].end == now


@given(histories(), st.integers(0, 30_000))
def test_the_due_time_is_when_the_clock_would_breach_if_nothing_happens(history: list[Change], minutes: int) -> None:
    now = max(START + timedelta(minutes=minutes), history[-1].at)
    reading = evaluate(Policy("p", "office", (RESOLUTION,)), history, HOURS, start_at=None, now=now)[0]
    if reading.state != "running" or reading.due_at is None:
        return
    second = timedelta(seconds=1)
    before, there = (
        evaluate(Policy("p", "office", (RESOLUTION,)), history, HOURS, start_at=None, now=moment)[0]
        for moment in (reading.due_at - second, reading.due_at)
    )
    assert (before.state, there.state, there.breached_at) == ("running", "breached", reading.due_at)
