"""A new data directory is complete, private, and never made twice."""

from pathlib import Path

from tests.unit.cli.conftest import Run


def test_init_writes_settings_and_a_key_file_that_only_the_owner_reads(bare: Run, directory: Path) -> None:
    result = bare("init", str(directory))
    assert (directory / "hub.yaml").is_file()
    assert (directory / "key.json").stat().st_mode & 0o777 == 0o600
    assert (directory / "mappings").is_dir()
    assert "migrate" in result.output


def test_a_second_init_changes_nothing(bare: Run, directory: Path) -> None:
    bare("init", str(directory))
    key = (directory / "key.json").read_bytes()
    result = bare("init", str(directory), code=6)
    assert "nothing was changed" in result.output
    assert (directory / "key.json").read_bytes() == key


def test_a_place_that_cannot_be_written_is_one_clear_line(bare: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = bare("init", str(tmp_path / "file" / "hub"), code=3).output
    assert (
        told
        == f"tickethub: {tmp_path}/file/hub cannot be made (Not a directory): name a directory that you may write to.\n"
    )


def test_the_commands_that_init_names_next_work(bare: Run, directory: Path) -> None:
    told = bare("init", str(directory)).output.splitlines()[2:]
    assert [line.split()[3] for line in told] == ["migrate", "user", "up"]


def test_without_a_data_directory_every_command_says_how_to_make_one(bare: Run, directory: Path) -> None:
    result = bare("user", "list", code=3)
    assert result.output.startswith("tickethub: ")
    assert f"tickethub init {directory}" in result.output
    assert len(result.output.splitlines()) == 1
