"""A hub that is up: found, served by other commands, and drained by SIGTERM."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import pytest
import requests

from tests.unit.cli.conftest import Run

Up = Callable[..., "subprocess.Popen[str]"]
PATIENCE = 30


def set_port(directory: Path, port: int) -> None:
    (directory / "hub.yaml").write_text(f"listen: {{port: {port}}}\n", "utf-8")


@pytest.fixture
def up(directory: Path) -> Iterator[Up]:
    """Starts the program as an operator would."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **extra: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "hub.cli", "--verbose", "--dir", str(directory), "up", *arguments]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", **extra}
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def line_of(process: "subprocess.Popen[str]") -> str:
    """What the program says on its output, past its log."""
    assert process.stdout is not None
    lines = (line.strip() for line in process.stdout)
    return next((line for line in lines if line.startswith("tickethub")), "")


def test_a_new_installation_comes_up_serves_and_ends_on_sigterm(bare: Run, directory: Path, up: Up) -> None:
    bare("init", str(directory))
    set_port(directory, 0)
    process = up("--migrate")
    told = line_of(process)
    assert told.startswith("tickethub is up at http://127.0.0.1:"), told
    with requests.Session() as session:
        session.trust_env = False
        url = told.split()[4]
        assert session.get(f"{url}/healthz", timeout=PATIENCE).ok
    bare("user", "add", "li.na", "--name", "x", "--role", "agent", "--password-stdin", stdin="a long enough one\n")
    assert "li.na" in bare("user", "list").output
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, output
    assert "li.na" in bare("user", "list").output


def test_a_second_hub_on_the_same_data_is_refused(run: Run, directory: Path, up: Up) -> None:
    set_port(directory, 0)
    assert "is up" in line_of(up())
    second = up()
    assert line_of(second) == f"tickethub: Another tickethub process writes in {directory}: stop it first."
    assert second.wait(PATIENCE) == 6


def test_a_busy_port_is_one_line_and_leaves_the_data_free(run: Run, directory: Path, up: Up) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        set_port(directory, taken.getsockname()[1])
        process = up()
        assert "is taken by another program" in line_of(process)
        assert process.wait(PATIENCE) == 6
    run("key", "add", "reports", "--scope", "tickets:read")


def test_a_killed_hub_leaves_nothing_that_keeps_the_next_from_starting(run: Run, directory: Path, up: Up) -> None:
    set_port(directory, 0)
    first = up()
    line_of(first)
    first.kill()
    first.wait()
    run("key", "add", "reports", "--scope", "tickets:read")
    assert "is up" in line_of(up())


CONNECTED = """
listen: {port: 0}
systems:
  erp:
    connector: tryton
    settings: {url: "http://127.0.0.1:9", database: x, user: hub}
    secrets: {password: env/CANARY_PASSWORD}
    mappings: [tryton/customer]
    poll_every: 1 s
calls:
  pbx: {dialect: zammad, token: env/CANARY_TOKEN}
mail: {host: 127.0.0.1, port: 9, sender: hub@example.com, user: hub, password: env/CANARY_MAIL}
"""


def test_with_the_erp_down_the_desk_works_and_no_secret_leaves_a_trace(run: Run, directory: Path, up: Up) -> None:
    (directory / "hub.yaml").write_text(CONNECTED, "utf-8")
    canaries = {name: f"canary-{name.lower()}" for name in ("CANARY_PASSWORD", "CANARY_TOKEN", "CANARY_MAIL")}
    process = up(**canaries)
    assert process.stdout is not None
    before: list[str] = []
    while not before or not before[-1].startswith("tickethub"):
        before.append(process.stdout.readline())
    told = before[-1]
    assert "is up" in told
    with requests.Session() as session:
        session.trust_env = False
        url = told.split()[4]
        assert session.get(f"{url}/healthz", timeout=PATIENCE).ok
        hook = f"{url}/webhooks/calls/pbx/{canaries['CANARY_TOKEN']}"
        assert session.post(hook, data={"event": "nonsense"}, timeout=PATIENCE).status_code in {400, 422}
        assert session.post(f"{url}/webhooks/calls/pbx/other", data={}, timeout=PATIENCE).status_code == 401
        assert "canary" not in session.get(f"{url}/api/v1/openapi.json", timeout=PATIENCE).text
    failed = next(line for line in chain(before, process.stdout) if "poll erp" in line)
    process.send_signal(signal.SIGTERM)
    log, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, log
    kept = b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())
    assert b"canary" not in kept.replace(b"CANARY", b"")
    assert "canary" not in "".join(before) + failed + log
