"""One Request Tracker for each test worker, for a conftest to import."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.testing.rt.server import DeskError, RtServer, create_seeded

CACHE = Path(__file__).parents[3] / ".cache" / "rt"


@pytest.fixture(scope="session")
def rt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtServer]:
    """A Request Tracker of this worker's own; tests keep out of each other's way by making records of their own.

    Without Debian's package the test is left out with the reason; in CI that is a failure.
    """
    try:
        seeded = create_seeded(CACHE)
    except DeskError as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    server = RtServer(seeded, Path(tmp_path_factory.mktemp("rt")))
    server.start()
    yield server
    server.stop()
