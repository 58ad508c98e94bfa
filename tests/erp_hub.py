"""A hub that is connected to the real Tryton of the test, in a directory of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.bootstrap import Container, build
from hub.files.settings import load
from hub.testing.tryton.fixture import RunningErp
from tests.laid_out import lay_out

ROOT = Path(__file__).parent.parent
SETTINGS = """
systems:
  erp:
    connector: tryton
    settings: {{url: "{url}", database: {database}, user: {user}, request_seconds: {seconds}}}
    secrets: {{password: env/ERP_PASSWORD}}
    mappings: [{mappings}]
    overlap: 48 h
    request_limit: {seconds} s
"""


@dataclass(frozen=True)
class ErpHub:
    """The directory of a hub and the ERP that it is connected to."""

    directory: Path
    erp: RunningErp

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment with the ERP's password."""
        return {**os.environ, "ERP_PASSWORD": self.erp.settings()["password"]}

    @contextmanager
    def open(self) -> Iterator[Container]:
        """The hub in this process."""
        with build(load(self.directory), self.environment) as container:
            yield container

    def run(self, *arguments: str, ahead: float = 0, crash_at: str | None = None) -> int:
        """Let a process of its own work until it is quiet, or is killed; gives its exit code."""
        crash = {"TICKETHUB_CRASH_AT": crash_at} if crash_at else {}
        command = [sys.executable, "-m", "tests.hub_process", str(self.directory), str(ahead), *arguments]
        return subprocess.run(command, cwd=ROOT, env={**self.environment, **crash}, check=False, timeout=240).returncode


def erp_hub(directory: Path, erp: RunningErp, *mappings: str, seconds: int = 5) -> ErpHub:
    """Set up a hub for the ERP."""
    told = erp.settings()
    lay_out(directory, SETTINGS.format(**{**told, "mappings": ", ".join(mappings), "seconds": seconds}))
    return ErpHub(directory, erp)
