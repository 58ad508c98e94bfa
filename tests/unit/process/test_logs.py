"""A log line has the facts of the allow-list, and nothing that is secret or personal, whoever wrote it."""

import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from hub.ports.secrets import Secret, hidden
from hub.process import logs

CANARY = "canary-0f9e8d7c"


@pytest.fixture
def _root() -> Iterator[None]:
    root = logging.getLogger()
    level, hook = root.level, threading.excepthook
    yield
    for handler in [one for one in root.handlers if isinstance(one, logs.Handler)]:
        root.removeHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    threading.excepthook = hook


@pytest.fixture
def lines(_root: None, capsys: pytest.CaptureFixture[str]) -> Any:
    logs.configure("json", logging.DEBUG)
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_an_object_with_the_facts_that_were_given(lines: Any) -> None:
    facts = {"system": "erp", "record": "01J", "correlation": "k", "duration": 0.25, "phone": "13800138000"}
    logging.getLogger("hub.services.signals").info("delivered", extra=facts)
    (line,) = lines()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "hub.services.signals",
        "event": "delivered",
        "system": "erp",
        "record": "01J",
        "correlation": "k",
        "duration": 0.25,
    }


@pytest.mark.usefixtures("_root")
def test_a_line_of_text_says_the_same_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("text", logging.INFO)
    logging.getLogger("hub.jobs").warning("a worker fails", extra={"job": "poll erp", "reason": "erp: no\nanswer"})
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "warning hub.jobs: a worker fails job=poll erp reason=erp: no answer" in told


def test_of_an_exception_class_and_places_are_told_and_never_its_text(lines: Any) -> None:
    try:
        int(CANARY)
    except ValueError:
        logging.getLogger("hub.x").exception("broke")
    (line,) = lines()
    assert (line["error"], CANARY in json.dumps(line)) == ("ValueError", False)
    assert "test_logs.py" in line["where"]


@pytest.mark.parametrize("name", ["urllib3.connectionpool", "sqlalchemy.engine", "zeep.transports", "werkzeug"])
def test_what_a_library_fills_in_is_left_out(lines: Any, name: str) -> None:
    log = logging.getLogger(f"{name}.test")
    log.setLevel(logging.DEBUG)
    log.debug('%s "GET %s"', CANARY, f"/x?token={CANARY}")
    log.warning(f"body: {CANARY}")  # noqa: G004 - as libraries do
    log.error({"body": CANARY})
    told = lines()
    assert CANARY not in json.dumps(told)
    assert told[0]["event"].startswith('%s "GET %s" (test_logs.')


@pytest.mark.parametrize(
    "private",
    [
        *("li.lei@example.com", "+8613800138000", "138 0013 8000", "91310000MA1FL2B123x 6222021234567890"),
        *("Bearer abcdef", "th_0123456789abcdef", "https://erp/x?key=abc"),
    ],
)
def test_what_looks_private_is_struck_out_of_our_own_sentences(lines: Any, private: str) -> None:
    logging.getLogger("hub.x").info("Refused: %s.", private, extra={"reason": private})
    (line,) = lines()
    assert private not in json.dumps(line)
    assert "***" in line["event"]
    assert "***" in line["reason"]


@pytest.mark.parametrize("plain", ["01KB2W7QZ5X8M4N9R6T3V1Y0AB", "status 422", "2 of 14 records", "a-1:5", "10.0.0.1"])
def test_ids_codes_and_counts_stay(lines: Any, plain: str) -> None:
    logging.getLogger("hub.x").info("It is %s.", plain)
    assert lines()[0]["event"] == f"It is {plain}."


def test_a_secret_that_the_process_holds_is_struck_out_wherever_it_appears(lines: Any) -> None:
    secret = Secret(CANARY)
    logging.getLogger("hub.x").info("sent %s", secret.reveal(), extra={"reason": f"x{CANARY}y"})
    assert CANARY not in json.dumps(lines())
    assert hidden(f"a {CANARY}") == "a ***"


def test_a_thread_that_breaks_does_not_print_what_it_held(lines: Any) -> None:
    logs.watch_threads()

    def work() -> None:
        raise ValueError(CANARY)

    thread = threading.Thread(target=work, name="poll erp")
    thread.start()
    thread.join()
    (line,) = lines()
    assert (line["event"], line["error"], line["job"]) == ("a thread ended", "ValueError", "poll erp")
    assert CANARY not in json.dumps(line)


def test_a_line_that_cannot_be_written_is_dropped_without_a_word(lines: Any) -> None:
    record = logging.LogRecord("hub.x", logging.INFO, __file__, 1, "%d", (CANARY,), None)
    next(one for one in logging.getLogger().handlers if isinstance(one, logs.Handler)).handle(record)
    assert lines() == []


def test_configuring_again_replaces_and_does_not_double(lines: Any) -> None:
    logs.configure("json", logging.INFO)
    logging.getLogger("hub.x").info("once")
    assert len(lines()) == 1
