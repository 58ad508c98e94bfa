"""A person finds the stops of a message by any id at hand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.bootstrap import build
from hub.files.settings import load
from hub.ports.inbox import Message
from hub.ports.store import UnitOfWork
from hub.ports.trace import STOPS, Stop
from tests.unit.cli.conftest import Run

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def story(run: Run, directory: Path) -> None:
    def work(tx: UnitOfWork) -> None:
        tx.inbox.receive(Message("m1", "erp", "hint", None, b"{}", "k1", NOW))
        tx.trace.note(Stop("k1", NOW, "received", "erp", "customer", "", "hint for {id}", {"id": "7"}))
        tx.trace.note(Stop("k1", NOW, "applied", "erp", "customer", "c1", "created {id}", {"id": "c1"}))

    with build(load(directory), {}) as container:
        container.hub.store.run(work)


@pytest.mark.parametrize("any_id", ["k1", "m1"])
def test_the_eight_stops_of_a_message_are_found_by_its_ids(run: Run, any_id: str) -> None:
    lines = run("trace", any_id).output.splitlines()
    assert [line[2:12].strip() for line in lines] == list(STOPS)
    assert lines[0].startswith("+ received")
    assert lines[0].endswith("hint for 7")
    assert lines[5].endswith("created c1")


@pytest.mark.parametrize("any_id", [["c1"], ["customer/c1"], ["customer", "c1"]])
def test_the_stops_of_a_record_are_found_by_its_id(run: Run, any_id: list[str]) -> None:
    (line,) = run("trace", *any_id).output.splitlines()
    assert line.endswith("created c1")


def test_an_unknown_id_says_which_ids_there_are(run: Run) -> None:
    assert "give a correlation" in run("trace", "nothing", code=4).output
