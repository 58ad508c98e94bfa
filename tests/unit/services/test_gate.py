"""What a gate learns of calls that a connector refuses by itself, and of those that a system refuses."""

from collections.abc import Callable

import pytest

from hub.domain.errors import HubError, RejectedError, RetryableError
from hub.domain.sync.breaker import FAILURES, LONGEST_PAUSE, Position
from hub.domain.sync.budget import Budget
from hub.ports.hearing import heard
from hub.ports.store import Store
from hub.services.gate import Gate, GateState, Kind, Purpose
from hub.testing.clock import FakeClock


@pytest.fixture
def gate(sqlite_store: Store, clock: FakeClock) -> Gate:
    return Gate("erp", full=4, budget=Budget(), clock=clock, store=sqlite_store, alarm=lambda _: None)


def refuse() -> None:
    raise RejectedError("It has no such object")


def be_refused() -> None:
    heard()
    refuse()


def be_down() -> None:
    raise RetryableError("It does not answer")


def called(gate: Gate, work: Callable[[], None]) -> GateState:
    """How reading stands after a call that fails."""
    with pytest.raises(HubError):
        gate.call(Kind.READ, Purpose.LIVE, work)
    return next(one for one in gate.states() if one.kind is Kind.READ)


def test_what_was_refused_here_is_no_answer(gate: Gate) -> None:
    assert called(gate, refuse).answered_at is None


def test_what_was_refused_there_is_an_answer(gate: Gate, clock: FakeClock) -> None:
    assert called(gate, be_refused).answered_at == clock.now()


def test_what_was_refused_here_does_not_make_a_system_well(gate: Gate, clock: FakeClock) -> None:
    for _ in range(FAILURES):
        called(gate, be_down)
    clock.pass_by(LONGEST_PAUSE)
    assert called(gate, refuse).position is Position.OPEN
    assert called(gate, be_refused).position is Position.CLOSED


def test_a_call_within_a_call_is_heard_for_itself(gate: Gate, sqlite_store: Store, clock: FakeClock) -> None:
    other = Gate("crm", full=4, budget=Budget(), clock=clock, store=sqlite_store, alarm=lambda _: None)

    def ask_the_other() -> None:
        called(other, be_refused)
        refuse()

    assert called(gate, ask_the_other).answered_at is None
