"""Everything that is wrong is told at once, each with its mend."""

import json
from pathlib import Path

from tests.unit.cli.conftest import Run

ERP = """
systems:
  erp:
    connector: tryton
    settings: {url: "http://127.0.0.1:1", database: x, user: hub}
    secrets: {password: env/TICKETHUB_TEST_NOT_SET}
    mappings: [tryton/customer]
  crm: {connector: nothing_like_that, mappings: [nothing]}
calls:
  pbx: {dialect: zammad, token: file/pbx-token}
"""


def problems(run: Run, *arguments: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(run("doctor", "--json", *arguments, code=1).output)["problems"]
    return found


def test_a_new_installation_has_nothing_wrong(run: Run) -> None:
    assert run("doctor").output == "Nothing is wrong.\n"


def test_wrong_settings_are_all_told(run: Run, directory: Path) -> None:
    (directory / "hub.yaml").write_text("zone: Mars\nlisten: {port: x}\n", "utf-8")
    assert len(problems(run)) == 2


def test_secrets_connectors_and_mappings_are_told_together(run: Run, directory: Path) -> None:
    (directory / "hub.yaml").write_text(ERP, "utf-8")
    told = "\n".join(f"{one['where']}: {one['what']}" for one in problems(run, "--offline"))
    assert "systems.erp.secrets.password: The environment variable TICKETHUB_TEST_NOT_SET is not set" in told
    assert "calls.pbx.token: The secret file" in told
    assert "systems.crm" in told


def test_a_database_without_tables_and_a_foreign_key_are_told(bare: Run, directory: Path, tmp_path: Path) -> None:
    bare("init", str(directory))
    assert "There is no database" in problems(bare)[0]["what"]
    bare("migrate")
    bare("init", str(tmp_path / "other"))
    (tmp_path / "other" / "key.json").rename(directory / "key.json")
    assert "probe of key k1" in problems(bare)[0]["what"]


def test_a_key_file_that_others_can_read_is_told(run: Run, directory: Path) -> None:
    (directory / "key.json").chmod(0o644)
    assert problems(run)[0]["mend"].startswith("Run: chmod 600")


def test_a_system_that_does_not_answer_is_told(run: Run, directory: Path) -> None:
    (directory / "password").write_text("geheim\n", "utf-8")
    text = ERP.partition("  crm:")[0].replace("env/TICKETHUB_TEST_NOT_SET", "file/password")
    (directory / "hub.yaml").write_text(text, "utf-8")
    (found,) = problems(run)
    assert found["where"] == "systems.erp"
    assert "geheim" not in str(found)
    assert run("doctor", "--offline").output == "Nothing is wrong.\n"


def test_an_overlay_is_laid_over_the_shipped_mapping_and_linted_with_it(run: Run, directory: Path) -> None:
    (directory / "password").write_text("geheim\n", "utf-8")
    (directory / "hub.yaml").write_text(
        ERP.partition("  crm:")[0].replace("env/TICKETHUB_TEST_NOT_SET", "file/password"), "utf-8"
    )
    assert run("doctor", "--offline").output == "Nothing is wrong.\n"
    (directory / "mappings" / "tryton").mkdir()
    overlay = directory / "mappings" / "tryton" / "customer.yaml"
    overlay.write_text("fields: {nonsense -> name: {}}\n", "utf-8")
    told = " ".join(f"{one['where']} {one['what']}" for one in problems(run, "--offline"))
    assert "mappings/tryton/customer.yaml" in told
    assert "nonsense" in told


def test_an_overlay_for_one_system_and_a_wrong_precedence_are_told_with_their_files(run: Run, directory: Path) -> None:
    (directory / "password").write_text("geheim\n", "utf-8")
    erp = ERP.partition("  crm:")[0].replace("env/TICKETHUB_TEST_NOT_SET", "file/password")
    (directory / "hub.yaml").write_text(erp + "precedence: {customer.nmae: [erp, crm]}\n", "utf-8")
    overlay = directory / "overlays" / "erp" / "tryton" / "customer.yaml"
    overlay.parent.mkdir(parents=True)
    overlay.write_text("fields:\n  code <- code:\n  language <-> langs:\n", "utf-8")
    told = [f"{one['where']}: {one['what']}" for one in problems(run, "--offline")]
    assert "hub.yaml:1: precedence: customer.nmae: no mapping has this field; did you mean 'customer.name'?" in told
    place = "systems.erp: overlays/erp/tryton/customer.yaml:3: language <-> langs: "
    assert any(each.startswith(f"{place}'langs' is not in") for each in told), told
