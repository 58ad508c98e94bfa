"""T10, T19: what the driver soap makes of answers that are none: a named error, bounded memory, and it goes on."""

from pathlib import Path
from typing import Any

from connectors.soap import connect
from hub.files.connectors import load_connector
from hub.ports.connector import Remote, Setup
from hub.testing.hostile_answers import HostileAnswers

DECLARED = load_connector(Path(__file__).parents[2] / "connectors" / "soap_erp.yaml")
CUSTOMER = "<id>7</id><externalRef>K</externalRef><number>C7</number><name>A</name><revision>1</revision>"
GOOD = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
    '<GetCustomerResponse xmlns="urn:soap-erp:books:1"><resultCode>OK</resultCode>'
    f"<customer>{CUSTOMER}<changedAt>2026-01-31T16:00:00</changedAt></customer></GetCustomerResponse>"
    "</e:Body></e:Envelope>"
)


class TestSoap(HostileAnswers):
    good = GOOD.encode()
    content_type = "text/xml; charset=utf-8"

    def connect(self, url: str) -> Any:
        settings = {"url": url, "user": "u", "password": "p", "request_seconds": 1}
        return connect(
            Setup("erp", settings, DECLARED.objects, DECLARED.remote, DECLARED.connection, folder=DECLARED.folder)
        )

    def read(self, connector: Any) -> object:
        found = connector.get("customer", "7")
        assert isinstance(found, Remote)
        return found

    def write(self, connector: Any) -> object:
        return connector.update("customer", Remote("7", {"name": "A"}, "1"), {"name": "B"})
