"""What is asked of a service: queries, writes, and what every one of them says of itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import orjson

from connectors.odata.values import V4
from hub.domain.documents import Doc

JSON = {2: "application/json", V4: "application/json;odata.metadata=minimal;IEEE754Compatible=true"}


@dataclass(frozen=True)
class Query:
    """The query of a read."""

    select: Iterable[str] = ()
    expand: Iterable[str] = ()
    filter: str | None = None
    order: Sequence[str] = ()
    top: int | None = None

    @property
    def options(self) -> list[tuple[str, str]]:
        """As name and value."""
        told = {
            "$select": ",".join(self.select),
            "$expand": ",".join(self.expand),
            "$filter": self.filter or "",
            "$orderby": ",".join(self.order),
            "$top": "" if self.top is None else str(self.top),
        }
        return [(name, value) for name, value in told.items() if value]


@dataclass(frozen=True)
class Write:
    """One write, as it goes over the wire; ``etag`` where the entity has one."""

    method: str
    path: str  # below the service
    body: Doc | None = None
    etag: str | None = None
    query: tuple[tuple[str, str], ...] = field(default=())

    def headers(self, version: int) -> dict[str, str]:
        """Its own headers."""
        told = {"Accept": JSON[version]}
        if self.body is not None:
            told["Content-Type"] = JSON[version]
        if self.etag is not None:
            told["If-Match"] = self.etag
        return told

    @property
    def bytes(self) -> bytes | None:
        """Its body."""
        return None if self.body is None else orjson.dumps(self.body)
