"""``make new-connector`` writes a connector of each kind whose contract holds and whose mapping keeps the laws."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hub.files.connectors import load_connector
from tests.new_connector.make import KINDS, make

ROOT = Path(__file__).parents[2]
COPIED = ("config", "connectors", "hub", "mappings", "schemas", "tests", "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "data", "flagship", "browser", "node_modules")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout with a new connector of each kind."""
    copy = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=LEFT_OUT)
        else:
            shutil.copyfile(source, copy / name)
    for kind in KINDS:
        make(copy, f"acme_{kind}", kind)
    return copy


def run(copy: Path, *arguments: str) -> str:
    told = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=copy, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(copy)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def test_the_contract_holds_for_each_kind(copy: Path) -> None:
    files = [f"tests/contract/test_acme_{kind}.py" for kind in KINDS]
    assert " passed" in run(copy, "pytest", "-q", "-p", "no:cacheprovider", *files)


def test_the_mappings_keep_the_laws(copy: Path) -> None:
    told = run(copy, "hub.cli", "map", "check", "--examples", "40", *(f"acme_{kind}" for kind in KINDS))
    assert "nothing is wrong" in told


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_says_what_driver_it_is_for(copy: Path, kind: str) -> None:
    assert load_connector(copy / "connectors" / f"acme_{kind}.yaml").driver == kind


def test_what_is_written_is_formatted_and_linted_as_everything_else(copy: Path) -> None:
    made = [str(path) for path in copy.glob("**/*acme_*.py")]
    assert made
    run(copy, "ruff", "format", "--check", "--quiet", *made)
    run(copy, "ruff", "check", "--quiet", *made)


def test_nothing_is_written_over_and_wrong_names_are_told(tmp_path: Path) -> None:
    make(tmp_path, "acme", "rest")
    for name, kind, words in (
        ("acme", "rest", "there already"),
        ("Acme!", "rest", "no name"),
        ("acme", "ftp", "KIND="),
        ("class", "rest", "word of Python"),
        ("none", "rest", "word of Python"),
        ("twin", "rest", "word of Python"),
    ):
        with pytest.raises(SystemExit, match=words):
            make(tmp_path, name, kind)
