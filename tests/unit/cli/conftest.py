"""The program as a person runs it, on a data directory of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli import main

Run = Callable[..., Result]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "hub"


@pytest.fixture
def bare(directory: Path) -> Run:
    """Runs a command; the data directory does not exist yet."""

    def run(*arguments: str, stdin: str | None = None, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["--dir", str(directory), *arguments], input=stdin)
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def run(bare: Run, directory: Path) -> Run:
    """Runs a command on a new, migrated installation."""
    bare("init", str(directory))
    bare("migrate")
    return bare
