"""The rest driver before answers that are none (T19)."""

from datetime import timedelta
from typing import ClassVar

from connectors.rest import connected
from hub.domain.documents import Doc
from hub.ports.connector import Connector, Feed, ObjectSpec, Setup
from hub.testing.hostile_answers import HostileAnswers
from hub.transport.guard import guard_of
from hub.transport.http import HttpClient, Limits

REMOTE: Doc = {
    "fields": {"name": {}},
    "get": {"path": "/items/{id}"},
    "create": {"path": "/items"},
}


class TestRest(HostileAnswers):
    good: ClassVar[bytes] = b'{"id": "7", "name": "a"}'

    def connect(self, url: str) -> Connector:
        objects = {"item": ObjectSpec("item", feed=Feed("UTC", timedelta(seconds=1)))}
        http = HttpClient("shop", Limits(read=0.5, total=1), guard_of("shop", [url]))
        return connected(Setup("shop", {"url": url}, objects, {"item": REMOTE}, {"url": "{url}"}), http)

    def read(self, connector: Connector) -> object:
        return connector.get("item", "7")

    def write(self, connector: Connector) -> object:
        return connector.create("item", {"name": "a"})
