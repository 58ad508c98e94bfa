"""The driver soap against an independent SOAP server: the contract of every connector, on both kinds of token."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors.soap import connect
from hub.domain.documents import Doc
from hub.files.connectors import load_connector
from hub.ports.connector import Connector, Remote, Setup
from hub.testing.connector_contract import ConnectorContract
from hub.testing.twin.twin import serving
from hub.testing.twins.soap_erp import SoapErp

pytestmark = pytest.mark.proves(product="soap_erp", against="twin")

DECLARED = load_connector(Path(__file__).parents[2] / "connectors" / "soap_erp.yaml")
SETTINGS: Mapping[str, Any] = {**SoapErp.settings, **SoapErp.secrets}


def connected(url: str, *, security: str = "digest", **other: str) -> Connector:
    connection = {**DECLARED.connection, "security": {**DECLARED.connection["security"], "kind": security}}
    settings = {**SETTINGS, "url": url, **other}
    return connect(Setup("erp", settings, DECLARED.objects, DECLARED.remote, connection, folder=DECLARED.folder))


@pytest.fixture(scope="module")
def books() -> SoapErp:
    return SoapErp()


@pytest.fixture(scope="module")
def url(books: SoapErp) -> Iterator[str]:
    with serving(books) as address:
        yield f"{address}/"


def party(key: str) -> Doc:
    return {
        "externalRef": key,
        "name": "Dongfang Clinic 东方诊所",
        "language": "ZH",
        "taxNumber": "91310115MA1K3XQ27U",
        "mobile": "+8613511112222",
        "mail": "desk@dongfang.example",
    }


class SoapContract(ConnectorContract):
    @pytest.fixture
    def connector(self, url: str) -> Connector:
        return connected(url)

    @pytest.fixture
    def unreachable(self) -> Connector:
        return connected("http://127.0.0.1:9/")

    @pytest.fixture
    def locked_out(self, url: str) -> Connector:
        return connected(url, password="not the password")


class TestCustomer(SoapContract):
    name = "customer"

    def document(self, key: str) -> Doc:
        return party(key)

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "mobile": "+8613599998888"}

    def refused(self, key: str) -> Doc:
        return {**party(key), "taxNumber": "123"}


class TestCustomerWithThePasswordAsText(TestCustomer):
    @pytest.fixture
    def connector(self, url: str) -> Connector:
        return connected(url, security="text")

    @pytest.fixture
    def locked_out(self, url: str) -> Connector:
        return connected(url, security="text", password="not the password")


class TestInvoice(SoapContract):
    name = "invoice"

    @pytest.fixture(autouse=True)
    def customer(self, connector: Connector, key: str) -> None:
        self.party = connector.create("customer", party(f"{key}C")).id

    def document(self, key: str) -> Doc:
        line = {"lineId": "L1", "item": "LABOUR", "text": "Visit 上门服务", "quantity": "1.5", "unit": "HUR"}
        return {
            "externalRef": key,
            "customerId": self.party,
            "currency": "CNY",
            "description": "Visit 上门服务",
            "lines": {"line": [{**line, "price": "180.00", "taxPercent": "6"}]},
        }

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "description": None}

    def refused(self, key: str) -> Doc:
        return {**self.document(key), "currency": "XXX"}

    def test_what_we_wrote_stands_in_the_record(self, created: Remote, key: str) -> None:
        """The contract leaves out lists; ours stand in an element of their own."""
        sent = self.document(key)
        kept = {name: created.doc[name] for name in sent}
        assert kept["lines"]["line"][0].pop("amount") == "270.00"
        assert kept == sent
