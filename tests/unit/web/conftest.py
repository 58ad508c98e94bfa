"""A web application over the SQLite store, its people, and clients."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.files.policies import load_policies
from hub.files.schemas import CanonicalSchemas
from hub.ports.accounts import User
from hub.services import accounts, api_keys, digests
from hub.services.context import Hub
from hub.storage.blobs import FileBlobs
from hub.storage.sqlite import SqliteStore
from hub.testing.clock import FakeClock, SerialIds
from hub.web import create_app
from hub.web.actions import Table
from hub.web.commands import ACTIONS
from hub.web.options import Options
from tests.unit.web.clients import (
    HOOKS,
    PASSWORD,
    PEOPLE,
    Api,
    Browser,
    Calls,
    Quick,
)

ROOT = Path(__file__).parents[3]
SCHEMAS = CanonicalSchemas(ROOT / "schemas" / "canonical")
POLICIES = load_policies([ROOT / "config"], ROOT / "schemas")


@pytest.fixture
def hub(sqlite_store: SqliteStore, clock: FakeClock, tmp_path: Path) -> Hub:
    return Hub(sqlite_store, clock, SerialIds(), SCHEMAS, FileBlobs(tmp_path / "blobs"), POLICIES)


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def options(calls: Calls) -> Options:
    return Options(hooks=HOOKS, receive_call=calls)


@pytest.fixture
def actions() -> Table:
    return ACTIONS


@pytest.fixture
def app(hub: Hub, options: Options, actions: Table) -> Flask:
    app = create_app(hub, options, actions)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def people(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> dict[str, User]:
    """One person of each role; their passwords are hashed once for all tests."""
    monkeypatch.setattr(digests, "HASHER", Quick())
    actor = hub.actor("setup")
    return {
        login: accounts.add_user(hub, actor, login=login, name=login.title(), password=PASSWORD, roles=roles)
        for login, roles in PEOPLE.items()
    }


@pytest.fixture
def api(client: FlaskClient, hub: Hub) -> Callable[..., Api]:
    def with_scopes(*scopes: str) -> Api:
        _, text = api_keys.add_key(hub, hub.actor("setup"), name="test", scopes=scopes, secret="s" * 43)
        return Api(client, text)

    return with_scopes


@pytest.fixture
def browser(app: Flask, people: dict[str, User]) -> Callable[[str], Browser]:
    def of(login: str) -> Browser:
        found = Browser(app)
        assert found.sign_in(login).status_code == 302
        return found

    return of
