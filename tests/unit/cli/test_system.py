"""An operator pauses a system and resumes it."""

import json
from pathlib import Path

import pytest

from tests.unit.cli import erp
from tests.unit.cli.conftest import Run


@pytest.fixture
def installed(run: Run, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    erp.connected(directory, monkeypatch)


@pytest.mark.usefixtures("installed")
def test_a_system_is_paused_with_a_reason_and_resumed(run: Run) -> None:
    assert run("system", "list").output == "erp: not paused\n"
    assert "erp is paused." in run("system", "pause", "erp", "--reason", "they move").output
    (told,) = json.loads(run("system", "list", "--json").output)["systems"]
    assert (told["paused"], told["by"], told["reason"]) == (True, "operator", "they move")
    assert "paused by operator since" in run("system", "list").output
    assert run("system", "resume", "erp").output == "erp is taken up again.\n"
    assert run("system", "list").output == "erp: not paused\n"


@pytest.mark.usefixtures("installed")
def test_what_cannot_be_is_said_in_a_line(run: Run) -> None:
    assert "There is no system crm" in run("system", "pause", "crm", "--reason", "x", code=4).output
    assert "erp is not paused." in run("system", "resume", "erp", code=6).output


@pytest.mark.usefixtures("installed")
def test_a_system_is_shown_and_tested(run: Run) -> None:
    assert "never tested" in run("system", "show", "erp").output
    told = json.loads(run("system", "test", "erp", "--json", code=1).output)  # its clock is wrong
    assert (told["ok"], told["by"], told["version"]) == (False, "operator", "fake 1")
    shown = run("system", "show", "erp").output
    assert "erp: not paused" in shown
    assert "last test: " in shown
    assert "read and written" in shown
    assert "no limit a day" in shown
    assert "There is no system crm" in run("system", "show", "crm", code=4).output
