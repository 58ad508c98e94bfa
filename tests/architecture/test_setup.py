"""Setting up fails with one line that says what to do."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK = "one==1.0 --hash=sha256:" + "0" * 64 + "\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As much of a checkout as setting up needs."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "some.lock").write_text(LOCK, "utf-8")
    return tmp_path


def program(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def set_up(checkout: Path, **environment: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        ["/bin/sh", ".ci/venv", "env", "some.lock"],
        cwd=checkout,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr.splitlines()


def test_another_python_is_named_with_the_way_out(checkout: Path) -> None:
    other = program(checkout / "bin", "python3.12", '[ "$1" = --version ] && echo "Python 3.12.1" || exit 1')
    code, told = set_up(checkout, PYTHON=str(other))
    assert code == 1
    assert told == ["tickethub: Python 3.12.1 is not Python 3.11: install that, or name it with make PYTHON=..."]


def test_no_python_is_told(checkout: Path) -> None:
    code, told = set_up(checkout, PATH=str(checkout / "nothing"))
    assert code == 1
    assert told == ["tickethub: Python 3.11 is missing: install it, or name it with make PYTHON=..."]


def test_a_python_without_venv_is_told(checkout: Path) -> None:
    bare = program(checkout / "bin", "python3.11", '[ "$1" = -c ]')
    code, told = set_up(checkout, PYTHON=str(bare))
    assert code == 1
    assert len(told) == 1
    assert "install python3.11-venv" in told[0]


def test_without_a_package_index_the_log_is_named(checkout: Path) -> None:
    offline = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    code, told = set_up(checkout, **offline, PIP_FIND_LINKS="", PIP_RETRIES="0")
    assert code == 1
    assert told[-1].startswith("tickethub: the packages of some.lock could not be installed (no network")
    assert ".cache/install-env.log" in told[-1]
    assert (checkout / ".cache" / "install-env.log").read_text("utf-8")


def test_a_broken_environment_is_made_anew(checkout: Path) -> None:
    program(checkout / "env" / "bin", "python", "exit 1")
    (checkout / "some.lock").write_text("", "utf-8")
    code, _ = set_up(checkout)
    assert code == 0
    assert subprocess.run([checkout / "env" / "bin" / "python", "--version"], check=False).returncode == 0
