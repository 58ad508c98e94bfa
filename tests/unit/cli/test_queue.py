"""What was given up is seen, shown and tried again."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.bootstrap import build
from hub.files.settings import load
from hub.ports.inbox import Message
from hub.ports.outbox import Delivery
from hub.ports.store import UnitOfWork
from tests.unit.cli.conftest import Run

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LEASE = timedelta(minutes=1)


@pytest.fixture
def given_up(run: Run, directory: Path) -> None:
    """A delivery and a message that were given up."""

    def work(tx: UnitOfWork) -> None:
        tx.outbox.enqueue(Delivery("d1", "erp", "customer", "c1", "k1", NOW))
        tx.inbox.receive(Message("m1", "erp", "hint", None, b'{"id": 7}', "k2", NOW))
        for delivery in tx.outbox.claim("erp", now=NOW, lease_for=LEASE, limit=1):
            tx.outbox.dead(delivery, error="credit hold")
        for message in tx.inbox.claim(now=NOW, lease_for=LEASE, limit=1):
            tx.inbox.dead(message, error="unknown unit")

    with build(load(directory), {}) as container:
        container.hub.store.run(work)


@pytest.mark.usefixtures("given_up")
def test_dead_ones_are_listed_with_their_reason(run: Run) -> None:
    output = run("queue", "list", "--state", "dead").output
    assert "credit hold" in output
    assert "unknown unit" in output
    assert "Nothing is there" in run("queue", "list", "--state", "ready").output
    assert "Nothing is there" in run("queue", "list", "--system", "crm").output


@pytest.mark.usefixtures("given_up")
def test_one_is_shown_with_what_it_carries(run: Run) -> None:
    assert json.loads(run("queue", "show", "m1", "--json").output)["raw"] == '{"id": 7}'
    assert json.loads(run("queue", "show", "d1", "--json").output)["what"] == "customer/c1"
    assert "no message or delivery" in run("queue", "show", "x", code=4).output


@pytest.mark.usefixtures("given_up")
def test_replaying_makes_them_due_again_and_is_audited(run: Run, directory: Path) -> None:
    assert "outbox" in run("queue", "replay", "d1").output
    assert "inbox" in run("queue", "replay", "m1").output
    assert [item["state"] for item in json.loads(run("queue", "list", "--json").output)["items"]] == ["new", "ready"]
    with build(load(directory), {}, writes=False) as container:
        trail = container.hub.store.read(lambda tx: tx.audit.of_record("customer", "c1"))
    assert [entry.action for entry in trail] == ["replay"]


@pytest.mark.usefixtures("given_up")
def test_what_is_not_dead_is_not_replayed(run: Run) -> None:
    run("queue", "replay", "d1")
    assert "no dead delivery d1" in run("queue", "replay", "d1", code=4).output
    assert "no message or delivery" in run("queue", "replay", "x", code=4).output
