"""Settings: defaults, the operator's file over them, every problem at once."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub.files.settings import Settings, SettingsError, load

ERP = """
systems:
  erp:
    connector: tryton
    settings: {url: "http://127.0.0.1:8000"}
    secrets: {password: env/ERP_PASSWORD}
    mappings: [tryton]
"""


def settings(directory: Path, text: str) -> Settings:
    (directory / "hub.yaml").write_text(text, "utf-8")
    return load(directory)


def problems(directory: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        settings(directory, text)
    return [str(problem).removeprefix(f"{directory}/") for problem in refused.value.problems]


def test_an_empty_file_means_the_shipped_defaults(tmp_path: Path) -> None:
    found = settings(tmp_path, "")
    assert found.database.file == tmp_path / "hub.db"
    assert (found.listen.host, found.listen.port) == ("127.0.0.1", 8080)
    assert found.systems == {}
    assert found.mail is None


def test_a_value_replaces_the_shipped_one_and_leaves_its_neighbours(tmp_path: Path) -> None:
    found = settings(tmp_path, "listen: {port: 9000}")
    assert (found.listen.host, found.listen.port) == ("127.0.0.1", 9000)


def test_a_system_has_the_defaults_of_the_schema(tmp_path: Path) -> None:
    erp = settings(tmp_path, ERP).systems["erp"]
    assert (erp.poll_every, erp.overlap) == (timedelta(seconds=30), timedelta(minutes=2))
    assert erp.secrets == {"password": "env/ERP_PASSWORD"}
    assert not erp.paused


def test_an_agent_confirms_unless_a_queue_is_named(tmp_path: Path) -> None:
    found = settings(tmp_path, "calls: {pbx: {dialect: zammad, token: env/T, confirms_alone: [night]}}")
    pbx = found.calls["pbx"]
    assert pbx.confirms_alone == {"night"}
    assert (pbx.region, pbx.ticket_type, pbx.signing_keys) == ("CN", "repair", ())


def test_yes_no_and_on_are_words(tmp_path: Path) -> None:
    found = settings(tmp_path, "systems: {erp: {connector: on, mappings: [no]}}")
    assert found.systems["erp"].connector == "on"
    assert found.systems["erp"].mappings == ("no",)


def test_every_problem_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = "zone: Mars\ndatabse: x\nlisten:\n  port: 90000\nsystems:\n  erp:\n    connector: tryton\n"
    found = problems(tmp_path, text)
    assert [line.split(": ")[0] for line in found] == [
        "hub.yaml:2 databse",
        "hub.yaml:4 listen.port",
        "hub.yaml:6 systems.erp",
        "hub.yaml:1 zone",
    ]
    assert "lacks mappings" in found[2]


def test_every_problem_says_how_to_mend_it(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "intervals: {seal: 5}")
    assert found.endswith("Write a number and a unit: 30 s, 5 min, 2 h or 1 d.")


@pytest.mark.parametrize(
    "text",
    [
        "database: {url: postgresql://hub:geheim@db/hub}",
        "systems: {erp: {connector: tryton, mappings: [tryton], secrets: {password: geheim}}}",
        "calls: {pbx: {dialect: zammad, token: geheim}}",
    ],
)
def test_a_secret_in_the_settings_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    (found,) = problems(tmp_path, text)
    assert "geheim" not in found
    assert "env/NAME" in found or "database.password" in found


def test_the_generic_dialect_needs_a_key_to_sign_with(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "calls: {pbx: {dialect: generic, token: env/T}}")
    assert "lacks signing_keys" in found


def test_a_mail_password_is_never_sent_in_the_clear(tmp_path: Path) -> None:
    text = "mail: {host: h, sender: a@b, user: u, password: env/P, security: none}"
    (found,) = problems(tmp_path, text)
    assert "mail.security" in found


def test_a_file_that_is_no_yaml_is_named_with_the_line(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "listen:\n  port: 1\n  port: 2\n")
    assert found.startswith("hub.yaml:3: ")
    assert "'port'" in found


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="tickethub init"):
        load(tmp_path)


def test_a_postgresql_address_names_the_driver_that_is_shipped(tmp_path: Path) -> None:
    found = settings(tmp_path, "database: {url: postgresql://hub@db:5432/hub, password: env/DB}")
    assert found.database.url == "postgresql+psycopg://hub@db:5432/hub"
    assert found.database.file is None
