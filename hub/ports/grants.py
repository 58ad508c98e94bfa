"""Tokens that a system granted us, kept so that over all threads and processes one at a time asks for a new one.

Some products end the older token when a second one is asked for, or refuse two requests at a time.
"""

import threading
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hub.domain.errors import HubError


@dataclass(frozen=True)
class Grant:
    """A token, until when it holds (None: until it is refused), and what else came with it, such as a refresh token."""

    token: str
    expires_at: datetime | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


Usable = Callable[[Grant], bool]
Fetch = Callable[[Grant | None], Grant]


class Grants(Protocol):
    """The shelf that the tokens lie on."""

    def take(self, name: str, usable: Usable, fetch: Fetch) -> Grant:
        """The grant of that name if it is usable, else a new one.

        ``fetch`` is given what lies there; nobody else fetches meanwhile, and who waited takes what was fetched.
        Raises what ``fetch`` raises, to all who waited for it too: nobody repeats a log-in that was just refused.
        """
        ...


class GrantRows(Protocol):
    """Where grants lie for all processes, and who of them is fetching a new one."""

    def get(self, name: str) -> Grant | None:
        """What lies there."""
        ...

    def lease(self, name: str, *, now: datetime, until: datetime) -> int | None:
        """The right to fetch, as a fence, until it is given back or the lease is over; None while another has it."""
        ...

    def keep(self, name: str, fence: int, grant: Grant) -> bool:
        """Put down what was fetched and give the right back; False when the fence is no longer the last one."""
        ...

    def release(self, name: str, fence: int) -> None:
        """Give the right back without a grant."""
        ...


class Flights:
    """One flight at a time for each name, among the threads of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[str, _Flight] = {}

    def fly(self, name: str, find: Callable[[], Grant | None], fetch: Callable[[], Grant]) -> Grant:
        """What ``find`` finds, else what ``fetch`` fetches.

        Who waited finds what another fetched, or fails as the other failed.
        """
        with self._lock:
            flight = self._flights.setdefault(name, _Flight())
        begun = flight.ended
        with flight.lock:
            grant = find()
            if grant is None and flight.ended > begun and flight.failure is not None:
                raise copy(flight.failure)
            return grant or flight.fetched(fetch)


class _Flight:
    """The present and past fetches under one name: how many have ended, and how the last one failed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.ended = 0
        self.failure: HubError | None = None

    def fetched(self, fetch: Callable[[], Grant]) -> Grant:
        self.failure = None
        try:
            return fetch()
        except HubError as error:
            self.failure = copy(error)
            raise
        finally:
            self.ended += 1


class GrantsInMemory:
    """A shelf for the threads of one process."""

    def __init__(self) -> None:
        self._flights = Flights()
        self._grants: dict[str, Grant] = {}

    def take(self, name: str, usable: Usable, fetch: Fetch) -> Grant:
        """See ``Grants``."""
        return self._flights.fly(name, lambda: self._found(name, usable), lambda: self._fetched(name, fetch))

    def _found(self, name: str, usable: Usable) -> Grant | None:
        grant = self._grants.get(name)
        return grant if grant is not None and usable(grant) else None

    def _fetched(self, name: str, fetch: Fetch) -> Grant:
        grant = self._grants[name] = fetch(self._grants.get(name))
        return grant
