"""Named places at which a test may kill the process, to prove that a restart ends in the same state."""

from typing import Protocol

CRASH_POINTS = {
    "inbox.stored": "a message is in the inbox, its sender is not yet answered",
    "inbound.page_read": "a page of changes was read, nothing of it is written yet",
    "inbound.page_taken": "some of a page is committed, the cursor has not moved",
    "inbound.listed": "all of a window is committed, the cursor has not moved",
    "inbound.fetched": "the record was read from the system, nothing is written yet",
    "inbound.merged": "record, shadow and reactions are committed, the message is not yet marked done",
    "sweep.read": "some ids of a sweep were read, its place has not moved",
    "load.page_taken": "a page of a load is committed, its place has not moved",
    "outbox.claimed": "a worker holds the lease, nothing is frozen yet",
    "outbox.sent": "the intent and its payload are committed, the call is not yet made",
    "outbox.called": "the system has answered, the answer is not yet recorded",
    "outbox.linked": "the link is committed, the document has not reached its goal state",
    "outbox.stepped": "one step of a document was called, its new state is not yet recorded",
    "outbox.done": "the delivery is committed as done",
}


class CrashPoints(Protocol):
    """Called at each named place."""

    def reach(self, name: str) -> None:
        """Say that the named place is reached; under test the process may die here."""
        ...


class NoCrash:
    """The crash points of ordinary running: nothing happens."""

    def reach(self, name: str) -> None:
        """Do nothing."""
