"""Tells the workers what was enqueued, once it is committed, so that they need not wait for their interval."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast

from hub.ports.inbox import Inbox, Message
from hub.ports.outbox import Delivery, Outbox
from hub.ports.store import Store, UnitOfWork

T = TypeVar("T")
INBOX = "inbox"
OUTBOX = "outbox"


class Bell:
    """Rings its listeners; who listens to nothing is not called."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[str], None]] = []

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call the listener after each commit that enqueued something; it must not block.

        It is told ``inbox`` or ``outbox`` and for which system (``outbox erp``), or not where nobody knows for which.
        """
        self._listeners.append(listener)

    def ring(self, what: str) -> None:
        """Tell everyone."""
        for listener in self._listeners:
            listener(what)


class RingingStore:
    """A store that rings after a commit with something in it for the workers."""

    def __init__(self, store: Store, bell: Bell) -> None:
        self._store = store
        self._bell = bell

    def run(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Run in one durable transaction, then ring."""
        heard: set[str] = set()

        def work(tx: UnitOfWork) -> T:
            heard.clear()
            return fn(cast("UnitOfWork", Overhearing(tx, heard)))  # it hands on every attribute of a unit of work

        result = self._store.run(work)
        for what in sorted(heard):
            self._bell.ring(what)
        return result

    def queue(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Lease work, or mark how it ended: nothing to ring for."""
        return self._store.queue(fn)

    def read(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Run on one snapshot."""
        return self._store.read(fn)


class Overhearing:
    """A unit of work that remembers whether something was enqueued."""

    def __init__(self, tx: UnitOfWork, heard: set[str]) -> None:
        self._tx = tx
        self._heard = heard

    @property
    def inbox(self) -> "OverheardInbox":
        """Received messages."""
        return OverheardInbox(self._tx.inbox, self._heard)

    @property
    def outbox(self) -> "OverheardOutbox":
        """Deliveries."""
        return OverheardOutbox(self._tx.outbox, self._heard)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)


class OverheardInbox:
    """An inbox that remembers arrivals."""

    def __init__(self, inbox: Inbox, heard: set[str]) -> None:
        self._inbox = inbox
        self._heard = heard

    def receive(self, message: Message) -> Message:
        """Store it; what was worked on as it came waits for nobody."""
        if message.state == "new":
            self._heard.add(f"{INBOX} {message.source}")
        return self._inbox.receive(message)

    def replay(self, message_id: str, *, not_before: datetime | None = None) -> None:
        """Make a dead message new again."""
        self._heard.add(INBOX)
        self._inbox.replay(message_id, not_before=not_before)

    def wake(self, source: str, subject: str) -> int:
        """Make due what waits for a subject."""
        woken = self._inbox.wake(source, subject)
        if woken:
            self._heard.add(f"{INBOX} {source}")
        return woken

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inbox, name)


class OverheardOutbox:
    """An outbox that remembers what became due."""

    def __init__(self, outbox: Outbox, heard: set[str]) -> None:
        self._outbox = outbox
        self._heard = heard

    def enqueue(self, delivery: Delivery) -> None:
        """Add it."""
        self._heard.add(f"{OUTBOX} {delivery.system}")
        self._outbox.enqueue(delivery)

    def replay(self, delivery_id: str, *, bulk: bool = False, not_before: datetime | None = None) -> None:
        """Make a dead delivery due again."""
        self._heard.add(OUTBOX)
        self._outbox.replay(delivery_id, bulk=bulk, not_before=not_before)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outbox, name)
