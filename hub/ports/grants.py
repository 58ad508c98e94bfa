"""Tokens that a system granted us, kept so that over all threads and processes one at a time asks for a new one.

Some products end the older token when a second one is asked for, or refuse two requests at a time.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


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


class GrantsInMemory:
    """A shelf for the threads of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._grants: dict[str, Grant] = {}

    def take(self, name: str, usable: Usable, fetch: Fetch) -> Grant:
        """See ``Grants``."""
        with self._lock:
            grant = self._grants.get(name)
            if grant is None or not usable(grant):
                grant = self._grants[name] = fetch(grant)
            return grant
