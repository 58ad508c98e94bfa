"""What the hub says of its work: counts, and log lines without a word of what it works on."""

import logging

import pytest

from hub.domain.errors import InvalidError, RejectedError
from hub.ports.store import Store
from hub.process.meter import PrometheusMeter
from hub.services import signals
from hub.services.levels import levels
from hub.testing.clock import FakeClock
from tests.sync_bench import Bench, bench


@pytest.fixture
def b(sqlite_store: Store, clock: FakeClock) -> Bench:
    made = bench(sqlite_store, clock)
    object.__setattr__(made.hub, "meter", PrometheusMeter())
    return made


def text_of(b: Bench) -> str:
    return b.hub.meter.text(levels(b.hub, {})).decode()


def test_a_crossing_is_counted_on_its_way_out_and_polls_by_what_they_saw(b: Bench) -> None:
    b.add("customer", name="A")
    b.run(3)
    text = text_of(b)
    assert 'tickethub_done_total{direction="out",system="erp"} 1.0' in text
    assert 'tickethub_polls_total{object="party",system="erp"} 3.0' in text
    assert 'tickethub_polled_records_total{object="party",system="erp"} 2.0' in text
    assert 'tickethub_lag_seconds{direction="out",system="erp"} 0.0' in text


def test_a_system_that_is_down_shows_as_lag_errors_and_the_oldest_waiting(b: Bench) -> None:
    b.erp.down = True
    b.add("customer", name="A")
    b.run(5)
    text = text_of(b)
    assert 'tickethub_errors_total{direction="out",error="RetryableError",system="erp"}' in text
    assert 'tickethub_oldest_waiting_seconds{direction="out",system="erp"} 5.0' in text
    assert 'tickethub_queue_length{direction="out",state="ready",system="erp"} 1.0' in text


def test_a_breaker_shows_as_open_when_calls_fail_and_as_closed_when_they_work(b: Bench) -> None:
    b.add("customer", name="A")
    b.run(2)
    assert 'tickethub_breaker_open{operation="write",system="erp"} 0.0' in text_of(b)
    b.erp.down = True
    for number in range(8):
        b.add("customer", name=f"B{number}")
        b.run(1)
    assert 'tickethub_breaker_open{operation="write",system="erp"} 1.0' in text_of(b)


def test_a_held_mapping_shows(b: Bench) -> None:
    b.hub.holds.replace("erp", {"customer": ("phone",)})
    assert 'tickethub_held_mappings{entity="customer",system="erp"} 1.0' in text_of(b)


def test_the_log_names_record_and_class_and_no_value(b: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    b.erp.fail("create", "refuse")
    b.add("customer", name="Geheim GmbH", phone="+8613800138000")
    b.run(2)
    (line,) = [one for one in caplog.records if one.message == "not delivered"]
    assert (line.system, line.error, line.reason) == ("erp", "RejectedError", "The fake system refuses.")  # type: ignore[attr-defined] # given as extra
    assert "Geheim" not in caplog.text
    assert "13800138000" not in caplog.text


def test_a_summary_keeps_status_and_system_and_drops_all_else() -> None:
    error = RejectedError("{system} refused with {status}: {reason}", system="erp", status=422, reason="Li Lei")
    assert signals.summary(error) == "erp refused with 422: …"
    assert signals.summary(InvalidError("{name} is wrong", name="Li Lei")) == "… is wrong"
    assert signals.summary(ValueError("Li Lei")) == "ValueError"
