"""Tokens in SQL, sealed; the lease on a row is the right to fetch the next one."""

from datetime import datetime

from sqlalchemy import and_, or_, select, update

from hub.ports.grants import Grant
from hub.storage.cipher import Cipher
from hub.storage.sql import Repository, instant_or_none, stamp, stamp_or_none
from hub.storage.tables.queues import GRANT
from hub.storage.wire import Wire


class SqlGrantRows(Repository):
    """Grants, by name."""

    def __init__(self, wire: Wire, cipher: Cipher) -> None:
        super().__init__(wire)
        self._cipher = cipher

    def get(self, name: str) -> Grant | None:
        """What lies there."""
        row = self.first(select(GRANT).where(GRANT.c.name == name, GRANT.c.sealed.is_not(None)))
        if row is None:
            return None
        told = self._cipher.open(row["sealed"], context(name))
        return Grant(told["token"], instant_or_none(row["expires_at"]), told["extra"])

    def lease(self, name: str, *, now: datetime, until: datetime) -> int | None:
        """The fence of a lease that nobody else has."""
        self.add_if_new(GRANT, {"name": name, "fence": 0})
        free = or_(GRANT.c.lease_until.is_(None), GRANT.c.lease_until <= stamp(now))
        leased = (
            update(GRANT).where(GRANT.c.name == name, free).values(fence=GRANT.c.fence + 1, lease_until=stamp(until))
        )
        row = self.first(leased.returning(GRANT.c.fence))
        return None if row is None else int(row["fence"])

    def keep(self, name: str, fence: int, grant: Grant) -> bool:
        """Put it down."""
        told = {"token": grant.token, "extra": dict(grant.extra)}
        values = {"sealed": self._cipher.seal(told, context(name)), "expires_at": stamp_or_none(grant.expires_at)}
        mine = and_(GRANT.c.name == name, GRANT.c.fence == fence)
        return self.change(update(GRANT).where(mine).values(**values, lease_until=None)) == 1

    def release(self, name: str, fence: int) -> None:
        """Give the lease back."""
        self.change(update(GRANT).where(GRANT.c.name == name, GRANT.c.fence == fence).values(lease_until=None))


def context(name: str) -> str:
    """Which place a grant is sealed for."""
    return f"grant:{name}"
