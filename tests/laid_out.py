"""Hubs laid out for tests: a directory with a key, an empty database, which is made once and copied, and settings."""

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hub.bootstrap import migrate
from hub.files.settings import Settings, load
from hub.storage.cipher import Keyring

EMPTY = "systems: {}\n"


def lay_out(directory: Path, settings: str) -> Settings:
    """A hub that is ready to be built in a directory, on SQLite."""
    shutil.copytree(empty(), directory, dirs_exist_ok=True)
    (directory / "hub.yaml").write_text(settings, encoding="utf-8")
    return load(directory)


@cache
def empty() -> Path:
    """A key and a database with all tables, gone when the tests are over."""
    kept = TemporaryDirectory(prefix="tickethub-empty-")
    atexit.register(kept.cleanup)
    directory = Path(kept.name)
    Keyring.fresh().save(directory / "key.json")
    (directory / "hub.yaml").write_text(EMPTY, encoding="utf-8")
    migrate(load(directory), {})
    return directory
