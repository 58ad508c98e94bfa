"""The outbox in SQL: frozen payloads are sealed; a fence keeps a zombie worker from writing."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, func, or_, select, text, update

from hub.domain.documents import Doc
from hub.domain.errors import NotFoundError, StaleError
from hub.ports.failure import Failure
from hub.ports.outbox import OPEN_STATES, Delivery
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
    stamp,
    stamp_or_none,
)
from hub.storage.tables.queues import OUTBOX, ROUTE
from hub.storage.wire import Wire

DUE = ("id", "system", "entity", "record_id", "correlation", "created_at", "goal", "state", "attempt", "fence",
       "not_before", "bulk")  # fmt: skip
OPEN = text("state in ('ready', 'sent', 'unknown')")
OPEN_OF_RECORD = text(
    "outbox.state || '' in ('ready', 'sent', 'unknown')"
)  # by the record's index, never by the queue's
UNSENT_OF_RECORD = text("outbox.state || '' = 'ready'")
END_ALL = Prepared(
    lambda dialect: text(
        "UPDATE outbox SET state = 'done', lease_until = NULL, not_before = NULL, error = NULL "
        f"WHERE {AMONG[dialect].format(column='id')} AND fence = :fence "
        "AND state || '' in ('ready', 'sent', 'unknown')"  # by their ids, never by the queue's index
    )
)


def enqueue_unless_waiting(dialect: str) -> Any:
    """An insert of what no delivery waits for that is the same and was not taken up yet."""
    given = {name: bindparam(name, type_=OUTBOX.c[name].type) for name in DUE}
    same = [OUTBOX.c[name] == given[name] for name in ("system", "entity", "record_id")]
    goal = OUTBOX.c.goal.is_not_distinct_from(given["goal"])
    waits = select(OUTBOX.c.id).where(*same, goal, UNSENT_OF_RECORD, OUTBOX.c.lease_until.is_(None))
    waits = waits.where(OUTBOX.c.bulk <= given["bulk"])
    waits = waits.with_for_update(read=True)  # before our change is committed nobody leases it and reads the old record
    fresh = select(*given.values()).where(~waits.exists())
    return insert_on(dialect)(OUTBOX).from_select(DUE, fresh).on_conflict_do_nothing()


def hasten_waiting(_dialect: str) -> Any:
    """What waits of a record as bulk work becomes live work."""
    same = [OUTBOX.c[name] == bindparam(f"its_{name}") for name in ("system", "entity", "record_id")]
    return (
        update(OUTBOX).where(*same, OUTBOX.c.bulk == bindparam("slow"), OPEN_OF_RECORD).values(bulk=bindparam("bulk"))
    )


def claiming(dialect: str, *, live_only: bool) -> Any:
    """Leases what is due and what nobody holds, the first open one of each record, live work before bulk work.

    What stands before a delivery is looked for by its record: ``|| ''`` and ``OFFSET`` keep a database from other ways,
    which cost it the whole queue for each delivery when it does not know how long that has grown.
    """
    earlier = OUTBOX.alias("earlier")
    same = [earlier.c[name] == OUTBOX.c[name] for name in ("entity", "record_id", "system")]
    open_before = text("earlier.state || '' in ('ready', 'sent', 'unknown') and earlier.id || '' < outbox.id")
    behind = select(earlier.c.id).where(*same, open_before).offset(0).correlate(OUTBOX).exists()
    now = bindparam("now", type_=OUTBOX.c.lease_until.type)
    due: list[Any] = [
        OUTBOX.c.system == bindparam("its_system"),
        text("outbox.state in ('ready', 'sent', 'unknown')"),
        or_(OUTBOX.c.lease_until.is_(None), OUTBOX.c.lease_until < now),
        or_(OUTBOX.c.not_before.is_(None), OUTBOX.c.not_before <= now),
        ~behind,
        *([text("outbox.bulk = 0")] if live_only else []),
    ]
    ids = select(OUTBOX.c.id).where(*due).order_by(OUTBOX.c.bulk, OUTBOX.c.id).limit(bindparam("most"))
    lease = {"lease_until": bindparam("until"), "fence": OUTBOX.c.fence + 1, "attempt": OUTBOX.c.attempt + 1}
    return update(OUTBOX).where(chosen_by(dialect, OUTBOX.c.id, ids)).values(lease).returning(*OUTBOX.c)


def marking(columns: tuple[str, ...]) -> Prepared:
    """An update of one delivery by who holds it."""
    mine = (OUTBOX.c.id == bindparam("mine"), OUTBOX.c.fence == bindparam("held"), OPEN)
    return Prepared(lambda _: update(OUTBOX).where(*mine), columns)


def binding(dialect: str) -> Any:
    """The route of an obligation, unless it has one."""
    return insert_on(dialect)(ROUTE).on_conflict_do_nothing()


ENQUEUE = Prepared(enqueue_unless_waiting)
HASTEN = Prepared(hasten_waiting)
BIND = Prepared(binding, ("entity", "record_id", "system"))
BOUND = Prepared(
    lambda _: select(ROUTE.c.system).where(
        ROUTE.c.entity == bindparam("entity"), ROUTE.c.record_id == bindparam("record_id")
    )
)
CLAIM = {each: Prepared(partial(claiming, live_only=each)) for each in (False, True)}
MARKS: dict[tuple[str, ...], Prepared] = {}
CALLED = text("state in ('ready', 'sent', 'unknown') and state != 'ready'")  # in the words of the index
IN_FLIGHT = Prepared(
    lambda _: select(OUTBOX.c.record_id).where(
        OUTBOX.c.system == bindparam("system"), OUTBOX.c.entity == bindparam("entity"), CALLED
    )
)
BULK_OPEN = Prepared(
    lambda _: select(OUTBOX.c.id).where(OUTBOX.c.system == bindparam("its_system"), text("bulk = 1"), OPEN).limit(1)
)


class SqlOutbox(Repository):
    """Deliveries."""

    def __init__(self, wire: Wire, cipher: Cipher) -> None:
        super().__init__(wire)
        self._cipher = cipher
        self._in_flight: dict[tuple[str, str], frozenset[str]] = {}
        self._is_bulk_open: dict[str, bool] = {}

    def enqueue(self, delivery: Delivery) -> None:
        """Add, or be absorbed by the waiting one."""
        values = {
            "id": delivery.id,
            "system": delivery.system,
            "entity": delivery.entity,
            "record_id": delivery.record_id,
            "correlation": delivery.correlation,
            "created_at": stamp(delivery.created_at),
            "goal": delivery.goal,
            "state": delivery.state,
            "attempt": 0,
            "fence": 0,
            "not_before": stamp_or_none(delivery.not_before),
            "bulk": int(delivery.bulk),
        }
        ENQUEUE.later(self._wire, values)
        if delivery.bulk:
            self._is_bulk_open.clear()
        elif self._may_be_bulk(delivery.system):
            same = {f"its_{name}": values[name] for name in ("system", "entity", "record_id")}
            HASTEN.later(self._wire, {**same, "slow": 1, "bulk": 0})

    def bind(self, entity: str, record_id: str, system: str) -> bool:
        """Choose the route of an obligation, once for ever."""
        values = {"entity": entity, "record_id": record_id, "system": system}
        if BIND.change(self._wire, values):
            return True
        row = BOUND.first(self._wire, {"entity": entity, "record_id": record_id})
        return row is not None and row["system"] == system

    def rebind(self, entity: str, record_id: str, system: str) -> None:
        """Choose another route."""
        mine = (ROUTE.c.entity == entity, ROUTE.c.record_id == record_id)
        self.change(update(ROUTE).where(*mine).values(system=system))

    def get(self, delivery_id: str) -> Delivery | None:
        """One delivery."""
        row = self.first(select(OUTBOX).where(OUTBOX.c.id == delivery_id))
        return None if row is None else self._delivery(row)

    def claim(
        self, system: str, *, now: datetime, lease_for: timedelta, limit: int, live_only: bool = False
    ) -> list[Delivery]:
        """Lease due deliveries, the first open one of each record, live work before bulk work."""
        values = {"its_system": system, "now": stamp(now), "until": stamp(now + lease_for), "most": limit}
        rows = CLAIM[live_only].rows(self._wire, values)
        return [self._delivery(row) for row in sorted(rows, key=lambda row: (row["bulk"], row["id"]))]

    def intend(self, delivery: Delivery, payload: Doc, *, now: datetime, until: datetime) -> Delivery:
        """Freeze what is about to be sent, and extend the lease."""
        sealed = self._cipher.seal(payload, context(delivery.id))
        self._mark(delivery, state="sent", payload=sealed, sent_at=stamp(now), lease_until=stamp(until))
        return replace(delivery, state="sent", payload=payload, sent_at=now, leased_until=until)

    def uncertain(self, delivery: Delivery, *, not_before: datetime, error: str) -> None:
        """Look there before writing again."""
        self._mark(delivery, state="unknown", lease_until=None, not_before=stamp(not_before), error=error)

    def later(self, delivery: Delivery, *, not_before: datetime, error: str) -> None:
        """Try again later."""
        self._mark(delivery, state="ready", lease_until=None, not_before=stamp(not_before), error=error)

    def hand_back(
        self, delivery: Delivery, *, not_before: datetime, doubt: bool = False, error: str | None = None
    ) -> None:
        """Nothing was attempted: the attempt does not count."""
        state, attempt = "unknown" if doubt else "ready", delivery.attempt - 1
        at = stamp(not_before)
        self._mark(delivery, state=state, lease_until=None, not_before=at, error=error, attempt=attempt)

    def done(self, *deliveries: Delivery) -> None:
        """Delivered."""
        self.forget()
        for fence, ids in by_fence(deliveries).items():
            if END_ALL.change(self._wire, {"ids": dumps(ids), "fence": fence}) != len(ids):
                raise StaleError("Delivery {id} was taken over by another worker.", id=ids[0])

    def dead(self, delivery: Delivery, *, error: str, failure: Failure | None = None) -> None:
        """Give up."""
        self._mark(delivery, state="dead", lease_until=None, error=error, **stored(failure))

    def replay(self, delivery_id: str, *, bulk: bool = False, not_before: datetime | None = None) -> None:
        """Make a dead delivery due again; what may have been sent is looked for first."""
        dead = and_(OUTBOX.c.id == delivery_id, OUTBOX.c.state == "dead")
        due = {"not_before": stamp_or_none(not_before), "bulk": int(bulk)}
        again = {"attempt": 0, "lease_until": None, "error": None, **due}
        unsent = update(OUTBOX).where(dead, OUTBOX.c.payload.is_(None)).values(state="ready", **again)
        maybe_sent = update(OUTBOX).where(dead, OUTBOX.c.payload.is_not(None)).values(state="unknown", **again)
        self.forget()
        if not self.change(unsent) and not self.change(maybe_sent):
            raise NotFoundError("There is no dead delivery {id}.", id=delivery_id)

    def waiting(self, entity: str, record_id: str) -> list[Delivery]:
        """Open and dead deliveries of a record."""
        mine = (OUTBOX.c.entity == entity, OUTBOX.c.record_id == record_id, OUTBOX.c.state != "done")
        return [self._delivery(row) for row in self.rows(select(OUTBOX).where(*mine).order_by(OUTBOX.c.id))]

    def of_record(self, entity: str, record_id: str, *, limit: int = 50) -> list[Delivery]:
        """The newest deliveries of a record."""
        mine = select(OUTBOX).where(OUTBOX.c.entity == entity, OUTBOX.c.record_id == record_id)
        return [self._delivery(row) for row in reversed(self.rows(mine.order_by(OUTBOX.c.id.desc()).limit(limit)))]

    def listing(self, *, system: str | None = None, state: str | None = None, limit: int = 100) -> list[Delivery]:
        """The newest deliveries."""
        statement = select(OUTBOX).order_by(OUTBOX.c.id.desc()).limit(limit)
        if system is not None:
            statement = statement.where(OUTBOX.c.system == system)
        if state is not None:
            statement = statement.where(OUTBOX.c.state == state)
        return [self._delivery(row) for row in self.rows(statement)]

    def drop(self, delivery_id: str) -> None:
        """Give up for good."""
        dead = (OUTBOX.c.id == delivery_id, OUTBOX.c.state == "dead")
        if not self.change(update(OUTBOX).where(*dead).values(state="dropped")):
            raise NotFoundError("There is no dead delivery {id}.", id=delivery_id)

    def dead_ones(self, *, since: datetime | None = None, after: str = "", limit: int = 500) -> list[Delivery]:
        """Those that were given up."""
        statement = select(OUTBOX).where(OUTBOX.c.state == "dead", OUTBOX.c.id > after)
        if since is not None:
            statement = statement.where(OUTBOX.c.created_at >= stamp(since))
        return [self._delivery(row) for row in self.rows(statement.order_by(OUTBOX.c.id).limit(limit))]

    def release(self) -> int:
        """End every lease."""
        return self.change(update(OUTBOX).where(OUTBOX.c.lease_until.is_not(None)).values(lease_until=None))

    def open_count(self) -> int:
        """How many are not done and not dead."""
        return int(self.pairs(select(func.count()).where(OUTBOX.c.state.in_(OPEN_STATES)))[0][0])

    def in_flight(self, system: str, entity: str) -> frozenset[str]:
        """Records of which a call may be running."""
        known = self._in_flight.get((system, entity))
        if known is None:
            rows = IN_FLIGHT.rows(self._wire, {"system": system, "entity": entity})
            known = self._in_flight[system, entity] = frozenset(row["record_id"] for row in rows)
        return known

    def forget(self) -> None:
        """Drop what was kept: some of it was changed, or taken back."""
        self._in_flight.clear()
        self._is_bulk_open.clear()

    def _may_be_bulk(self, system: str) -> bool:
        """Whether bulk work waits that could be hastened; on PostgreSQL asking costs more than an update of nothing."""
        if self._wire.dialect.name == "postgresql":
            return True
        if system not in self._is_bulk_open:
            self._is_bulk_open[system] = BULK_OPEN.first(self._wire, {"its_system": system}) is not None
        return self._is_bulk_open[system]

    def _mark(self, delivery: Delivery, **values: Any) -> None:
        self.forget()
        columns = tuple(values)
        prepared = MARKS.get(columns) or MARKS.setdefault(columns, marking(columns))
        if not prepared.change(self._wire, {**values, "mine": delivery.id, "held": delivery.fence}):
            raise StaleError("Delivery {id} was taken over by another worker.", id=delivery.id)

    def _delivery(self, row: RowMapping | Row) -> Delivery:
        payload = row["payload"]
        return Delivery(
            id=row["id"],
            system=row["system"],
            entity=row["entity"],
            record_id=row["record_id"],
            correlation=row["correlation"],
            created_at=datetime.fromisoformat(row["created_at"]),
            goal=row["goal"],
            state=row["state"],
            payload=None if payload is None else self._cipher.open(payload, context(row["id"])),
            attempt=row["attempt"],
            not_before=instant_or_none(row["not_before"]),
            fence=row["fence"],
            sent_at=instant_or_none(row["sent_at"]),
            error=row["error"],
            failure=loaded(row["error_class"], row["failure"]),
            bulk=bool(row["bulk"]),
            leased_until=instant_or_none(row["lease_until"]),
        )


def context(delivery_id: str) -> str:
    """Where a payload is sealed for."""
    return f"outbox:{delivery_id}"
