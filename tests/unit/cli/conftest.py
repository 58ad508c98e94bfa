"""The program as a person runs it, on a data directory of its own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli import main

Run = Callable[..., Result]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "hub"


def runner(directory: Path) -> Run:
    """Runs the program on a data directory; ``code`` is the exit code that is expected."""

    def run(*arguments: str, stdin: str | None = None, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["--dir", str(directory), *arguments], input=stdin)
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def bare(directory: Path) -> Run:
    """Runs a command; the data directory does not exist yet."""
    return runner(directory)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new, migrated data directory to copy from."""
    made = tmp_path_factory.mktemp("installation") / "hub"
    runner(made)("init", str(made))
    runner(made)("migrate")
    return made


@pytest.fixture
def run(bare: Run, directory: Path, installation: Path) -> Run:
    """Runs a command on a new, migrated installation."""
    shutil.copytree(installation, directory)
    return bare
