"""A live schema against the stored one: what is new is a note, what a rule cannot live with is a problem."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.erp import Telling, connected

Fields = dict[str, Any]


@pytest.fixture
def erp(run: Run, directory: Path, monkeypatch: pytest.MonkeyPatch) -> Telling:
    system = Telling()
    connected(directory, monkeypatch, system)
    return system


@pytest.mark.usefixtures("erp")
def test_nothing_changed(run: Run) -> None:
    assert run("map", "drift").output == "1 objects compared, 0 changed, 0 problems.\n"


def test_a_new_field_and_a_new_value_are_notes(run: Run, erp: Telling) -> None:
    erp.told["properties"]["fax"] = {"type": "string"}
    erp.told["properties"]["grade"]["enum"].append("B")
    assert run("map", "drift").output == (
        "erp party: note: fax is new; grade takes B too.\n1 objects compared, 1 changed, 0 problems.\n"
    )


def test_what_no_rule_names_is_a_note_whatever_becomes_of_it(run: Run, erp: Telling) -> None:
    del erp.told["properties"]["remark"]
    assert "erp party: note: remark is not there any more." in run("map", "drift").output


def change(name: str, **values: object) -> Callable[[Any], None]:
    return lambda told: told["properties"][name].update(values)


@pytest.mark.parametrize(
    ("act", "told", "rule"),
    [
        (lambda told: told["properties"].pop("mobile"), "mobile is not there any more.", "phone <-> mobile"),
        (change("mobile", type=["integer", "null"]), "mobile was string, is integer.", "phone <-> mobile"),
        (change("mobile", format="date"), "mobile had the form of any text, has date.", "phone <-> mobile"),
        (change("mobile", readOnly=True), "mobile is read-only now.", "phone <-> mobile"),
        (change("mobile", type="string"), "mobile cannot be null any more.", "phone <-> mobile"),
        (lambda told: told.update(required=["name", "vat"]), "vat is required now.", "tax_id -> vat"),
        (change("vat", maxLength=10), "vat held 20 characters, holds 10.", "tax_id -> vat"),
        (change("grade", enum=["G", "S", "N", None]), "grade takes P no more.", "level <-> grade"),
    ],
)
def test_a_mapped_field_that_is_gone_or_narrower_is_a_problem_of_its_rules(
    run: Run, erp: Telling, act: Callable[[Any], None], told: str, rule: str
) -> None:
    act(erp.told)
    output = run("map", "drift", "--system", "erp", code=1).output
    assert f"erp party: problem: {told}\n" in output
    assert "    fake/customer.yaml:" in output
    assert f": {rule} is concerned\n" in output
    assert output.count("is concerned") == 1


def test_a_length_that_the_rule_keeps_to_is_a_note(run: Run, erp: Telling) -> None:
    erp.told["properties"]["name"]["maxLength"] = 60
    assert "problem:" not in run("map", "drift").output


def test_a_value_that_no_table_writes_is_a_note(run: Run, erp: Telling, directory: Path) -> None:
    path = directory / "mappings" / "fake" / "customer.yaml"
    path.write_text(path.read_text("utf-8").replace("gold: G", "gold: [G, P]").replace(", platinum: P", ""), "utf-8")
    change("grade", enum=["G", "S", "N", None])(erp.told)
    assert "erp party: note: grade takes P no more." in run("map", "drift").output


def test_a_new_required_field_concerns_every_new_record(run: Run, erp: Telling) -> None:
    erp.told["properties"]["region"] = {"type": "string"}
    erp.told["required"] = ["name", "region"]
    output = run("map", "drift", code=1).output
    assert "erp party: problem: region is new, and required.\n" in output
    assert "fake/customer.yaml: no rule writes it: new records would be refused there" in output


def test_a_system_that_cannot_be_asked_or_does_not_tell_is_said_so(run: Run, erp: Telling) -> None:
    erp.told = None
    assert "erp party: not compared: erp does not describe it." in run("map", "drift").output
    erp.down = True
    assert "erp party: problem: cannot be asked: The fake system is down." in run("map", "drift", code=1).output
    assert "There is no system crm" in run("map", "drift", "--system", "crm", code=4).output


def test_a_program_reads_which_rules_are_concerned(run: Run, erp: Telling) -> None:
    del erp.told["properties"]["grade"]
    answer = json.loads(run("map", "drift", "--json", code=1).output)
    (problem,) = answer["objects"][0]["problems"]
    assert (problem["path"], problem["kind"]) == ("grade", "removed")
    assert problem["rules"] == ["fake/customer.yaml:11: level <-> grade"]


def test_what_a_live_system_says_is_stored_as_its_schema(run: Run, erp: Telling, directory: Path) -> None:
    path = directory / "schemas" / "remote" / "erp" / "party.json"
    told = run("map", "schema", "import", "live", "--system", "erp", "--object", "party").output
    assert told == f"{path}: 5 fields, written.\n"
    assert json.loads(path.read_text("utf-8"))["required"] == ["name"]
    none = run("map", "schema", "import", "live", "--system", "erp", "--object", "parti", code=4).output
    assert "There is no object parti: the connector has party." in none
