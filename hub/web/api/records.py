"""Lists, single records, new records, patches and actions of every entity, from the tables."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.domain.search import tokens_for_query
from hub.ports.records import Listing, Record
from hub.ports.store import UnitOfWork
from hub.services import editing
from hub.services.idempotency import Reply
from hub.services.masking import masked
from hub.services.visibility import Rows, need, rows
from hub.web import commands
from hub.web.actions import Key, Ready
from hub.web.api.answers import body, document, etag, idempotent, reply, respond, shown, wanted_version
from hub.web.auth import Rule, allowed, guarded
from hub.web.entities import ENTITIES
from hub.web.state import actor, caller, hub

MOST = 200
NUMBER = re.compile(r"[1-9][0-9]{0,3}")
USUAL = 50
RESERVED = frozenset({"sort", "limit", "after", "q"})
View = Callable[..., Response]


def register(api: Blueprint) -> None:
    """One route for each verb of each entity, so that the route table tells everything."""
    for entity, facts in ENTITIES.items():
        at = f"/{facts.plural}"
        add(api, "GET", at, f"{entity}.list", allowed(facts.reads), lister(entity))
        add(api, "GET", f"{at}/<record_id>", f"{entity}.get", allowed(facts.reads), getter(entity))
        if facts.can_create:
            add(api, "POST", at, f"{entity}.create", allowed(facts.writes), creator(entity))
        if facts.can_patch:
            add(api, "PATCH", f"{at}/<record_id>", f"{entity}.patch", allowed(facts.writes), patcher(entity))


def register_actions(api: Blueprint, table: Mapping[Key, Ready]) -> None:
    """One route for each action."""
    for (entity, name), action in table.items():
        at = f"/{ENTITIES[entity].plural}/<record_id>/{name}"
        add(api, "POST", at, f"{entity}.{name}", Rule(action.scope, action.permission), doer(action))


def add(api: Blueprint, method: str, at: str, name: str, rule: Rule, view: View) -> None:
    """Add a route with its rule."""
    api.add_url_rule(at, endpoint=name.replace(".", "-"), view_func=guarded(rule)(view), methods=[method])


def viewer() -> Callable[[UnitOfWork], Rows | None]:
    """Tells in a transaction which rows the caller sees, None for all; asked for before, on the request's thread."""
    known = caller()
    restricted = known.actor if known and known.own_rows else None
    return lambda tx: rows(tx, restricted) if restricted else None


def shower() -> Callable[[Record], Record]:
    """Tells what the caller sees of a record: nothing personal, where his roles do not see it."""
    schemas, known = hub().schemas, caller()
    if known is None or known.sees_personal:
        return lambda record: record
    return lambda record: replace(record, doc=masked(schemas.schema(record.entity), record.doc))


def lister(entity: str) -> View:
    """The view of a listing."""

    def view() -> Response:
        only, show = viewer(), shower()
        asked, schema = request.args, hub().schemas.schema(entity)
        listing = hub().store.read(lambda tx: find(tx, entity, schema, asked, only(tx)))
        answer = {"items": [document(show(record)) for record in listing.records], "next": listing.after}
        response = shown(answer)
        if listing.after:
            response.headers["Link"] = f'<{next_page(listing.after)}>; rel="next"'
        return response

    return view


def next_page(after: str) -> str:
    """The address of the page that follows."""
    return f"{request.path}?{urlencode({**request.args.to_dict(flat=False), 'after': [after]}, doseq=True)}"


def find(
    tx: UnitOfWork, entity: str, schema: Mapping[str, Any], asked: MultiDict[str, str], only: Rows | None
) -> Listing:
    """The page that a query string asks for, within the rows that the caller sees."""
    where = {name: asked.getlist(name) for name in asked if name not in RESERVED}
    for name, values in (only.where(entity) if only else {}).items():
        where[name] = narrowed(where.get(name), values)
    words = wanted(entity, schema, asked["q"]) if "q" in asked else None
    sort = asked.get("sort", "-id")
    return tx.records.page(entity, where, sort=sort, limit=limit(asked), after=asked.get("after"), words=words)


def wanted(entity: str, schema: Mapping[str, Any], query: str) -> list[str]:
    """What full-text search is to find; InvalidError where an entity has no searched fields."""
    if not any(node.get("x-search") for node in schema["properties"].values()):
        raise InvalidError("{entity} has no full-text search: filter by a field.", entity=entity)
    return tokens_for_query(query)


def narrowed(asked: list[str] | None, seen: object) -> list[str]:
    """Of the values that were asked for, those that may be seen."""
    visible = seen if isinstance(seen, list) else [str(seen)]
    return visible if asked is None else [value for value in asked if value in visible]


def limit(asked: MultiDict[str, str]) -> int:
    """How many records a page has; InvalidError when that is no sensible number."""
    text = asked.get("limit", str(USUAL))
    if not NUMBER.fullmatch(text) or int(text) > MOST:
        raise InvalidError("limit={limit} is not a number from 1 to {most}.", limit=text[:20], most=MOST)
    return int(text)


def getter(entity: str) -> View:
    """The view of one record."""

    def view(record_id: str) -> Response:
        only = viewer()
        record = hub().store.read(lambda tx: need(tx, entity, record_id, only(tx)))
        if request.headers.get("If-None-Match") == etag(record.version):
            return Response(status=304, headers={"ETag": etag(record.version)})
        return respond(*reply(shower()(record)))

    return view


def creator(entity: str) -> View:
    """The view that makes a record."""

    def view() -> Response:
        context, who, values, show = hub(), actor(), body(), shower()
        return idempotent(lambda tx: reply(show(commands.create(context, tx, who, entity, values)), 201))

    return view


def patcher(entity: str) -> View:
    """The view that edits a record in the version that the caller saw."""

    def view(record_id: str) -> Response:
        context, who, only, show = hub(), actor(), viewer(), shower()
        version, patch = wanted_version(), body()

        def work(tx: UnitOfWork) -> Reply:
            need(tx, entity, record_id, only(tx))
            record = editing.seen(tx, entity, record_id, version)
            return reply(show(editing.edit(context, tx, who, record, patch)))

        return respond(*context.store.run(work))

    return view


def doer(ready: Ready) -> View:
    """The view of an action."""

    def view(record_id: str) -> Response:
        values = body()
        version = wanted_version() if "If-Match" in request.headers else None
        return idempotent(doing(ready, record_id, values, version))

    return view


def doing(ready: Ready, record_id: str, values: Doc, version: int | None = None) -> Callable[[UnitOfWork], Reply]:
    """The work of an action, asked for by the present request, to be done in a transaction."""
    context, who, only = hub(), actor(), viewer()
    show = shower()
    ready.action.before(context, record_id, values)

    def work(tx: UnitOfWork) -> Reply:
        need(tx, ready.entity, record_id, only(tx))
        if version is not None:
            editing.seen(tx, ready.entity, record_id, version)
        ready.body.check(values)
        editing.refuse_dangling(tx, ready.body.schema, values)
        return reply(show(ready.action.run(context, tx, who, record_id, values)))

    return work
