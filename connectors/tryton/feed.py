"""What changed: the rows of a model and of the models that feed it, in the order of their change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.tryton.models import Models
from connectors.tryton.shapes import Feed
from connectors.tryton.values import instant, tell_instant
from connectors.tryton.wire import Wire
from hub.domain.errors import RejectedError

PAGE = 200


@dataclass(frozen=True, order=True)
class Place:
    """Where a listing stands: the instant, the stream and the row that were listed last."""

    at: datetime
    stream: int
    row: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}|{self.stream}|{self.row}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Read back what ``str`` wrote; RejectedError when it is something else."""
        try:
            at, stream, row = text.split("|")
            return cls(datetime.fromisoformat(at), int(stream), int(row))
        except ValueError as error:
            raise RejectedError("{place} is no place in a listing of Tryton", place=text) from error


@dataclass(frozen=True)
class Stream:
    """The rows of a feed whose change one field dates; ``unless`` leaves out those that another field dates."""

    feed: Feed
    dated: str
    unless: list[Any]


@dataclass(frozen=True)
class Changes:
    """Records that changed, by what names them for the object; ``after`` continues the listing."""

    keys: tuple[Any, ...]
    after: str | None


class Feeds:
    """Lists changes of several models as one, by keyset: nothing is skipped or repeated within one instant."""

    def __init__(self, wire: Wire, models: Models) -> None:
        self._wire = wire
        self._models = models

    def changes(self, feeds: Iterable[Feed], since: datetime, until: datetime, after: str | None) -> Changes:
        """The next page of the closed interval: the ids of the records that the changed rows belong to."""
        place = Place.parse(after) if after else None
        found = sorted(
            (
                (Place(instant(row[stream.dated]), index, row["id"]), _parents(row, stream.feed.parent))
                for index, stream in enumerate(self._streams(feeds))
                for row in self._rows(stream, index, since, until, place)
            ),
            key=lambda pair: pair[0],
        )
        page = found[:PAGE]
        keys = dict.fromkeys(key for _, parents in page for key in parents)
        return Changes(tuple(keys), str(page[-1][0]) if len(page) == PAGE else None)

    def _streams(self, feeds: Iterable[Feed]) -> list[Stream]:
        dated = self._wire.series.streams
        return [Stream(feed, name, unless) for feed in feeds for name, unless in dated]

    def _rows(
        self, stream: Stream, index: int, since: datetime, until: datetime, place: Place | None
    ) -> list[dict[str, Any]]:
        feed, dated = stream.feed, stream.dated
        domain = [
            [dated, ">=", tell_instant(since)],
            [dated, "<=", tell_instant(until)],
            *stream.unless,
            *([_beyond(place, index, dated)] if place else []),
            *self._models.with_inactive(feed.model),
        ]
        order = [[dated, "ASC"], ["id", "ASC"]]
        asked = [dated, feed.parent] if feed.parent else [dated]
        rows: list[dict[str, Any]] = self._wire.read(f"{feed.model}.search_read", domain, 0, PAGE, order, asked)
        return rows


def _beyond(place: Place, index: int, dated: str) -> list[Any]:
    """The rows of a stream that come after a place: at its instant, only streams and rows that were not listed yet."""
    at = tell_instant(place.at)
    if index > place.stream:
        return [dated, ">=", at]
    if index < place.stream:
        return [dated, ">", at]
    return ["OR", [dated, ">", at], [[dated, "=", at], ["id", ">", place.row]]]


def _parents(row: dict[str, Any], path: str) -> Iterator[int]:
    """The records that a row belongs to: itself, the one it points at, or several."""
    at: Any = row
    *way, last = path.split(".") if path else ["id"]
    for name in way:
        at = at.get(f"{name}.") or {}
    told = at.get(last)
    if isinstance(told, int):
        yield told
    elif isinstance(told, (list, tuple)):
        yield from told
