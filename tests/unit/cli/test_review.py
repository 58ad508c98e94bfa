"""Questions on the command line: listed, shown, settled; and where values came from."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.bootstrap import build
from hub.files.settings import load
from hub.ports.inbox import Message
from hub.ports.reviews import Review
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor
from tests.unit.cli.conftest import Run

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def asked(run: Run, directory: Path) -> str:
    """A customer, a fact that somebody should look at, and a message that was given up; gives the customer's id."""
    with build(load(directory), {}) as container:
        hub = container.hub

        def work(tx: UnitOfWork) -> str:
            record = records.create(hub, tx, Actor("li", "k1"), "customer", {"name": "A", "code": "C-1"})
            detail = {"path": "closed", "template": "It was closed.", "params": {}}
            tx.reviews.open(Review("r1", "fact", "customer", record.id, "erp", detail, "k2", NOW))
            tx.inbox.receive(Message("m1", "erp", "hint", None, b'{"id": 7}', "k2", NOW))
            for message in tx.inbox.claim(now=NOW, lease_for=hub.clock.now() - NOW, limit=1):
                tx.inbox.dead(message, error="unknown unit")
            return record.id

        return hub.store.run(work)


def test_a_question_is_listed_shown_and_settled(run: Run, asked: str) -> None:
    assert "r1" in run("review", "list").output
    assert "Nothing is to be settled" in run("review", "list", "--kind", "gone").output
    assert json.loads(run("review", "show", "r1", "--json").output)["choices"] == ["acknowledge"]
    assert "choose one of acknowledge" in run("review", "settle", "r1", "hub", code=3).output
    assert "r1 is settled" in run("review", "settle", "r1", "acknowledge", "--note", "seen").output
    assert "settled already" in run("review", "settle", "r1", "acknowledge", code=6).output
    assert "There is no review x" in run("review", "show", "x", code=4).output
    assert (
        "operator" in json.loads(run("review", "list", "--state", "settled", "--json").output)["items"][0]["settled_by"]
    )


def test_duplicates_are_looked_for(run: Run, asked: str, directory: Path) -> None:
    with build(load(directory), {}) as container:
        hub = container.hub
        hub.store.run(lambda tx: records.create(hub, tx, Actor("li", "k"), "customer", {"name": "B", "code": "C-1"}))
    assert "1 new questions" in run("review", "suggest").output


def test_a_value_says_where_it_came_from(run: Run, asked: str) -> None:
    output = run("trace", "customer", asked, "--fields").output
    assert 'name = "A"' in output
    assert "from li" in output
    assert "passed" in json.loads(run("trace", "k1", "--json").output)["walk"][0]["state"]
    assert "applied" in run("trace", "k1").output


def test_many_are_tried_again_or_one_is_dropped(run: Run, asked: str) -> None:
    assert "Give an ID" in run("queue", "replay", code=2).output
    assert "1 would be tried again" in run("queue", "replay", "--system", "erp", "--preview").output
    assert "not known with which mapping" in run("queue", "replay", "m1", "--mapping", "original", code=6).output
    assert "1 are due again" in run("queue", "replay", "--system", "erp", "--rate", "2").output
    assert "no dead message m1" in run("queue", "drop", "m1", "--reason", "a test", code=4).output
