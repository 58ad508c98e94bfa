"""The seeded database: built once by Tryton's own programs and by JSON-RPC, kept, and copied ever after."""

import contextlib
import fcntl
import hashlib
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hub.testing.tryton.logins import Login, keep_logins, make_logins, read_logins
from hub.testing.tryton.rpc import TrytonRpc
from hub.testing.tryton.seed import plant
from hub.testing.tryton.seed.people import ADMIN, FINANCE, HUB, STORES
from hub.testing.tryton.series import TRYTON_80, Series
from hub.testing.tryton.server import (
    DATABASE,
    ErpError,
    TrytonServer,
    clean_environment,
    program,
    write_config,
)

MODULES = (
    "account_asset",
    "account_invoice_stock",
    "account_payment",
    "account_product",
    "sale",
    "stock_lot",
    "stock_split",
)
BUILD_SECONDS = 600


@dataclass(frozen=True)
class SeededDatabase:
    """A folder with a database file and the logins to it."""

    folder: Path
    series: Series = TRYTON_80

    @property
    def logins(self) -> dict[str, Login]:
        """The logins, by user; every copy starts with them."""
        return read_logins(self.folder)

    def serve(self, folder: Path, *, port: int = 0) -> TrytonServer:
        """A server, not yet started, on a copy of its own, or on what the folder holds already."""
        return TrytonServer(self.folder, folder, port=port, series=self.series)


def create_seeded(cache: Path, year: int, *, series: Series = TRYTON_80) -> SeededDatabase:
    """The seeded database for a year and the next, built when the cache does not hold it (half a minute).

    Any number of processes may ask at once: one builds, the others wait. Raises ErpError when Tryton is missing.
    """
    program("trytond-admin", series)
    folder = cache / _fingerprint(year, series)
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _build(folder, year, series)
    return SeededDatabase(folder, series)


def _fingerprint(year: int, series: Series) -> str:
    digest = hashlib.sha256(f"{year}".encode())
    for file in (series.lock_file, Path(__file__), *sorted((Path(__file__).parent / "seed").glob("*.py"))):
        digest.update(file.read_bytes())
    return f"{year}-{series.name}-{digest.hexdigest()[:16]}"


def _build(folder: Path, year: int, series: Series) -> None:
    building = folder.with_name(f"{folder.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    logins = make_logins((ADMIN, HUB, FINANCE, STORES))
    keep_logins(building, logins)
    _install_modules(building, logins[0], series)
    _fill(building, logins, year, series)
    building.rename(folder)


def _install_modules(folder: Path, admin: Login, series: Series) -> None:
    (folder / f"{DATABASE}.sqlite").touch()
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(admin.password, encoding="utf-8")
    command: list[str | Path] = [
        program("trytond-admin", series),
        "-c",
        write_config(folder, 0),
        "-d",
        DATABASE,
        "-u",
        *MODULES,
    ]
    done = subprocess.run(  # noqa: S603 - our own virtual environment's program, fixed arguments
        [*command, "--activate-dependencies", "--email", "admin@example.com"],
        env=clean_environment(TRYTONPASSFILE=str(secret)),
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    secret.unlink()
    if done.returncode:
        raise ErpError(f"Tryton could not create its database: {done.stderr.strip().splitlines()[-1]}")


def _fill(folder: Path, logins: list[Login], year: int, series: Series) -> None:
    server = TrytonServer(folder, folder, series=series)
    server.start()
    try:
        plant(TrytonRpc(server.url, ADMIN, logins[0].password, series=series), year, logins)
    finally:
        server.stop()
    with contextlib.closing(sqlite3.connect(folder / f"{DATABASE}.sqlite")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # one file to copy, none beside it
