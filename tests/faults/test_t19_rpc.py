"""The drivers jsonrpc and xmlrpc before answers that are none (T09, T10, T19)."""

import itertools
from datetime import timedelta
from importlib import import_module
from typing import ClassVar

import pytest

from hub.domain.documents import Doc
from hub.ports.connector import Connector, Feed, ObjectSpec, Setup
from hub.testing.hostile_answers import HostileAnswers
from hub.transport.declared import rpc

REMOTE: Doc = {
    "fields": {"name": {}},
    "get": {"method": "item.get", "params": ["{id}"]},
    "create": {"method": "item.add", "params": ["{doc}"], "id": "body.id"},
}


class OverRpc(HostileAnswers):
    driver: ClassVar[str]

    @pytest.fixture(autouse=True)
    def one_number(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each call has the number that the good answer is for."""
        monkeypatch.setattr(rpc, "NUMBERS", itertools.repeat(1))

    def connect(self, url: str) -> Connector:
        objects = {"item": ObjectSpec("item", feed=Feed("UTC", timedelta(seconds=1)))}
        setup = Setup("shop", {"url": url, "request_seconds": 1}, objects, {"item": REMOTE}, {"url": "{url}"})
        made: Connector = import_module(f"connectors.{self.driver}").connect(setup)
        return made

    def read(self, connector: Connector) -> object:
        return connector.get("item", "7")

    def write(self, connector: Connector) -> object:
        return connector.create("item", {"name": "a"})


class TestJsonRpc(OverRpc):
    driver = "jsonrpc"
    good = b'{"jsonrpc": "2.0", "id": 1, "result": {"id": "7", "name": "a"}}'


class TestXmlRpc(OverRpc):
    driver = "xmlrpc"
    content_type = "text/xml; charset=utf-8"
    good = (
        b"<methodResponse><params><param><value><struct>"
        b"<member><name>id</name><value><string>7</string></value></member>"
        b"<member><name>name</name><value><string>a</string></value></member>"
        b"</struct></value></param></params></methodResponse>"
    )
