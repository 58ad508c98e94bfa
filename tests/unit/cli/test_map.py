"""``map check`` and ``map test``: exit codes, one form for people and one for programs, with or without a hub."""

import json
import re
from pathlib import Path

import pytest

from hub.files.data import data_dir
from tests.unit.cli.conftest import Run

SHIPPED = len(list(data_dir("mappings").glob("*/*.yaml")))

DATA = Path(__file__).parents[2] / "data" / "mapping"
GOOD = DATA / "mappings" / "acme_books" / "customer.yaml"
WRONG = """\
map: thing/sys.object
version: 1
hub: {entity: thing}
remote: {system: sys, object: object}
fields:
  a <-> x: {null: keep}
  b <-> c:
  d <-> c:
tests:
  - {name: wrong, hub: {a: "1"}, expect_remote: {x: "2"}}
"""


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wrong.yaml"
    path.write_text(WRONG, "utf-8")
    return path


def test_the_shipped_mappings_are_checked_where_no_hub_is_set_up(bare: Run) -> None:
    told = bare("map", "check", "--examples", "20").output
    assert re.search(rf"{SHIPPED} mappings checked with \d+ documents each way: nothing is wrong\.\n$", told)
    assert "tryton/release.yaml:19: names is waived for state: " in told


def test_their_examples_hold(bare: Run) -> None:
    assert re.fullmatch(rf"\d+ examples of {SHIPPED} mappings run: nothing is wrong\.\n", bare("map", "test").output)


def test_those_in_force_are_checked_with_what_the_operator_laid_over_them(run: Run, directory: Path) -> None:
    system = "systems: {erp: {connector: tryton, mappings: [tryton/customer]}}\n"
    (directory / "hub.yaml").write_text(system, "utf-8")
    assert run("map", "check", "--examples", "5").output.endswith(
        "1 mappings checked with 8 documents each way: nothing is wrong.\n"
    )
    own = directory / "mappings" / "tryton" / "customer.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("fields: {'name <-> name': {owner: nobody}}\n", "utf-8")
    assert "owner: 'nobody' is not one of" in run("map", "check", "--examples", "5", "tryton/customer", code=1).output


def test_plain_files_are_checked_with_the_schemas_beside_them(bare: Run) -> None:
    assert "1 mappings checked with 20 documents" in bare("map", "check", str(GOOD), "--examples", "20").output


def test_every_problem_is_told_at_once_with_the_documents_that_show_it(bare: Run, wrong: Path) -> None:
    told = bare("map", "check", str(wrong), code=1).output
    assert f"{wrong}:8: d <-> c: c is written by 'b <-> c' too" in told
    assert f'{wrong}:6: a <-> x: L1: a: nothing came back as \'\'\n    hub: {{}}\n    remote: {{"x": ""}}\n' in told


def test_a_program_reads_the_same_as_json(bare: Run, wrong: Path) -> None:
    answer = json.loads(bare("map", "check", str(wrong), "--json", "--examples", "30", code=1).output)
    law = next(each for each in answer["problems"] if each["check"] == "L1")
    assert (law["file"], law["line"], law["path"], law["remote"]) == (str(wrong), 6, "a <-> x", {"x": ""})
    assert answer["mappings"] == [{"file": str(wrong), "name": "thing/sys.object", "documents": 30, "waived": []}]


def test_an_example_that_fails_is_told_in_the_same_form(bare: Run, wrong: Path) -> None:
    told = bare("map", "test", str(wrong), code=1).output
    assert told == f"{wrong}:10: test 'wrong': x is '1', expected '2'\n1 examples of 1 mappings run: 1 problems.\n"


def test_what_cannot_be_read_is_a_problem_of_the_file(bare: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("a: 1\na: 2\n", "utf-8")
    told = bare("map", "check", str(tmp_path / "bad.yaml"), code=1).output
    assert "bad.yaml:2: file: the key 'a' stands here a second time" in told


def test_a_name_that_is_nothing_cannot_be_run(bare: Run) -> None:
    assert "nowhere is neither a file, nor a folder, nor a mapping" in bare("map", "check", "nowhere", code=2).output


def test_a_seed_is_kept_to(bare: Run, wrong: Path) -> None:
    first, again = (bare("map", "check", str(wrong), "--seed", "5", "--examples", "9", code=1).output for _ in "ab")
    assert first == again


def test_a_folder_without_mappings_is_no_success(bare: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to(tmp_path / "a.yaml")
    assert "There is no mapping file in" in bare("map", "check", str(tmp_path), code=2).output
