"""Who the product is, what its clock says, and which objects we may not list."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.errors import AuthError, HubError, NotFoundError, RejectedError
from hub.ports.connector import Lack, Probe
from hub.transport.declared.call import Call
from hub.transport.declared.changes import bounds
from hub.transport.declared.clock import Clock
from hub.transport.declared.pages import Place, page_of
from hub.transport.declared.shapes import Listing, Shape
from hub.transport.places import as_text, found_at

MOMENT = timedelta(minutes=1)
UNTOLD = "unknown"


@dataclass(frozen=True)
class Prober:
    """Asks a system who it is; ``call`` is None where nothing tells."""

    now: Callable[[], datetime]
    clock: Clock
    call: Call | None = None
    version: str | None = None
    expect: str | None = None

    def probe(self, shapes: Iterable[Shape]) -> Probe:
        """Version, clock and problems. AuthError and RetryableError of the first call go up.

        Where no call of its own tells, an AuthError goes up when it is all that the listings end in: nobody lets us in.
        """
        version, now = UNTOLD, None
        if self.call is not None:
            reply = self.call.read({})
            now = self.clock.at(None, reply)
            told = found_at(self.version, reply) if self.version else None
            version = as_text(told) if told is not None else UNTOLD
        problems: list[Lack] = []
        if self.expect and not re.search(self.expect, version):
            problems.append(
                Lack(
                    "Version {version} is not {proved}, with which this was proved.",
                    {"version": version, "proved": self.expect},
                )
            )
        ends: list[HubError | None] = []
        for shape in shapes:
            if shape.list is not None:
                at, refused = self._listed(shape, shape.list, now)
                now = now or at
                ends.append(refused)
                problems += [Lack.of(refused, shape.name)] if refused else []
        if self.call is None and ends and all(isinstance(one, AuthError) for one in ends):
            raise next(one for one in ends if one)
        return Probe(version, now, tuple(problems))

    def _listed(self, shape: Shape, listing: Listing, now: datetime | None) -> tuple[datetime | None, HubError | None]:
        """The clock that a listing tells, and why an object cannot be listed, if so."""
        until = now or self.now()
        try:
            rows = page_of(shape, listing, bounds(shape, listing, until - MOMENT, until), Place())
        except (RejectedError, NotFoundError, AuthError) as error:
            return None, error
        return self.clock.at(shape, rows.reply), None
