"""Reports and drift on the command line."""

import json
from pathlib import Path

import pytest

from hub.testing.fake_system import FakeSystem
from tests.unit.cli.conftest import Run
from tests.unit.cli.erp import with_one_warehouse


@pytest.fixture
def erp(run: Run, directory: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSystem:
    return with_one_warehouse(directory, monkeypatch)


def test_a_report_is_told_and_written_to_files(run: Run, erp: FakeSystem, tmp_path: Path) -> None:
    files = [word for kind in ("csv", "xlsx", "pdf") for word in (f"--{kind}", str(tmp_path / f"r.{kind}"))]
    told = run("reconcile", "erp", "--from", "2026-03-01", "--to", "2026-03-31", "--language", "zh", *files).stdout
    assert "与 erp 的对账报告" in told
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "r.xlsx").read_bytes().startswith(b"PK")
    assert "Location" not in (tmp_path / "r.csv").read_text("utf-8-sig")
    assert oct((tmp_path / "r.csv").stat().st_mode)[-3:] == "600"


def test_last_month_is_meant_where_no_period_is_told(run: Run, erp: FakeSystem) -> None:
    figures = json.loads(run("reconcile", "erp", "--json").stdout)["detail"]["figures"]
    assert figures["from"][8:] == "01"
    assert figures["from"][:7] == figures["to"][:7]


@pytest.mark.usefixtures("erp")
def test_an_unknown_system_and_a_wrong_period_are_told(run: Run) -> None:
    assert "There is no system crm" in run("reconcile", "crm", code=4).stderr
    assert "not clear" in run("reconcile", "erp", "--from", "2026-03-31", "--to", "2026-03-01", code=3).stderr


def test_drift_is_told_with_the_records_and_an_exit_code(run: Run, erp: FakeSystem, tmp_path: Path) -> None:
    assert run("drift", "erp").stdout == "Nothing is linked.\n"
    run("sync", "plan", "erp", "--out", str(tmp_path / "plan.json"))
    run("sync", "apply", str(tmp_path / "plan.json"))
    assert "warehouse: 1 read" in run("drift", "erp").stdout
    erp.edit("location", "1", name="Other")
    told = run("drift", "erp", code=1).stdout
    assert "1 fields differ" in told
    assert "/ 1: name" in told
