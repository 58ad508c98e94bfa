"""A system at the other end of the rest driver: what it is asked is kept, what it answers is a function's to say."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson

from connectors.rest import connected
from hub.domain.documents import Doc
from hub.files.connector_drivers import against, driver_schema
from hub.ports.connector import Feed, ObjectSpec, Setup, Step
from hub.transport.declared.connector import DeclaredConnector
from hub.transport.guard import guard_of
from hub.transport.http import Answer, HttpClient, Request

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
BASE = "http://rest.example/api"
Told = tuple[int, dict[str, str], Any]
Say = Callable[["Asked"], Any]


class Asked:
    """One request as the other side sees it."""

    def __init__(self, request: Request) -> None:
        self.method = request.method
        self.path = request.url.removeprefix(BASE) if request.url.startswith(BASE) else urlsplit(request.url).path
        self.query = dict(request.query)
        self.pairs = list(request.query)  # in their order; a name may come twice
        self.headers = {name.lower(): value for name, value in request.headers.items()}
        self.text = None if request.body is None else request.body.decode()

    @property
    def doc(self) -> Any:
        """Its JSON."""
        return json.loads(self.text or "null")

    def __repr__(self) -> str:
        return f"{self.method} {self.path} {self.query} {self.text}"


class FakeHttp(HttpClient):
    """HTTP without a network."""

    def __init__(self, say: Say) -> None:
        super().__init__("shop", guard=guard_of("shop", [BASE]))
        self.say = say
        self.asked: list[Asked] = []

    def send(self, request: Request, *, write: bool) -> Answer:
        """What the function says: a document, or status, headers and document; an error is raised."""
        asked = Asked(request)
        self.asked.append(asked)
        told = self.say(asked)
        if isinstance(told, Exception):
            raise told
        if isinstance(told, str) and told == "lost":
            raise self.lost("no answer", write=write)
        status, headers, doc = told if isinstance(told, tuple) else (200, {}, told)
        body = b"" if doc is None else doc if isinstance(doc, bytes) else orjson.dumps(doc)
        return Answer(status, headers, body)


class Shop:
    """A connector with one object, ``item``, and what is at its other end."""

    def __init__(
        self, remote: Doc, say: Say, connection: Doc | None = None, others: dict[str, Doc] | None = None, **spec: Any
    ) -> None:
        told = {"url": "{url}", **(connection or {})}
        objects = {"item": remote, **(others or {})}
        schema = driver_schema("rest")
        wrong = list(against(schema | {"$ref": "#/$defs/connection"}, told, "connection"))
        for name, one in objects.items():
            wrong += against(schema | {"$ref": "#/$defs/remote"}, one, name)
        assert not wrong, [str(one) for one in wrong]
        feed = spec.pop("feed", Feed("UTC", timedelta(seconds=1)))
        specs = {name: ObjectSpec(name, feed=feed, **spec) for name in objects}
        settings = {"url": BASE, "region": "cn"}
        self.http = FakeHttp(say)
        self.connector: DeclaredConnector = connected(
            Setup("shop", settings, specs, objects, told, now=lambda: NOW), self.http
        )

    @property
    def asked(self) -> list[Asked]:
        """All requests."""
        return self.http.asked


def at(seconds: float) -> datetime:
    """So many seconds after NOW."""
    return NOW + timedelta(seconds=seconds)


def iso(seconds: float) -> str:
    """The same, as most products write it."""
    return at(seconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def everything(shop: Shop, since: datetime, until: datetime) -> list[str]:
    """The ids of all pages."""
    ids: list[str] = []
    after: str | None = None
    while True:
        page = shop.connector.changes("item", since=since, until=until, after=after)
        ids += [record.id for record in page.records]
        after = page.after
        if after is None:
            return ids


__all__ = ["BASE", "NOW", "Asked", "Shop", "Step", "at", "everything", "iso"]
