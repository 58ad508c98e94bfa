"""Notifications that also go out by mail: due in the outbox like everything that leaves, so nothing is lost.

A mail server cannot be asked whether it took a letter. When its answer was lost, a person decides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from hub.domain.documents import Doc
from hub.domain.errors import AuthError, HubError, RetryableError, StaleError, UnknownOutcomeError
from hub.domain.retry import next_attempt
from hub.ports.notify import Letter, Notifier
from hub.ports.outbox import Delivery
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor, Hub, Reaction

MAIL = "mail"
ENTITY = "notification"
DOUBT = "The mail server gave no answer: the letter may have gone out. Replay sends it again."
LEASE = timedelta(minutes=5)  # a conversation with a mail server takes five steps, each with a limit of its own
Recipients = Mapping[str, tuple[str, ...]]
Translate = Callable[[str, Doc], str]


def reaction(recipients: Recipients) -> Reaction:
    """What a new notification brings with it: a letter is due when somebody in it has an address."""

    def react(hub: Hub, tx: UnitOfWork, actor: Actor, before: Record | None, after: Record) -> None:
        if before is None and addresses(after.doc, recipients):
            records.enqueue(hub, tx, actor, MAIL, after, goal=None)

    return react


def addresses(notification: Doc, recipients: Recipients) -> tuple[str, ...]:
    """Where a notification goes: its own address, and those of its role and person; each once."""
    own = [notification["address"]] if notification.get("address") else []
    named = [recipients.get(notification.get(name, ""), ()) for name in ("to_role", "to_user")]
    return tuple(dict.fromkeys([*own, *(address for group in named for address in group)]))


@dataclass(frozen=True)
class Post:
    """How letters go out: by what, to whom, in which words."""

    notifier: Notifier
    recipients: Recipients
    translate: Translate


def deliver(hub: Hub, post: Post, limit: int = 8) -> int:
    """Attempt the letters that are due; says how many."""
    due = hub.store.queue(lambda tx: tx.outbox.claim(MAIL, now=hub.clock.now(), lease_for=LEASE, limit=limit))
    for delivery in due:
        try:
            attempt(hub, post, delivery)
        except StaleError:
            continue  # the lease ended meanwhile: whoever holds it decides
    return len(due)


def attempt(hub: Hub, post: Post, delivery: Delivery) -> None:
    """One attempt at one letter ends as sent, later or given up."""
    if delivery.state == "sent":
        give_up(hub, delivery, DOUBT)
        return
    try:
        done(hub, delivery, send(hub, post, delivery))
    except (RetryableError, AuthError) as error:
        later(hub, delivery, error)
    except UnknownOutcomeError:
        give_up(hub, delivery, DOUBT)
    except StaleError:
        raise
    except HubError as error:
        give_up(hub, delivery, str(error))


def send(hub: Hub, post: Post, delivery: Delivery) -> tuple[str, ...]:
    """Hand the letter over, its intent committed first; gives the addresses that were refused."""
    letter = hub.store.read(lambda tx: letter_of(tx, delivery, post))
    now = hub.clock.now()
    hub.store.run(lambda tx: tx.outbox.intend(delivery, {"to": list(letter.to)}, now=now, until=now + LEASE))
    return post.notifier.send(letter)


def letter_of(tx: UnitOfWork, delivery: Delivery, post: Post) -> Letter:
    """The letter of a notification; the ticket's number stands in its subject."""
    notification = tx.records.need(ENTITY, delivery.record_id).doc
    text = post.translate(notification["template"], notification.get("params", {}))
    ticket = tx.records.get("ticket", notification["ticket_id"]) if notification.get("ticket_id") else None
    number = f"[{ticket.doc['number']}] " if ticket and ticket.doc.get("number") else ""
    return Letter(delivery.record_id, addresses(notification, post.recipients), f"{number}{text}"[:200], f"{text}\n")


def done(hub: Hub, delivery: Delivery, refused: tuple[str, ...]) -> None:
    """The server has it."""
    facts: Doc = {"state": "sent", "sent_at": hub.clock.now().isoformat()}
    if refused:
        facts["error"] = f"refused for {len(refused)} of its recipients"
    finish(hub, delivery, facts, lambda tx: tx.outbox.done(delivery))


def give_up(hub: Hub, delivery: Delivery, error: str) -> None:
    """A person decides."""
    finish(hub, delivery, {"state": "failed", "error": error[:500]}, lambda tx: tx.outbox.dead(delivery, error=error))


def later(hub: Hub, delivery: Delivery, error: HubError) -> None:
    """It certainly did not go out."""
    at = next_attempt(delivery.id, delivery.attempt, now=hub.clock.now())
    hub.store.run(lambda tx: tx.outbox.later(delivery, not_before=at, error=str(error)))


def finish(hub: Hub, delivery: Delivery, facts: Doc, mark: Callable[[UnitOfWork], None]) -> None:
    """Record on the notification what became of it, with the delivery's end."""
    actor = Actor(MAIL, delivery.correlation)

    def work(tx: UnitOfWork) -> None:
        mark(tx)
        records.change(hub, tx, actor, tx.records.need(ENTITY, delivery.record_id), facts)

    hub.store.run(work)
