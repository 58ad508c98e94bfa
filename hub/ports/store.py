"""The store: one function, one transaction."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from hub.ports.accounts import Accounts
from hub.ports.audit import Audit
from hub.ports.budgets import Budgets
from hub.ports.cursors import Cursors
from hub.ports.grants import GrantRows
from hub.ports.idempotency import Idempotency
from hub.ports.inbox import Inbox
from hub.ports.levels import Levels
from hub.ports.links import Links
from hub.ports.matches import Matches
from hub.ports.outbox import Outbox
from hub.ports.pauses import Pauses
from hub.ports.records import Records
from hub.ports.reports import Reports
from hub.ports.reviews import Reviews
from hub.ports.runs import Runs
from hub.ports.search import Search
from hub.ports.timers import Timers
from hub.ports.trace import Trace

T = TypeVar("T")


class UnitOfWork(Protocol):
    """Every repository, on one transaction."""

    @property
    def records(self) -> Records: ...  # noqa: D102 - the type says it
    @property
    def links(self) -> Links: ...  # noqa: D102
    @property
    def inbox(self) -> Inbox: ...  # noqa: D102
    @property
    def outbox(self) -> Outbox: ...  # noqa: D102
    @property
    def matches(self) -> Matches: ...  # noqa: D102
    @property
    def cursors(self) -> Cursors: ...  # noqa: D102
    @property
    def budgets(self) -> Budgets: ...  # noqa: D102
    @property
    def pauses(self) -> Pauses: ...  # noqa: D102
    @property
    def grants(self) -> GrantRows: ...  # noqa: D102
    @property
    def reviews(self) -> Reviews: ...  # noqa: D102
    @property
    def runs(self) -> Runs: ...  # noqa: D102
    @property
    def audit(self) -> Audit: ...  # noqa: D102
    @property
    def trace(self) -> Trace: ...  # noqa: D102
    @property
    def accounts(self) -> Accounts: ...  # noqa: D102
    @property
    def idempotency(self) -> Idempotency: ...  # noqa: D102
    @property
    def timers(self) -> Timers: ...  # noqa: D102
    @property
    def search(self) -> Search: ...  # noqa: D102
    @property
    def levels(self) -> Levels: ...  # noqa: D102
    @property
    def reports(self) -> Reports: ...  # noqa: D102

    def attempt(self, fn: Callable[[], object]) -> Exception | None:
        """Run ``fn`` as a part of the transaction that may fail by itself; gives what it failed with.

        What it wrote is taken back then. What concerns the whole transaction (a lost connection, a race) is raised.
        """
        ...

    def next_number(self, series: str) -> int:
        """The next number of a series (ticket, call ...): unique and growing, with gaps after a roll-back."""
        ...


class Store(Protocol):
    """Runs functions on the database."""

    def run(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Run ``fn`` in one durable transaction and give its result once that is committed.

        ``fn`` may run more than once, so it does no IO and no slow hashing. RetryableError when the database cannot
        be written now; what ``fn`` raises rolls back its work alone.
        """
        ...

    def queue(self, fn: Callable[[UnitOfWork], T]) -> T:
        """The same for nothing but leasing work of the inbox or the outbox, and marking how leased work ended.

        Row locks and fences make that right, so processes that do it at once do not get in each other's way; ``fn``
        sees in each statement what others have committed by then.
        """
        ...

    def read(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Run ``fn`` on one consistent snapshot, beside the writers."""
        ...
