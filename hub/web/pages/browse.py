"""Lists on pages: filters from the query string, full-text search, one page after another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request
from werkzeug.datastructures import MultiDict

from hub.ports.records import Record
from hub.web.api.records import find, viewer
from hub.web.state import hub
from hub.web.words import node

PAGE = "25"


@dataclass(frozen=True)
class Page:
    """What a list shows: its records, what was asked for, and the way to the next page."""

    records: tuple[Record, ...]
    asked: dict[str, str]
    next_url: str | None
    is_first: bool


def browse(entity: str, filters: tuple[str, ...], sort: str, instead: Sequence[str] = ()) -> Page:
    """The page of records that the query string asks for; unknown and empty parameters mean nothing here.

    ``instead`` are the records that the search text means, where it was understood as something else than words.
    """
    known = {name: request.args[name] for name in (*filters, "q", "after", "sort") if request.args.get(name)}
    asked: MultiDict[str, str] = MultiDict({"sort": sort, **known, "limit": PAGE})
    if instead:
        asked.pop("q")
        asked.setlist("id", instead)
    only, schema = viewer(), hub().schemas.schema(entity)
    listing = hub().store.read(lambda tx: find(tx, entity, schema, asked, only(tx)))
    after = listing.after
    next_url = f"{request.path}?{urlencode({**known, 'after': after})}" if after else None
    return Page(listing.records, known, next_url, "after" not in known)


def values_of(entity: str, name: str) -> list[tuple[str, Any]]:
    """What a filter offers: the values of a choice with the titles of the schema."""
    field = node(entity, name)
    return [(value, field.get("x-enum", {}).get(value)) for value in field.get("enum", ())]
