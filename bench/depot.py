"""The connector of the benchmarks' remote side (bench/depot_server.py): JSON by POST, one request for each call."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson

from hub.domain.documents import Doc
from hub.domain.errors import HubError, StaleError
from hub.domain.instants import parse_instant
from hub.ports.connector import Connector, Item, ObjectSpec, Page, Probe, Remote, Setup
from hub.transport.http import HttpClient, http_of, refusal

OK, CONFLICT = 200, 409


def connect(setup: Setup) -> Connector:
    """Make the connector of one system; nothing is called yet."""
    url = setup.settings["url"]
    return Depot(http_of(setup, url), url, setup.objects)


class Depot:
    """One depot."""

    def __init__(self, http: HttpClient, url: str, objects: Mapping[str, ObjectSpec]) -> None:
        self._http, self._url, self._objects = http, url, objects

    def probe(self) -> Probe:
        return Probe("depot 1")

    def objects(self) -> Mapping[str, ObjectSpec]:
        return self._objects

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        window = {"since": since.isoformat(timespec="microseconds"), "until": until.isoformat(timespec="microseconds")}
        told = self._call("list", {"object": name, **window, "after": after})
        return Page(tuple(map(remote_of, told["records"])), told["after"])

    def get(self, name: str, remote_id: str) -> Remote | None:
        record = self._call("get", {"object": name, "id": remote_id})["record"]
        return None if record is None else remote_of(record)

    def find(self, name: str, field: str, value: str) -> Sequence[Remote]:
        return [
            remote_of(one) for one in self._call("find", {"object": name, "field": field, "value": value})["records"]
        ]

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:  # noqa: ARG002 - the document has it
        return remote_of(self._call("create", {"object": name, "doc": doc}, write=True)["record"])

    def update(self, name: str, seen: Remote, doc: Doc, *, key: str = "") -> Remote:  # noqa: ARG002 - versions do it
        asked = {"object": name, "id": seen.id, "version": seen.version, "doc": doc}
        return remote_of(self._call("update", asked, write=True)["record"])

    def act(self, name: str, remote_id: str, action: str, *, key: str = "") -> None:
        raise NotImplementedError

    def write_many(self, name: str, items: Sequence[Item]) -> Mapping[str, Remote | HubError]:
        new = [item for item in items if item.seen is None]
        asked = {"object": name, "docs": [item.doc for item in new]}
        told = self._call("create_many", asked, write=True)["results"] if new else []
        made = {item.key: remote_of(one["record"]) for item, one in zip(new, told, strict=True)}
        return made | {item.key: self._updated(name, item) for item in items if item.seen is not None}

    def _updated(self, name: str, item: Item) -> Remote | HubError:
        assert item.seen is not None
        try:
            return self.update(name, item.seen, item.doc)
        except HubError as error:
            return error

    def _call(self, verb: str, asked: Doc, *, write: bool = False) -> Doc:
        answer = self._http.post_json(f"{self._url}/{verb}", asked, headers={}, write=write)
        if answer.status == CONFLICT:
            raise StaleError("{id} was changed.", id=asked["id"])
        if answer.status != OK:
            raise refusal(self._http, answer, write=write)
        told: Doc = orjson.loads(answer.body)
        return told


def remote_of(told: Doc) -> Remote:
    """A record as the engine sees it."""
    return Remote(told["id"], told["doc"], told["version"], parse_instant(told["changed_at"]))
