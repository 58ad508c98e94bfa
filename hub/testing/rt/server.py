"""One running Request Tracker on this machine: its database made once and copied, started, stopped and killed."""

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import time
from http import HTTPStatus
from pathlib import Path

import requests

from hub.testing.child import Child
from hub.testing.tryton.server import free_port

SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
SETUP = "rt-setup-database-5"
SEED = Path(__file__).with_name("seed.pl")
CATALOG = "Customers"
QUEUE = "Service 售后"
DATABASE, PASSWORD, TOKEN = "rt.sqlite", "password", "token"
START_SECONDS, STOP_SECONDS, BUILD_SECONDS = 60, 10, 120  # it starts in 1 to 2 s, and is made in 5 s
CONFIG = """\
Set($rtname, 'desk.example.com');
Set($Organization, 'desk.example.com');
Set($Timezone, 'Asia/Shanghai'); # unlike that of the hub's user, which is UTC
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.sqlite');
Set($MailCommand, 'testfile');
Set($BcryptCost, 4); # a token is hashed with each request: fast, for tests alone
$RT::MasonDataDir = '{folder}/mason'; # the machine's own belong to its web server
$RT::MasonSessionDir = '{folder}/sessions';
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'warning');
1;
"""


class DeskError(Exception):
    """Request Tracker cannot run; the message says what to do."""


class RtServer(Child):
    """Serves a copy of the seeded database in a folder on 127.0.0.1."""

    def __init__(self, seeded: Path, folder: Path) -> None:
        super().__init__(STOP_SECONDS)
        self._seeded, self._folder = seeded, folder
        self.port = 0

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        """The hub's token."""
        return (self._seeded / TOKEN).read_text(encoding="utf-8")

    @property
    def password(self) -> str:
        """The password of its people."""
        return (self._seeded / PASSWORD).read_text(encoding="utf-8")

    def start(self) -> None:
        """Start on a fresh copy and wait until it answers; DeskError with its last words when it does not."""
        self._folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(self._seeded / DATABASE, self._folder / DATABASE)
        self.port = free_port()
        with (self._folder / "rt.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - Debian's program, fixed arguments
                [SERVER, "--host", "127.0.0.1", "--port", str(self.port), "--max-workers", "2"],
                stdout=log, stderr=log, cwd=self._folder, env=environment(self._folder),
            )  # fmt: skip
        for _ in range(START_SECONDS * 20):
            if self._process.poll() is not None:
                break
            if answers(self.url):
                return
            time.sleep(0.05)
        self.kill()
        words = (self._folder / "rt.log").read_text(encoding="utf-8", errors="replace").splitlines()
        raise DeskError(f"Request Tracker does not answer: {words[-1] if words else 'it said nothing'}")


def create_seeded(cache: Path) -> Path:
    """The folder of the seeded database, made when the cache does not hold it; DeskError when it is not installed."""
    setup = shutil.which(SETUP)
    if setup is None or not SERVER.exists():
        raise DeskError("Request Tracker is not installed: apt-get install request-tracker5, see .ci/run")
    digest = hashlib.sha256(SEED.read_bytes() + Path(__file__).read_bytes() + Path(setup).read_bytes())
    folder = cache / digest.hexdigest()[:16]
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            building = folder.with_suffix(".building")
            shutil.rmtree(building, ignore_errors=True)
            building.mkdir()
            build(building, setup)
            building.rename(folder)
    return folder


def build(folder: Path, setup: str) -> None:
    """Make and fill the database."""
    (folder / PASSWORD).write_text(secrets.token_urlsafe(16), encoding="utf-8")
    told = {"TICKETHUB_RT_PASSWORD": (folder / PASSWORD).read_text(), "TICKETHUB_RT_TOKEN": str(folder / TOKEN)}
    for arguments in (["--action", "init", "--skip-create"], ["--action", "insert", "--datafile", str(SEED)]):
        done = subprocess.run(  # noqa: S603 - Debian's program, fixed arguments
            [setup, *arguments], cwd=folder, env=environment(folder) | told,
            capture_output=True, text=True, timeout=BUILD_SECONDS, check=False,
        )  # fmt: skip
        if done.returncode or not (folder / DATABASE).exists():
            raise DeskError(f"Request Tracker could not make its database: {done.stderr[-500:]}")
    if not (folder / TOKEN).exists():
        raise DeskError("Request Tracker could not fill its database")


def environment(folder: Path) -> dict[str, str]:
    """Our environment, with the settings of a Request Tracker in this folder in place of the machine's own."""
    config = folder / "RT_SiteConfig.pm"
    config.write_text(CONFIG.format(folder=folder.resolve()), encoding="utf-8")
    for name in ("RT_SiteConfig.d", "mason", "sessions"):
        (folder / name).mkdir(exist_ok=True)
    return {
        **os.environ,
        "RT_SITE_CONFIG": str(config.resolve()),
        "RT_SITE_CONFIG_DIR": str((folder / "RT_SiteConfig.d").resolve()),
    }


def answers(url: str) -> bool:
    """Whether somebody listens; who is not known is refused."""
    try:
        with requests.Session() as http:
            http.trust_env = False
            status: int = http.get(f"{url}/REST/2.0/rt", timeout=5).status_code
            return status == HTTPStatus.UNAUTHORIZED
    except (requests.ConnectionError, requests.Timeout):
        return False
