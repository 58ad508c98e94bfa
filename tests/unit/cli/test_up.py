"""A hub that is up: found, served by other commands, and drained by SIGTERM."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
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

    def start(*arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "hub.cli", "--dir", str(directory), "up", *arguments]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
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
    assert process.stdout is not None
    return process.stdout.readline().strip()


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
    output, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 6
    assert output == f"tickethub: Another tickethub process writes in {directory}: stop it first.\n"


def test_a_busy_port_is_one_line_and_leaves_the_data_free(run: Run, directory: Path, up: Up) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        set_port(directory, taken.getsockname()[1])
        process = up()
        output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 6
    assert "is taken by another program" in output
    assert len(output.splitlines()) == 1
    run("key", "add", "reports", "--scope", "tickets:read")


def test_a_killed_hub_leaves_nothing_that_keeps_the_next_from_starting(run: Run, directory: Path, up: Up) -> None:
    set_port(directory, 0)
    first = up()
    line_of(first)
    first.kill()
    first.wait()
    run("key", "add", "reports", "--scope", "tickets:read")
    assert "is up" in line_of(up())
