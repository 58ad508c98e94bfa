"""The shelf of tokens that all processes of an installation share: one of them at a time asks a system for a new one.

Within a process the threads wait for one another; between processes the lease on the row decides. A process that dies
while it fetches loses its lease after a while; one that comes back too late is known by its fence, and what it brings
is not put down over what another fetched after it.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from hub.domain.errors import RetryableError
from hub.ports.grants import Fetch, Flights, Grant, Usable
from hub.ports.store import Store

PATIENCE = timedelta(seconds=10)  # with another process that fetches: after that the work is handed back
LOOK_EVERY = 0.1  # seconds
TRIES = 5  # to put a token down: when the database stays away, a refresh token that was used up is lost


class SharedGrants:
    """The shelf of one system; ``lease`` is longer than a log-in may take."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        lease: timedelta,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._now = now
        self._lease = lease
        self._pause = pause
        self._flights = Flights()

    def take(self, name: str, usable: Usable, fetch: Fetch) -> Grant:
        """The grant if it is usable, else a new one. RetryableError while another process fetches for too long."""
        return self._flights.fly(name, lambda: self._found(name, usable), lambda: self._turn(name, usable, fetch))

    def _found(self, name: str, usable: Usable) -> Grant | None:
        grant = self._store.read(lambda tx: tx.grants.get(name))
        return grant if grant is not None and usable(grant) else None

    def _turn(self, name: str, usable: Usable, fetch: Fetch) -> Grant:
        """Wait until it is our turn to fetch, or until another process has."""
        given_up = self._now() + PATIENCE
        while (fence := self._leased(name)) is None:
            if self._now() >= given_up:
                raise RetryableError("{system}: another process is logging in there", system=name)
            self._pause(LOOK_EVERY)
            if found := self._found(name, usable):
                return found
        return self._fetched(name, fence, usable, fetch)

    def _leased(self, name: str) -> int | None:
        now = self._now()
        return self._store.queue(lambda tx: tx.grants.lease(name, now=now, until=now + self._lease))

    def _fetched(self, name: str, fence: int, usable: Usable, fetch: Fetch) -> Grant:
        try:
            lying = self._store.read(lambda tx: tx.grants.get(name))
            grant = lying if lying is not None and usable(lying) else fetch(lying)
        except BaseException:
            with suppress(RetryableError):  # then the lease ends by itself
                self._store.queue(lambda tx: tx.grants.release(name, fence))
            raise
        return self._kept(name, fence, usable, grant)

    def _kept(self, name: str, fence: int, usable: Usable, grant: Grant) -> Grant:
        """What lies there in the end: what another fetched meanwhile is newer than ours."""
        trying = Retrying(
            retry=retry_if_exception_type(RetryableError),
            stop=stop_after_attempt(TRIES),
            wait=wait_exponential(multiplier=LOOK_EVERY),
            sleep=self._pause,
            reraise=True,
        )
        if trying(self._store.queue, lambda tx: tx.grants.keep(name, fence, grant)):
            return grant
        return self._found(name, usable) or grant
