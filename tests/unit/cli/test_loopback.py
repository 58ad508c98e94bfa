"""While a hub is up, commands that write are run by it, and nobody else gets in that way."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from werkzeug.test import Client

from hub.bootstrap import Container, build
from hub.cli.loopback import FILE, Loopback, announce, withdraw
from hub.cli.web_server import WebServer
from hub.files.settings import Listen, load
from tests.unit.cli.conftest import Run

TOKEN = {"Authorization": "Bearer secret"}
HERE = {"REMOTE_ADDR": "127.0.0.1"}
ADD = {"login": "li.na", "name": "李娜", "roles": ["agent"], "password": "a long enough one"}


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"the console"]


@pytest.fixture
def container(run: Run, directory: Path) -> Iterator[Container]:
    with build(load(directory), {}) as container:
        yield container


@pytest.fixture
def client(container: Container) -> Client:
    return Client(Loopback(application, container.hub, "secret"))


def test_everything_else_goes_to_the_console(client: Client) -> None:
    assert client.get("/").text == "the console"


def test_an_operation_is_run_and_answered(client: Client) -> None:
    answer = client.post("/_loopback/user.add", json=ADD, headers=TOKEN, environ_base=HERE)
    assert orjson.loads(answer.data)["answer"]["login"] == "li.na"


def test_a_refusal_comes_back_with_its_sentence_and_code(client: Client) -> None:
    answer = client.post("/_loopback/user.add", json={**ADD, "password": "x"}, headers=TOKEN, environ_base=HERE)
    told = orjson.loads(answer.data)
    assert told["code"] == 3
    assert "password" in told["failure"]


@pytest.mark.parametrize(
    ("name", "headers", "environ"),
    [
        ("user.list", {}, HERE),
        ("user.list", {"Authorization": "Bearer other"}, HERE),
        ("user.list", TOKEN, {"REMOTE_ADDR": "192.0.2.7"}),
        ("user.list", {**TOKEN, "X-Forwarded-For": "192.0.2.7"}, HERE),
        ("user.nothing", TOKEN, HERE),
    ],
)
def test_nobody_else_gets_in_or_learns_what_there_is(
    client: Client, name: str, headers: dict[str, str], environ: dict[str, str]
) -> None:
    answer = client.post(f"/_loopback/{name}", json={}, headers=headers, environ_base=environ)
    assert (answer.status_code, answer.json) == (404, {})


def test_the_token_is_for_the_owner_only_and_new_in_every_run(tmp_path: Path) -> None:
    first = announce(tmp_path, "http://127.0.0.1:1")
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert announce(tmp_path, "http://127.0.0.1:1") != first
    withdraw(tmp_path)
    assert not (tmp_path / FILE).exists()


def test_a_command_that_writes_is_run_by_the_hub_that_is_up(container: Container, directory: Path, bare: Run) -> None:
    server = WebServer(Listen("127.0.0.1", 0, threads=2, proxies=0, https_only=False))
    server.start(Loopback(application, container.hub, announce(directory, server.url)))
    try:
        key = json.loads(bare("key", "add", "reports", "--scope", "tickets:read", "--json").output)
        assert key["id"] in bare("key", "list").output
        assert "no user nobody" in bare("user", "disable", "nobody", code=4).output
    finally:
        server.stop()
    assert [one.name for one in container.hub.store.read(lambda tx: tx.accounts.keys())] == ["reports"]


@pytest.mark.usefixtures("container")
def test_a_holder_that_does_not_answer_is_told_of(bare: Run, directory: Path) -> None:
    result = bare("key", "add", "reports", "--scope", "tickets:read", code=7)
    assert f"Another tickethub process holds {directory}" in result.output
