"""Tokens of an installation lie in its database, for the hub and for commands beside it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors import tryton
from hub.bootstrap import build, shelves_of
from hub.cli import main
from hub.files.settings import Settings, load
from hub.ports.connector import Connector, Setup
from hub.ports.grants import Grant

ENVIRONMENT = {"ERP_PASSWORD": "p"}
ERP = """\
systems:
  erp:
    connector: tryton
    settings: {url: "http://127.0.0.1:9", database: d, user: u}
    secrets: {password: env/ERP_PASSWORD}
    private_hosts: [files.internal]
    request_limit: 7 s
    mappings: [tryton]
"""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Setup]:
    """What connectors are made of."""
    setups: list[Setup] = []
    truly = tryton.connect

    def connect(setup: Setup) -> Connector:
        setups.append(setup)
        return truly(setup)

    monkeypatch.setattr(tryton, "connect", connect)
    return setups


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    directory = tmp_path / "hub"
    for arguments in (["init", str(directory)], ["--dir", str(directory), "migrate"]):
        ran = CliRunner().invoke(main, arguments)
        assert ran.exit_code == 0, ran.output
    (directory / "hub.yaml").write_text(ERP, "utf-8")
    return load(directory)


def test_a_token_outlives_the_process_and_commands_find_it(settings: Settings, made: list[Setup]) -> None:
    with build(settings, ENVIRONMENT):
        made[0].grants.take("erp", lambda _: True, lambda _: Grant("t1"))
        with shelves_of(settings, ENVIRONMENT) as shelves:
            assert shelves(settings.systems["erp"]).take("erp", lambda _: True, nobody).token == "t1"
    with build(settings, ENVIRONMENT):
        assert made[1].grants.take("erp", lambda _: True, nobody).token == "t1"


def test_what_the_operator_says_reaches_the_connector(settings: Settings, made: list[Setup]) -> None:
    with build(settings, ENVIRONMENT):
        assert made[0].private_hosts == {"files.internal"}
        assert made[0].settings["request_seconds"] == 7


def test_without_a_database_commands_keep_tokens_for_themselves(settings: Settings) -> None:
    (settings.directory / "hub.db").unlink()
    with shelves_of(settings, ENVIRONMENT) as shelves:
        assert shelves(settings.systems["erp"]).take("erp", lambda _: True, lambda _: Grant("t1")).token == "t1"


def nobody(_lying: Grant | None) -> Grant:
    raise AssertionError
