"""Listings: the next page of one, and whether there is another."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.soap.objects import Operation, Paging
from hub.ports.connector import Feed
from hub.transport.caller import Reply
from hub.transport.places import inside

STARTS: Mapping[str, Any] = {"none": None, "token": None, "page": 1, "offset": 0}


def position(paging: Paging, after: str | None) -> Any:
    """What stands for ``{after}`` in the arguments: a token, or the number of a page or record."""
    if paging.kind == "token":
        return after
    start = paging.first if paging.kind == "page" else STARTS[paging.kind]
    return int(after) if after is not None else start


def following(operation: Operation, reply: Reply, after: str | None, found: int) -> str | None:
    """Where the listing goes on; None where it ends."""
    paging = operation.paging
    if paging.kind == "none" or (paging.more is not None and inside(reply.doc, paging.more) in {None, False, "false"}):
        return None
    if paging.kind == "token":
        token = inside(reply.doc, paging.next or "")
        return str(token) if token not in (None, "", after) else None
    if not found or (paging.more is None and paging.size is not None and found < paging.size):
        return None
    return str(position(paging, after) + (1 if paging.kind == "page" else found))


def listed(reply: Reply, path: str | None) -> list[Any]:
    """The records at a place of an answer: several, one, or none."""
    found = inside(reply.doc, path or "")
    return found if isinstance(found, list) else [] if found is None else [found]


def told(at: datetime, feed: Feed, *, offset: bool) -> str:
    """An instant as the service wants it: with its offset, or as the clock on its wall shows it."""
    whole = at.astimezone(UTC)
    whole -= timedelta(microseconds=whole.timestamp() * 1_000_000 % (feed.granularity / timedelta(microseconds=1)))
    return whole.isoformat() if offset else whole.astimezone(ZoneInfo(feed.zone)).replace(tzinfo=None).isoformat()


def understood(text: Any, feed: Feed) -> datetime | None:
    """An instant as the service tells it; one without offset is of the declared zone."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(feed.zone)).astimezone(UTC)
