"""Adding a system without Python: the contract of a connector, kept by a connector file and the rest driver alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import ClassVar

import pytest

from connectors.rest import connect
from hub.domain.documents import Doc
from hub.ports.connector import Connector
from hub.testing.connector_contract import ConnectorContract
from tests.flagship.twin import Clock
from tests.odd.api import OddApi
from tests.odd.connecting import serving, setup_of

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class TestOddOwner(ConnectorContract):
    """Owners of the odd asset system."""

    name: ClassVar[str] = "owner"

    @pytest.fixture
    def api(self) -> Iterator[OddApi]:
        api = OddApi(Clock(NOW))
        yield api
        assert not [each for each in api.refusals if "label: required" not in each]

    @pytest.fixture
    def url(self, api: OddApi) -> Iterator[str]:
        with serving(api) as url:
            yield url

    @pytest.fixture
    def connector(self, url: str, api: OddApi) -> Connector:
        return connect(setup_of(url, lambda: api.clock.now))

    @pytest.fixture
    def unreachable(self) -> Connector:
        return connect(setup_of("http://127.0.0.1:1", lambda: NOW))

    @pytest.fixture
    def locked_out(self, url: str) -> Connector:
        return connect(setup_of(url, lambda: NOW, secret="wrong"))

    def document(self, key: str) -> Doc:
        return {"label": "Li & Söhne", "code": "c1", "tel": "+86 10 1234", "memo_key": key}

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "label": "O'Neill"}

    def refused(self, key: str) -> Doc:
        return {**self.document(key), "label": None}
