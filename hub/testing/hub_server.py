"""The hub as a process of its own, for the demo and the tests: set up, started, killed, started again."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import requests

from hub.testing.child import Child
from hub.testing.tryton.server import clean_environment

READY_SECONDS = 60
STOP_SECONDS = 35


class HubError(Exception):
    """The hub for the demo or a test does not run; the message says why."""


class HubServer(Child):
    """One data directory and the process that serves it."""

    def __init__(self, directory: Path, port: int, environment: Mapping[str, str] | None = None) -> None:
        super().__init__(STOP_SECONDS)
        self.directory, self.port = directory, port
        self.url = f"http://127.0.0.1:{port}"
        self._environment = {**clean_environment(), "PYTHONPATH": os.pathsep.join(sys.path), **(environment or {})}

    def set_up(self, settings: str, files: Mapping[str, str]) -> bool:
        """Make the data directory, its secrets and its settings; False when it is there already."""
        fresh = not (self.directory / "key.json").exists()
        if fresh:
            self.run("init", str(self.directory))
        (self.directory / "hub.yaml").write_text(settings, encoding="utf-8")
        for name, text in files.items():
            path = self.directory / name
            path.parent.mkdir(exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(text + "\n", encoding="utf-8")
        self.run("migrate")
        return fresh

    def run(self, *arguments: str, typed: str | None = None) -> str:
        """Run a command of the command line; HubError with its words when it fails."""
        done = subprocess.run(  # noqa: S603 - our own command line
            self._command(arguments), input=typed, capture_output=True, text=True, check=False, env=self._environment
        )
        if done.returncode:
            raise HubError((done.stderr or done.stdout).strip().splitlines()[-1])
        return done.stdout

    def start(self, **environment: str) -> None:
        """Start and wait until it answers."""
        with (self.directory / "hub.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command line
                self._command(["up"]), stdout=log, stderr=log, env={**self._environment, **environment}
            )
        until = time.monotonic() + READY_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                words = (self.directory / "hub.log").read_text("utf-8", "replace").strip().splitlines()
                self.kill()
                raise HubError(words[-1] if words else "the hub did not start and said nothing")
            time.sleep(0.05)

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "hub.cli", "--dir", str(self.directory), *arguments]

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except (requests.ConnectionError, requests.Timeout):
            return False


def new_secret() -> str:
    """A password or token that nobody has had before."""
    return secrets.token_urlsafe(12)
