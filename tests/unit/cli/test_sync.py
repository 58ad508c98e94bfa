"""A full comparison is shown, kept, and carried out as it was shown."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from hub.bootstrap import build
from hub.cli.sync import line_of
from hub.files.settings import load
from hub.testing.fake_system import FakeSystem
from tests.unit.cli.conftest import Run
from tests.unit.cli.erp import with_one_warehouse


@pytest.fixture
def erp(run: Run, directory: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSystem:
    return with_one_warehouse(directory, monkeypatch)


def warehouses(directory: Path) -> list[Mapping[str, object]]:
    with build(load(directory), {}, writes=False, systems=()) as container:
        return [record.doc for record in container.hub.store.read(lambda tx: tx.records.all("warehouse"))]


@pytest.mark.usefixtures("erp")
def test_a_plan_is_shown_and_writes_nothing(run: Run, directory: Path) -> None:
    output = run("sync", "plan", "erp").output
    assert "create   in hub    warehouse/1" in output
    assert "name: None -> 'Main store'" in output
    assert output.splitlines()[-1] == "1 create in hub"
    assert warehouses(directory) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (None, "***", "phone: nothing -> a value that is not shown"),
        ("***", "***", "phone: a value that is not shown -> another"),
        ("***", None, "phone: a value that is not shown -> nothing"),
    ],
)
def test_of_a_personal_value_a_plan_says_that_it_changes(old: str | None, new: str | None, told: str) -> None:
    change = {"path": "phone", "old": old, "new": new, "masked": True}
    item = {"action": "update", "side": "hub", "entity": "customer", "record_id": "1", "changes": [change]}
    assert line_of(item).splitlines()[-1].strip() == told


@pytest.mark.usefixtures("erp")
def test_a_kept_plan_is_carried_out_and_then_both_sides_agree(run: Run, directory: Path, tmp_path: Path) -> None:
    kept = tmp_path / "plan.json"
    run("sync", "plan", "erp", "--entity", "warehouse", "--out", str(kept))
    assert kept.stat().st_mode & 0o777 == 0o600
    assert json.loads(run("sync", "apply", str(kept), "--json").output) == {"done": 1, "moved": 0}
    assert [doc["name"] for doc in warehouses(directory)] == ["Main store"]
    assert run("sync", "plan", "erp").output == "Both sides agree.\n"


def test_what_moved_since_is_left_for_the_next_plan(run: Run, erp: FakeSystem, directory: Path, tmp_path: Path) -> None:
    kept = tmp_path / "plan.json"
    run("sync", "plan", "erp", "--out", str(kept))
    erp.edit("location", "1", name="Another name")
    assert run("sync", "apply", str(kept)).output == "0 done, 1 had moved since the plan was made.\n"
    assert warehouses(directory) == []


@pytest.mark.usefixtures("erp")
def test_an_unknown_system_is_answered_with_those_that_there_are(run: Run) -> None:
    assert "There is no system crm: hub.yaml has erp" in run("sync", "plan", "crm", code=4).output


@pytest.mark.usefixtures("erp")
@pytest.mark.parametrize("text", ["{}", "nothing", '{"system": "erp", "items": [{"action": "create"}]}'])
def test_a_file_that_is_no_plan_is_refused(run: Run, tmp_path: Path, text: str) -> None:
    kept = tmp_path / "plan.json"
    kept.write_text(text, "utf-8")
    assert "is no plan: make one with" in run("sync", "apply", str(kept), code=3).output


def test_a_system_that_is_not_there_is_told_with_those_that_are(run: Run) -> None:
    assert "There is no system erp: hub.yaml has none." in run("sync", "plan", "erp", code=4).output


def test_a_load_takes_everything_in_and_a_sweep_finds_it_complete(run: Run, erp: FakeSystem, directory: Path) -> None:
    for number in range(4):
        erp.create("location", {"code": f"S{number}", "name": f"Store {number}"})
    assert run("sync", "load", "erp").output.startswith("complete  load erp: 5 done, 5 news, 5 total")
    assert len(warehouses(directory)) == 5
    assert "complete  sweep erp location: 0 found, 5 told" in run("sync", "sweep", "erp", "warehouse").output
    shown = run("sync", "status").output
    assert "erp/location: 5 links, read up to" in shown
    assert "complete  load erp: 5 done" in shown


def test_a_load_that_is_not_under_way_cannot_be_stopped(run: Run, erp: FakeSystem) -> None:
    assert erp.calls
    assert run("sync", "load", "erp", "--stop").output == "Nothing is under way.\n"


@pytest.mark.usefixtures("erp")
def test_a_sweep_of_what_is_not_mapped_is_answered_with_what_is(run: Run) -> None:
    assert "there are warehouse" in run("sync", "sweep", "erp", "asset", code=4).output
