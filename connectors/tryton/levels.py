"""Stock levels: Tryton stores moves, so the level of a product in a location is computed, and fed from the moves."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.tryton.feed import Feeds
from connectors.tryton.shapes import Feed
from connectors.tryton.values import decimal_text
from connectors.tryton.wire import Wire
from hub.domain.errors import RejectedError
from hub.ports.connector import Page, Remote

MOVES = (Feed("stock.move", ""),)
Pair = tuple[int, int]  # product, location


class Levels:
    """Serves the level of each product in each location; its id is ``product@location``."""

    def __init__(self, wire: Wire, feeds: Feeds) -> None:
        self._wire = wire
        self._feeds = feeds

    def changes(self, since: datetime, until: datetime, after: str | None) -> Page:
        """The levels at both ends of every move that changed."""
        changes = self._feeds.changes(MOVES, since, until, after)
        ends = ["product", "from_location", "from_location.type", "to_location", "to_location.type"]
        rows = self._wire.read("stock.move.search_read", [["id", "in", list(changes.keys)]], 0, None, None, ends)
        pairs = dict.fromkeys(
            (row["product"], row[end])
            for row in rows
            for end in ("from_location", "to_location")
            if row[f"{end}."]["type"] == "storage"
        )
        return Page(tuple(self._levels(pairs)), changes.after)

    def get(self, remote_id: str) -> Remote | None:
        """One level; a product that never lay there has the level zero."""
        product, _, location = remote_id.partition("@")
        return next(iter(self._levels([(int(product), int(location))])), None)

    def find(self, field: str, value: str) -> Sequence[Remote]:
        """The levels of a product in all storage locations; no other field can be asked."""
        if field != "product":
            raise RejectedError(
                "{system}: stock levels are found by product, not by {field}", system=self._wire.system, field=field
            )
        locations = self._wire.read("stock.location.search", [["type", "=", "storage"], ["code", "!=", None]])
        return self._levels((int(value), location) for location in locations)

    def _levels(self, pairs: Iterable[Pair]) -> list[Remote]:
        by_location: dict[int, list[int]] = {}
        for product, location in pairs:
            by_location.setdefault(location, []).append(product)
        coded = self._coded(list(by_location))
        return [
            remote
            for location, products in by_location.items()
            if location in coded
            for remote in self._in(location, products)
        ]

    def _coded(self, locations: list[int]) -> set[int]:
        """The locations that have a code: those without are Tryton's own."""
        return set(self._wire.read("stock.location.search", [["id", "in", locations], ["code", "!=", None]]))

    def _in(self, location: int, products: list[int]) -> list[Remote]:
        there = self._wire.read("product.product.search", [["id", "in", products]])
        asked = ["quantity", "default_uom.symbol"]
        held = self._wire.read("product.product.read", there, asked, locations=[location])
        free = self._wire.read("product.product.read", there, ["quantity"], locations=[location], stock_assign=True)
        available = {row["id"]: row["quantity"] for row in free}
        return [_level(row, location, available[row["id"]]) for row in held]


def _level(row: dict[str, Any], location: int, available: float) -> Remote:
    held, free = Decimal(repr(row["quantity"])), Decimal(repr(available))
    doc = {
        "product": str(row["id"]),
        "location": str(location),
        "quantity": decimal_text(float(held)),
        "reserved": decimal_text(float(held - free)),
        "available": decimal_text(float(free)),
        "unit": row["default_uom."]["symbol"],
    }
    return Remote(f"{row['id']}@{location}", doc)
