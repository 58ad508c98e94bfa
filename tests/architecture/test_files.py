"""What the repository never contains, and what a wheel of it does."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import hub
from tests.conftest import need

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MACHINE = re.compile(r"(?<![\w.])/(?:root|home/\w+|Users/\w+|work|workspace|mnt)/\w")
LOCKS = sorted(path.name for path in ROOT.glob("*.lock"))
SHIPPED = ("config/hub.yaml", "schemas/hub.json", "schemas/canonical/ticket.json", "mappings/tryton/customer.yaml")
INSIDE = ("connectors/tryton.yaml", "hub/storage/migrations/script.py.mako", "hub/storage/migrations/env.py")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name]


def test_no_file_knows_the_machine_that_it_was_written_on() -> None:
    found = []
    for path in tracked():
        if path.is_file() and path.suffix not in {".png", ".ico", ".woff2", ".gz", ".db", ".sqlite"}:
            text = path.read_text("utf-8", "replace")
            found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in MACHINE.finditer(text)]
    assert found == []


def test_no_environment_or_data_directory_is_tracked() -> None:
    first = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert first & {".venv", ".venv-tryton", ".cache", "var", "dist"} == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_has_names_versions_and_hashes_and_no_addresses(lock: str) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert [pin for pin in pins if "==" not in pin] == []
    assert [line for line in lines if "://" in line or line.startswith("-")] == []
    assert sum("--hash=sha256:" in line for line in lines) >= len(pins)


def test_the_command_of_the_wheel_is_ours() -> None:
    assert PROJECT["project"]["scripts"] == {"tickethub": "hub.cli:main"}


def test_the_program_tells_the_version_of_the_project() -> None:
    assert hub.__version__ == PROJECT["project"]["version"]


@pytest.mark.slow
def test_a_wheel_has_everything_that_runs(tmp_path: Path) -> None:
    if subprocess.run([sys.executable, "-c", "import hatchling"], capture_output=True, check=False).returncode:
        need("hatchling", "install requirements-dev.lock (make test does)")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-q", "-w"]
    subprocess.run([*command, str(tmp_path), str(ROOT)], check=True, timeout=200)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "installed")
    assert {f"hub/_data/{name}" for name in SHIPPED} | set(INSIDE) <= names
    wanted = [path for path in tracked() if path.relative_to(ROOT).parts[:2] == ("hub", "web")]
    assert {str(path.relative_to(ROOT)) for path in wanted} <= names
    run = "from hub.cli import main; main(prog_name='tickethub')"
    made = [sys.executable, "-c", run, "--dir", "data"]
    for arguments in (["init", "data"], ["migrate"], ["doctor"]):
        subprocess.run([*made, *arguments], cwd=tmp_path, env={"PYTHONPATH": "installed"}, check=True, timeout=60)
