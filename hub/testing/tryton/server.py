"""One running Tryton on this machine: started, stopped, killed, and set back to its seed."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import requests

from hub.testing.child import Child
from hub.testing.tryton.logins import FILE, Login, read_logins
from hub.testing.tryton.series import TRYTON_80, Series

DATABASE = "erp"
START_SECONDS = 60  # 1 to 3 s on a quiet machine
STOP_SECONDS = 10
PORTS_TRIED = 5  # another process may take a free port before Tryton does
CONFIG = """\
[database]
uri = sqlite://
path = {folder}
language = en
[web]
listen = 127.0.0.1:{port}
root = {folder}/www
[session]
timeout = 86400
"""


class ErpError(Exception):
    """The ERP for tests and the demo cannot run; the message says what to do."""


def program(name: str, series: Series = TRYTON_80) -> Path:
    """A program of Tryton's own virtual environment; raises ErpError when that is not installed."""
    found = series.environment / "bin" / name
    if not found.exists():
        raise ErpError(f"Tryton is not installed in {series.environment.name}: run make {series.make}")
    return found


def write_config(folder: Path, port: int) -> Path:
    """Write Tryton's settings for a database in the folder."""
    config = folder / "trytond.conf"
    config.write_text(CONFIG.format(folder=folder.resolve(), port=port), encoding="utf-8")
    return config


def clean_environment(**extra: str) -> dict[str, str]:
    """Our environment without what would lead Tryton's Python or its settings astray."""
    led_astray = ("TRYTON", "PYTHON", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(led_astray)} | extra


class TrytonServer(Child):
    """Serves the database in a folder on 127.0.0.1; ``port`` 0 takes a free one.

    The folder is filled with a copy of the seed's database and logins when it holds no database yet, so that a demo
    goes on where it stopped.
    """

    def __init__(self, seed: Path, folder: Path, *, port: int = 0, series: Series = TRYTON_80) -> None:
        super().__init__(STOP_SECONDS)
        self._seed, self._folder, self._wanted_port, self.series = seed, folder, port, series
        self.port = port

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def login(self, user: str) -> Login:
        """How a user of this database logs in."""
        return read_logins(self._folder)[user]

    @property
    def pid(self) -> int:
        """The process to stop or to kill; raises ErpError when it does not run."""
        if self._process is None:
            raise ErpError("Tryton is not running")
        return self._process.pid

    def start(self) -> None:
        """Start and wait until it answers; raises ErpError with Tryton's last words when it does not."""
        trytond = program("trytond", self.series)
        if not (self._folder / f"{DATABASE}.sqlite").exists():
            self._copy_seed()
        for _ in range(PORTS_TRIED):
            self.port = self.port or free_port()
            if self._launch(trytond):
                return
            self.port = 0
        raise ErpError(f"Tryton found no free port in {PORTS_TRIED} tries")

    def restart(self) -> None:
        """Start again on the same data and port."""
        self.stop()
        self.start()

    def reset(self) -> None:
        """Go back to the seed; a running server is started again."""
        running = self._process is not None
        self.kill()
        self._copy_seed()
        if running:
            self.start()

    def _copy_seed(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for stale in self._folder.glob(f"{DATABASE}.sqlite*"):
            stale.unlink()
        for file in (FILE, f"{DATABASE}.sqlite"):  # the database last, and all of it at once: it says that all is there
            part = self._folder / f"{file}.part"
            shutil.copy(self._seed / file, part)
            part.replace(self._folder / file)

    def _launch(self, trytond: Path) -> bool:
        """Whether it came up; False when the port was taken."""
        config = write_config(self._folder, self.port)
        with (self._folder / "trytond.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own virtual environment's program, fixed arguments
                [trytond, "-c", config, "-d", DATABASE], stdout=log, stderr=log, env=clean_environment()
            )
        for _ in range(START_SECONDS * 20):
            if self._process.poll() is not None:
                return self._explain_death()
            if f"Running on {self.url}" in self._log() and _answers(f"{self.url}/{self.series.rpc}"):
                return True
            time.sleep(0.05)
        self.kill()
        raise ErpError(f"Tryton did not answer on port {self.port} within {START_SECONDS} s: see {self._folder}")

    def _explain_death(self) -> bool:
        self._process = None
        words = self._log().splitlines()
        if not any("already in use" in line for line in words):
            raise ErpError(f"Tryton stopped at once: {words[-1] if words else 'it said nothing'}")
        if self._wanted_port:
            raise ErpError(f"port {self._wanted_port} is taken: stop what listens there, or choose another port")
        return False

    def _log(self) -> str:
        return (self._folder / "trytond.log").read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(url: str) -> bool:
    try:
        with requests.Session() as http:
            http.trust_env = False
            asked = {"id": 0, "method": "common.server.version", "params": []}
            return http.post(url, json=asked, timeout=5).ok
    except (requests.ConnectionError, requests.Timeout):
        return False
