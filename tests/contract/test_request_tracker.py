"""A real Request Tracker 5, connected by YAML alone: the contract of every connector, and its own ways."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import requests
from ulid import ULID

from connectors.rest import connect
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, StaleError, UnknownOutcomeError
from hub.files.connectors import load_connector
from hub.ports.connector import Connector, Remote, Setup
from hub.testing.connector_contract import ConnectorContract
from hub.testing.lossy_proxy import LossyProxy
from hub.testing.rt.server import CATALOG, QUEUE, RtServer

DECLARED = load_connector(Path(__file__).parents[2] / "connectors" / "request_tracker.yaml")
pytestmark = pytest.mark.rt


def connected(rt: RtServer, **other: Any) -> Connector:
    settings = {"url": rt.url, "token": rt.token, "queue": QUEUE, "catalog": CATALOG, "request_seconds": 10, **other}
    return connect(Setup("desk", settings, DECLARED.objects, DECLARED.remote, DECLARED.connection))


def by_hand(rt: RtServer, method: str, path: str, **doc: Any) -> Any:
    """A person over there, at the same API."""
    with requests.Session() as http:
        http.trust_env = False
        answer = http.request(
            method, f"{rt.url}/REST/2.0/{path}", json=doc or None, auth=("root", "password"), timeout=10
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None


@pytest.fixture(scope="session")
def desk(rt: RtServer) -> Connector:
    return connected(rt)


@pytest.fixture
def key() -> str:
    return str(ULID())


def ticket(key: str) -> Doc:
    return {
        "subject": "Alarm E17 呼吸机 <b> 'quoted' \\ & \"so\"",
        "status": "new",
        "priority": 50,
        "report": None,
        "hub_id": key,
    }


def asset(key: str) -> Doc:
    return {
        "name": "Chiller 1 冷水机",
        "description": None,
        "status": "in-use",
        "serial": f"S'{key}",
        "warranty_ends_on": "2028-01-31",
        "hub_id": key,
    }


class OfTheDesk(ConnectorContract):
    @pytest.fixture
    def connector(self, desk: Connector) -> Connector:
        return desk

    @pytest.fixture
    def unreachable(self, rt: RtServer) -> Connector:
        return connected(rt, url="http://127.0.0.1:9")

    @pytest.fixture
    def locked_out(self, rt: RtServer) -> Connector:
        return connected(rt, token="1-2-wrong")


class TestTicket(OfTheDesk):
    name: ClassVar[str] = "ticket"

    def document(self, key: str) -> Doc:
        return ticket(key)

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "status": "resolved", "report": "Replaced the sensor\n已更换流量传感器 'so'"}

    def refused(self, key: str) -> Doc:
        return {**ticket(key), "status": "flying"}


class TestAsset(OfTheDesk):
    name: ClassVar[str] = "asset"

    def document(self, key: str) -> Doc:
        return asset(key)

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "serial": f"{doc['serial']}-2", "warranty_ends_on": None, "description": "Hall 3 \"A\""}

    def refused(self, key: str) -> Doc:
        return {**asset(key), "status": "flying"}
