"""Migrations are run on request, and their absence is told."""

from pathlib import Path

from tests.unit.cli.conftest import Run


def test_an_empty_database_is_refused_until_it_is_migrated(bare: Run, directory: Path) -> None:
    bare("init", str(directory))
    assert "tickethub migrate" in bare("user", "list", code=3).output
    assert "up to date" in bare("migrate").output
    assert "There are no users" in bare("user", "list").output


def test_migrating_again_changes_nothing(run: Run) -> None:
    assert "up to date" in run("migrate").output


def test_a_foreign_key_file_is_a_clear_stop(run: Run, directory: Path, tmp_path: Path) -> None:
    run("init", str(tmp_path / "other"))
    (tmp_path / "other" / "key.json").rename(directory / "key.json")
    assert "by its probe of key k1" in run("user", "list", code=1).output
    assert "by its probe of key k1" in run("migrate", code=1).output
