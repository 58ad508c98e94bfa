"""The inbox in SQL: raw messages are sealed; the digest of a waiting hint finds its equal."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Exists, RowMapping, and_, bindparam, exists, or_, select, text, update

from hub.domain.errors import NotFoundError, StaleError
from hub.ports.failure import Failure
from hub.ports.inbox import Message
from hub.storage.cipher import Cipher
from hub.storage.failures import loaded, stored
from hub.storage.prepared import Prepared, Row
from hub.storage.sql import (
    AMONG,
    Repository,
    by_fence,
    chosen_by,
    dumps,
    insert_on,
    instant_or_none,
    loads,
    stamp,
    stamp_or_none,
)
from hub.storage.tables.queues import INBOX
from hub.storage.wire import Wire

ARRIVING = ("id", "source", "kind", "key", "digest", "raw", "headers", "correlation", "received_at", "subject", "state",
            "attempt", "fence", "not_before")  # fmt: skip
ARRIVE = Prepared(lambda dialect: insert_on(dialect)(INBOX).on_conflict_do_nothing(), ARRIVING)

PARKED = (
    INBOX.c.source == bindparam("its_source"),
    INBOX.c.waits_for == bindparam("its_subject"),
    INBOX.c.waits_for.is_not(None),
)
MOST_KEPT = 100  # subjects that are waited for, of which a transaction keeps the names
WAITED_FOR = Prepared(
    lambda _: (
        select(INBOX.c.waits_for)
        .where(INBOX.c.source == bindparam("its_source"), INBOX.c.waits_for.is_not(None))
        .limit(bindparam("most"))
    )
)
END = Prepared(
    lambda dialect: text(
        "UPDATE inbox SET state = 'done', lease_until = NULL, waits_for = NULL, error = NULL "
        f"WHERE {AMONG[dialect].format(column='id')} AND fence = :fence "
        "AND state || '' = 'new'"  # by their ids, never by the queue's index
    )
)
WAKE = Prepared(lambda _: update(INBOX).where(*PARKED).values(state="new", waits_for=None, not_before=None))
ONE_BY_ONE = "SELECT pg_advisory_xact_lock(7238001)"  # else two would each take a message of the same subject


def claiming(dialect: str, *, of_one: bool) -> Any:
    """Leases what is due and what nobody holds, oldest first, none of a subject that is being worked on."""
    now = bindparam("now", type_=INBOX.c.lease_until.type)
    free: list[Any] = [
        text("inbox.state = 'new'"),
        or_(INBOX.c.lease_until.is_(None), INBOX.c.lease_until < now),
        or_(INBOX.c.not_before.is_(None), INBOX.c.not_before <= now),
        or_(INBOX.c.subject.is_(None), ~in_work(now)),
        *([INBOX.c.source == bindparam("its_source")] if of_one else []),
    ]
    ids = select(INBOX.c.id).where(*free).order_by(INBOX.c.received_at, INBOX.c.id).limit(bindparam("most"))
    lease = {"lease_until": bindparam("until"), "fence": INBOX.c.fence + 1, "attempt": INBOX.c.attempt + 1}
    return update(INBOX).where(chosen_by(dialect, INBOX.c.id, ids)).values(lease).returning(*INBOX.c)


def in_work(now: Any) -> Exists:
    """Whether another message of the same subject is being worked on."""
    other = INBOX.alias("other")
    same = (other.c.source == INBOX.c.source, other.c.subject == INBOX.c.subject, text("other.state = 'new'"))
    return exists().where(*same, other.c.id != INBOX.c.id, other.c.lease_until >= now)


CLAIM = {each: Prepared(partial(claiming, of_one=each)) for each in (False, True)}
MARKS: dict[tuple[str, ...], Prepared] = {}


def marking(columns: tuple[str, ...]) -> Prepared:
    """An update of one message that is not done, by who holds it."""
    mine = (INBOX.c.id == bindparam("mine"), INBOX.c.fence == bindparam("held"), text("state = 'new'"))
    return Prepared(lambda _: update(INBOX).where(*mine), columns)


class SqlInbox(Repository):
    """Received messages."""

    def __init__(self, wire: Wire, cipher: Cipher) -> None:
        super().__init__(wire)
        self._cipher = cipher
        self._waited_for: dict[str, set[str]] = {}  # by source; of one for which too much waits, nothing is kept

    def receive(self, message: Message) -> Message:
        """Store it, or give the known one back."""
        digest = hashlib.sha256(f"{message.source}\0{message.kind}\0".encode() + message.raw).digest()
        values = {
            "id": message.id,
            "source": message.source,
            "kind": message.kind,
            "key": message.key,
            "digest": digest,
            "raw": self._cipher.seal(message.raw.decode("latin-1"), context(message.id)),
            "headers": dumps(dict(message.headers)),
            "correlation": message.correlation,
            "received_at": stamp(message.received_at),
            "subject": message.subject,
            "state": message.state,
            "attempt": 0,
            "fence": 0,
            "not_before": stamp_or_none(message.not_before),
        }
        if message.key is None:
            unprocessed = and_(INBOX.c.state == "new", INBOX.c.lease_until.is_(None))
            waiting = select(INBOX).where(INBOX.c.digest == digest, or_(unprocessed, INBOX.c.state == "dead"))
            row = self.first(waiting)
            if row is not None:
                return self._message(row)
        if ARRIVE.change(self._wire, values):
            return message
        row = self.first(select(INBOX).where(INBOX.c.source == message.source, INBOX.c.key == message.key))
        if row is None:
            raise StaleError("Message {id} was written by another transaction: try again.", id=message.id)
        return self._message(row)

    def get(self, message_id: str) -> Message | None:
        """One message."""
        row = self.first(select(INBOX).where(INBOX.c.id == message_id))
        return None if row is None else self._message(row)

    def claim(self, source: str | None = None, *, now: datetime, lease_for: timedelta, limit: int) -> list[Message]:
        """Lease waiting messages, oldest first, none of a subject that is being worked on."""
        if self._wire.dialect.name == "postgresql":
            self._wire.later(ONE_BY_ONE)
        values = {"now": stamp(now), "until": stamp(now + lease_for), "most": limit}
        if source is not None:
            values["its_source"] = source
        rows = CLAIM[source is not None].rows(self._wire, values)
        return [self._message(row) for row in sorted(rows, key=lambda row: (row["received_at"], row["id"]))]

    def done(self, *messages: Message) -> None:
        """Mark processed."""
        for fence, ids in by_fence(messages).items():
            if END.change(self._wire, {"ids": dumps(ids), "fence": fence}) != len(ids):
                raise StaleError("Message {id} was taken over by another worker.", id=ids[0])

    def later(self, message: Message, *, not_before: datetime, error: str) -> None:
        """Give back for a later attempt."""
        self._mark(message, lease_until=None, not_before=stamp(not_before), waits_for=None, error=error)

    def park(self, message: Message, *, waits_for: str, not_before: datetime, error: str) -> None:
        """Give back until it is woken."""
        waiting = {"not_before": stamp(not_before), "waits_for": waits_for, "error": error}
        self._mark(message, lease_until=None, **waiting)

    def wake(self, source: str, subject: str) -> int:
        """Make due what waits for a subject."""
        if source not in self._waited_for:
            rows = WAITED_FOR.rows(self._wire, {"its_source": source, "most": MOST_KEPT})
            self._waited_for[source] = {row["waits_for"] for row in rows}
        known = self._waited_for[source]
        if subject not in known and len(known) < MOST_KEPT:  # as nearly always
            return 0
        return WAKE.change(self._wire, {"its_source": source, "its_subject": subject})

    def forget(self) -> None:
        """Drop what was kept: some of it was changed, or taken back."""
        self._waited_for.clear()

    def waiting_for(self, source: str, subject: str) -> str | None:
        """What the parked message of a subject waits for."""
        mine = (INBOX.c.source == source, INBOX.c.subject == subject, INBOX.c.state == "new")
        row = self.first(select(INBOX.c.waits_for).where(*mine, INBOX.c.waits_for.is_not(None)))
        return None if row is None else str(row["waits_for"])

    def has_new(self, source: str, subject: str) -> bool:
        """Whether a message of the subject is yet to be processed."""
        mine = (INBOX.c.source == source, INBOX.c.subject == subject, INBOX.c.state == "new")
        return self.first(select(INBOX.c.id).where(*mine).limit(1)) is not None

    def dead(
        self, message: Message, *, error: str, failure: Failure | None = None, waits_for: str | None = None
    ) -> None:
        """Give up."""
        self._mark(message, state="dead", lease_until=None, waits_for=waits_for, error=error, **stored(failure))

    def replay(self, message_id: str, *, not_before: datetime | None = None) -> None:
        """Make a dead message new again."""
        dead = (INBOX.c.id == message_id, INBOX.c.state == "dead")
        again = {"state": "new", "attempt": 0, "lease_until": None, "waits_for": None}
        again |= {"not_before": stamp_or_none(not_before)}
        if not self.change(update(INBOX).where(*dead).values(again)):
            raise NotFoundError("There is no dead message {id}.", id=message_id)

    def drop(self, message_id: str) -> None:
        """Give up for good."""
        dead = (INBOX.c.id == message_id, INBOX.c.state == "dead")
        if not self.change(update(INBOX).where(*dead).values(state="dropped", waits_for=None)):
            raise NotFoundError("There is no dead message {id}.", id=message_id)

    def dead_ones(self, *, since: datetime | None = None, after: str = "", limit: int = 500) -> list[Message]:
        """Those that were given up."""
        statement = select(INBOX).where(INBOX.c.state == "dead", INBOX.c.id > after)
        if since is not None:
            statement = statement.where(INBOX.c.received_at >= stamp(since))
        return [self._message(row) for row in self.rows(statement.order_by(INBOX.c.id).limit(limit))]

    def release(self) -> int:
        """End every lease."""
        return self.change(update(INBOX).where(INBOX.c.lease_until.is_not(None)).values(lease_until=None))

    def listing(self, *, state: str | None = None, limit: int = 100) -> list[Message]:
        """The newest messages."""
        statement = select(INBOX).order_by(INBOX.c.id.desc()).limit(limit)
        if state is not None:
            statement = statement.where(INBOX.c.state == state)
        return [self._message(row) for row in self.rows(statement)]

    def _mark(self, message: Message, **values: Any) -> None:
        self.forget()
        columns = tuple(values)
        prepared = MARKS.get(columns) or MARKS.setdefault(columns, marking(columns))
        if not prepared.change(self._wire, {**values, "mine": message.id, "held": message.fence}):
            raise StaleError("Message {id} was taken over by another worker.", id=message.id)

    def _message(self, row: RowMapping | Row) -> Message:
        headers: Mapping[str, str] = loads(row["headers"])
        return Message(
            id=row["id"],
            source=row["source"],
            kind=row["kind"],
            key=row["key"],
            raw=self._cipher.open(row["raw"], context(row["id"])).encode("latin-1"),
            correlation=row["correlation"],
            received_at=datetime.fromisoformat(row["received_at"]),
            headers=headers,
            state=row["state"],
            attempt=row["attempt"],
            fence=row["fence"],
            error=row["error"],
            failure=loaded(row["error_class"], row["failure"]),
            not_before=instant_or_none(row["not_before"]),
            subject=row["subject"],
            waits_for=row["waits_for"],
        )


def context(message_id: str) -> str:
    """Where a raw message is sealed for."""
    return f"inbox:{message_id}"
