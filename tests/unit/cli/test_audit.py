"""The audit trail is verified from outside the hub."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from hub.bootstrap import build
from hub.files.settings import load
from hub.services import audit
from tests.unit.cli.conftest import Run


def test_a_whole_trail_passes_and_a_changed_row_is_named(run: Run, directory: Path) -> None:
    run("key", "add", "reports", "--scope", "tickets:read")
    with build(load(directory), {}) as container:
        assert not audit.seal(container.hub), "one entry does not fill a batch"
    assert json.loads(run("audit", "verify", "--json").output)["sealed"] == 1
    with closing(sqlite3.connect(directory / "hub.db")) as database:
        database.execute("UPDATE audit SET actor = 'someone else'")
        database.commit()
    assert "entry 1 was altered" in run("audit", "verify", code=1).output
