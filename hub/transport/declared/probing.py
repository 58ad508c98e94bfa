"""Who the product is, what its clock says, and which objects we may not list."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.errors import AuthError, NotFoundError, RejectedError
from hub.ports.connector import Lack, Probe
from hub.transport.declared.call import Call
from hub.transport.declared.changes import bounds
from hub.transport.declared.clock import Clock
from hub.transport.declared.pages import Place, page_of
from hub.transport.declared.shapes import Shape
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
        """Version, clock and problems. AuthError and RetryableError of the first call go up."""
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
        for shape in shapes:
            at, problem = self._listed(shape, now)
            now = now or at
            problems += [problem] if problem else []
        return Probe(version, now, tuple(problems))

    def _listed(self, shape: Shape, now: datetime | None) -> tuple[datetime | None, Lack | None]:
        """The clock that a listing tells, and why an object cannot be listed, if so."""
        if shape.list is None:
            return None, None
        until = now or self.now()
        try:
            rows = page_of(shape, shape.list, bounds(shape, shape.list, until - MOMENT, until), Place())
        except (RejectedError, NotFoundError, AuthError) as error:
            return None, Lack.of(error, shape.name)
        return self.clock.at(shape, rows.reply), None
