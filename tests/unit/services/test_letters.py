"""Notifications go out by mail once, later, or not at all; and a person sees which."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import AuthError, RejectedError, RetryableError, UnknownOutcomeError
from hub.files.data import data_dir
from hub.files.schemas import CanonicalSchemas
from hub.ports.notify import Letter
from hub.ports.outbox import Delivery
from hub.services import letters, records
from hub.services.context import Hub
from hub.services.letters import Post
from hub.storage.sqlite import SqliteStore
from hub.testing.clock import FakeClock, SerialIds

RECIPIENTS = {"warehouse": ("stock@example.com",), "li.na": ("li.na@example.com",)}


class Mailbox:
    """A notifier that keeps what it is given, after the failures that a test asks for."""

    def __init__(self, *failures: Exception) -> None:
        self.letters: list[Letter] = []
        self.failures = list(failures)
        self.refused: tuple[str, ...] = ()

    def send(self, letter: Letter) -> tuple[str, ...]:
        if self.failures:
            raise self.failures.pop(0)
        self.letters.append(letter)
        return self.refused


@pytest.fixture
def hub(sqlite_store: SqliteStore, clock: FakeClock) -> Hub:
    schemas = CanonicalSchemas(data_dir("schemas") / "canonical")
    hub = Hub(sqlite_store, clock, SerialIds(), schemas, cast("Any", None), cast("Any", None))
    return replace(hub, reactions={"notification": (letters.reaction(RECIPIENTS),)})


def notify(hub: Hub, **facts: object) -> str:
    doc: Doc = {"template": "Bring {part}", "params": {"part": "Pump"}, "channel": "console", "state": "recorded"}
    made = hub.store.run(lambda tx: records.create(hub, tx, hub.actor("test"), "notification", {**doc, **facts}))
    return made.id


def deliver(hub: Hub, mailbox: Mailbox) -> int:
    return letters.deliver(hub, Post(mailbox, RECIPIENTS, lambda template, params: template.format(**params)))


def fate(hub: Hub, notification_id: str) -> tuple[str, list[Delivery]]:
    record = hub.store.read(lambda tx: tx.records.need("notification", notification_id))
    return record.doc["state"], hub.store.read(lambda tx: tx.outbox.waiting("notification", notification_id))


def test_who_has_an_address_gets_a_letter_once(hub: Hub) -> None:
    mailbox, told = Mailbox(), notify(hub, to_role="warehouse")
    assert deliver(hub, mailbox) == 1
    assert deliver(hub, mailbox) == 0
    assert [(letter.to, letter.subject) for letter in mailbox.letters] == [(("stock@example.com",), "Bring Pump")]
    assert fate(hub, told) == ("sent", [])


def test_who_has_none_is_told_in_the_console_alone(hub: Hub) -> None:
    told = notify(hub, to_role="dispatcher")
    assert deliver(hub, Mailbox()) == 0
    assert fate(hub, told) == ("recorded", [])


def test_addresses_of_role_person_and_notification_are_written_to_once_each(hub: Hub) -> None:
    mailbox = Mailbox()
    notify(hub, to_role="warehouse", to_user="li.na", address="stock@example.com")
    deliver(hub, mailbox)
    assert mailbox.letters[0].to == ("stock@example.com", "li.na@example.com")


@pytest.mark.parametrize("error", [RetryableError("down"), AuthError("no")])
def test_what_certainly_did_not_go_out_is_tried_again(hub: Hub, clock: FakeClock, error: Exception) -> None:
    mailbox, told = Mailbox(error), notify(hub, to_role="warehouse")
    deliver(hub, mailbox)
    assert fate(hub, told)[0] == "recorded"
    clock.pass_by(timedelta(minutes=1))
    deliver(hub, mailbox)
    assert len(mailbox.letters) == 1
    assert fate(hub, told) == ("sent", [])


def test_what_is_refused_for_good_waits_for_a_person(hub: Hub) -> None:
    told = notify(hub, to_role="warehouse")
    deliver(hub, Mailbox(RejectedError("nobody there")))
    state, (delivery,) = fate(hub, told)
    assert (state, delivery.state, delivery.error) == ("failed", "dead", "nobody there")


def test_a_lost_answer_is_not_answered_by_a_second_letter(hub: Hub, clock: FakeClock) -> None:
    mailbox, told = Mailbox(UnknownOutcomeError("?")), notify(hub, to_role="warehouse")
    deliver(hub, mailbox)
    clock.pass_by(timedelta(days=1))
    assert deliver(hub, mailbox) == 0
    _, (delivery,) = fate(hub, told)
    hub.store.run(lambda tx: tx.outbox.replay(delivery.id))
    deliver(hub, mailbox)
    assert len(mailbox.letters) == 1
    assert fate(hub, told) == ("sent", [])


def test_a_worker_that_died_while_it_sent_leaves_a_question_and_no_second_letter(hub: Hub, clock: FakeClock) -> None:
    class Killed(BaseException):
        pass

    class Deadly(Mailbox):
        def send(self, letter: Letter) -> tuple[str, ...]:
            raise Killed

    told = notify(hub, to_role="warehouse")
    with pytest.raises(Killed):
        deliver(hub, Deadly())
    clock.pass_by(timedelta(hours=1))
    mailbox = Mailbox()
    deliver(hub, mailbox)
    assert mailbox.letters == []
    assert fate(hub, told)[0] == "failed"


def test_refused_addresses_are_counted_on_the_notification(hub: Hub) -> None:
    mailbox, told = Mailbox(), notify(hub, to_role="warehouse", to_user="li.na")
    mailbox.refused = ("li.na@example.com",)
    deliver(hub, mailbox)
    record = hub.store.read(lambda tx: tx.records.need("notification", told))
    assert (record.doc["state"], record.doc["error"]) == ("sent", "refused for 1 of its recipients")
