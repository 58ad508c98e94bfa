"""The OData driver before answers that are none: of a service, and of what it says of itself (T09, T10, T19)."""

import json
from typing import Any

from lxml import etree

from connectors.odata import connect
from connectors.odata.connector import ODataConnector
from connectors.odata.metadata import Model, model_of
from connectors.odata.wire import Wire
from hub.domain.documents import Doc
from hub.ports.connector import ObjectSpec, Setup
from hub.testing.hostile_answers import HostileAnswers
from tests.unit.connectors.odata_v4 import METADATA

REMOTE: Doc = {"service": "v4", "set": "Things", "fields": {"Id": {"computed": True}, "Name": {}}}


def setup_of(url: str) -> Setup:
    connection = {"url": url, "version": 4, "auth": {"kind": "none"}}
    return Setup("shop", {"request_seconds": 1}, {"thing": ObjectSpec("thing")}, {"thing": REMOTE}, connection)


class TestOData(HostileAnswers):
    good = json.dumps({"@odata.etag": 'W/"1"', "Id": "7", "Name": "a"}).encode()

    def connect(self, url: str) -> Any:
        made = connect(setup_of(url))
        assert isinstance(made, ODataConnector)
        made._wire._models["v4"] = model_of(etree.fromstring(METADATA.encode()))
        return made

    def read(self, connector: Any) -> object:
        return connector.get("thing", "7")

    def write(self, connector: Any) -> object:
        return connector.create("thing", {"Name": "b"})


class TestMetadata(HostileAnswers):
    """What is read before anything is written."""

    good = METADATA.encode()
    content_type = "application/xml"
    test_a_write_may_have_happened = None  # type: ignore[assignment] # nothing is written there

    def connect(self, url: str) -> Wire:
        return Wire(setup_of(url))

    def read(self, connector: Wire) -> Model:
        return connector.model_now("v4")

    write = read
