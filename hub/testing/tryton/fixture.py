"""One Tryton for each test worker, for a conftest to import."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.testing.tryton.database import SeededDatabase, create_seeded
from hub.testing.tryton.person import ErpPerson
from hub.testing.tryton.seed.people import HUB
from hub.testing.tryton.series import ROOT, TRYTON_70, TRYTON_80, Series
from hub.testing.tryton.server import ErpError, TrytonServer

CACHE = ROOT / ".cache" / "tryton"


@dataclass(frozen=True)
class RunningErp:
    """A Tryton that serves, and the seed to start another one from."""

    server: TrytonServer
    seeded: SeededDatabase

    def person(self, user: str) -> ErpPerson:
        """One of its users, logged in."""
        return ErpPerson(self.server.url, user, self.server.login(user).password, series=self.server.series)

    def settings(self) -> dict[str, str]:
        """What a connector needs to log in as the hub."""
        login = self.server.login(HUB)
        return {"url": self.server.url, "database": "erp", "user": login.user, "password": login.password}


BOTH = pytest.mark.parametrize(
    "tryton",
    [pytest.param(series, marks=pytest.mark.proves(version=series)) for series in ("8.0", "7.0")],
    indirect=True,
    scope="session",
)
"""Marks a test that is run on both series; without it, on the newer one."""


@pytest.fixture(scope="session")
def tryton(request: pytest.FixtureRequest) -> RunningErp:
    """A Tryton of this worker's own, from the seed; tests keep out of each other's way by making records of their own.

    Without Tryton's environment the test is left out with the reason; in CI that is a failure.
    """
    series = getattr(request, "param", "8.0")
    erp: RunningErp = request.getfixturevalue(f"tryton{series.replace('.', '')}")
    return erp


@pytest.fixture(scope="session")
def tryton80(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningErp]:
    """Tryton 8.0, from its first use to the end of the session."""
    yield from running(TRYTON_80, tmp_path_factory)


@pytest.fixture(scope="session")
def tryton70(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningErp]:
    """Tryton 7.0, from its first use to the end of the session."""
    yield from running(TRYTON_70, tmp_path_factory)


def running(series: Series, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningErp]:
    """One series, until the fixture ends."""
    try:
        seeded = create_seeded(CACHE, _this_year(), series=series)
    except ErpError as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    server = seeded.serve(Path(tmp_path_factory.mktemp("tryton")))
    server.start()
    yield RunningErp(server, seeded)
    server.stop()


def _this_year() -> int:
    return datetime.now(tz=UTC).year  # noqa: TID251 - Tryton takes the machine's date, and so must its fiscal years
