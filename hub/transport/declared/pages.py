"""Pages of a listing: what is asked for, what came, and where the next one begins."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from requests.utils import parse_header_links

from hub.domain.errors import NotFoundError, PositionLostError, RejectedError, RetryableError
from hub.transport.declared.call import Call
from hub.transport.declared.conditions import are_met
from hub.transport.declared.paths import stands
from hub.transport.declared.shapes import Listing, Shape
from hub.transport.declared.templates import Values
from hub.transport.places import Reply, as_text, found_at

FEW = 100_000  # pages of one list that is read at one go: a product that never ends is not believed


@dataclass(frozen=True)
class Place:
    """Where a listing stands: rows or pages on, behind which record, at which mark of the product's own."""

    number: int = 0
    last: str | None = None
    last_at: Any = None
    cursor: str | None = None

    def __str__(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Rows:
    """The items of a page, and where the next one begins; None at the end."""

    items: tuple[Any, ...]
    reply: Reply
    after: Place | None


def all_items(shape: Shape, listing: Listing, values: Values) -> Iterator[tuple[Any, Reply]]:
    """Every item of a list with its answer."""
    place: Place | None = Place()
    for _ in range(FEW):
        if place is None:
            return
        rows = page_of(shape, listing, values, place)
        yield from ((item, rows.reply) for item in rows.items)
        place = rows.after


def page_of(shape: Shape, listing: Listing, values: Values, place: Place) -> Rows:
    """One page. RetryableError when records moved meanwhile so that one may be missing."""
    reply = _reply(shape, listing, values, place)
    told = items_in(listing.call, listing.records, reply)
    items = [_row(listing, item) for item in told] if listing.columns else told
    after = next_place(listing, place, items, reply)
    return Rows(tuple(_unseen(shape, listing, place, items)), reply, after)


def items_in(call: Call, place: str, reply: Reply, *, write: bool = False) -> list[Any]:
    """The list in an answer; without one the answer is another one than it seems, and counts as lost."""
    told = found_at(place, reply)
    if told is None and stands(place, reply):
        return []
    if not isinstance(told, list):
        raise call.caller.http.lost("no list where one should be", write=write)
    return told


def next_place(listing: Listing, place: Place, items: list[Any], reply: Reply) -> Place | None:
    """Where the next page begins; None at the end."""
    page = listing.page
    if page.kind == "none" or (page.more and not are_met(page.more, reply)):
        return None
    if page.kind in {"cursor", "link"}:
        return _marked(listing, place, reply)
    seen = place.number + len(items) - (1 if page.kind == "offset" and place.number else 0)
    if not items or not (page.more or _is_full(listing, place, len(items), reply)):
        return None
    record = listing.items.record(items[-1])
    at = listing.items.changed(record)
    last_at = None if at is None else listing.instants.write(at)
    return Place(seen if page.kind == "offset" else place.number + 1, listing.items.id(record), last_at)


def _is_full(listing: Listing, place: Place, count: int, reply: Reply) -> bool:
    page = listing.page
    total = None if page.total is None else found_at(page.total, reply)
    if total is None:
        return count >= page.size
    begun = max(place.number - 1, 0) if page.kind == "offset" else place.number * page.size
    return begun + count < int(total)


def _marked(listing: Listing, place: Place, reply: Reply) -> Place | None:
    told = found_at(listing.page.next or "", reply)
    if told in (None, "", False):
        return None
    cursor = as_text(told)
    if (listing.page.next or "").lower() == "header.link":
        links = {link.get("rel"): link["url"] for link in parse_header_links(cursor)}
        if "next" not in links:
            return None
        cursor = links["next"]
    if cursor == place.cursor:
        raise RetryableError("{system}: a listing does not go on", system=listing.call.caller.http.system)
    return Place(place.number + 1, cursor=cursor)


def _reply(shape: Shape, listing: Listing, values: Values, place: Place) -> Reply:
    page = listing.page
    back = 1 if page.kind == "offset" and place.number else 0  # the last row again, to see that none has moved
    paged = {
        "fields": list(listing.asked),
        **values,
        "size": page.size,
        "offset": place.number - back,
        "page": page.first + place.number,
        "last": None if place.last is None else shape.wire_id(place.last),
        "last_at": place.last_at,
        "cursor": place.cursor,
    }
    if place.cursor is None:
        return listing.call.read(paged)
    try:
        return listing.call.follow(place.cursor, paged) if page.kind == "link" else listing.call.read(paged)
    except (RejectedError, NotFoundError) as error:
        raise PositionLostError(
            "{system} does not go on with a listing: {error}", system=listing.call.caller.http.system, error=str(error)
        ) from error


def _unseen(shape: Shape, listing: Listing, place: Place, items: list[Any]) -> list[Any]:
    if listing.page.kind != "offset" or not place.number:
        return items
    ids = [listing.items.id(listing.items.record(item)) for item in items]
    if place.last not in ids:
        raise RetryableError(
            "{system}: {object} moved while they were listed", system=listing.call.caller.http.system, object=shape.name
        )
    return items[ids.index(place.last) + 1 :]


def _row(listing: Listing, item: Any) -> Any:
    if not isinstance(item, list) or len(item) != len(listing.asked):
        raise listing.call.caller.http.lost("rows with other columns", write=False)
    return dict(zip(listing.asked, item, strict=True))
