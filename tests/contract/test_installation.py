"""One installation on each database: who may write, what a wrong key does, what is told when it cannot be reached."""

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from hub.bootstrap import build, migrate
from hub.cli.access import perform
from hub.cli.diagnosis import problems
from hub.cli.place import Place
from hub.domain.errors import ConflictError, InvalidError, RetryableError
from hub.files.settings import Settings, load
from hub.storage.cipher import Keyring, LostKeyError
from tests.conftest import of_database

KEY = {"name": "reports", "scopes": ["tickets:read"]}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """The settings of a new installation, not migrated yet."""
    Keyring.fresh().save(tmp_path / "key.json")
    url = "sqlite:///hub.db" if request.param == "sqlite" else new_database(request)
    (tmp_path / "hub.yaml").write_text(json.dumps({"database": {"url": url}}), "utf-8")
    return load(tmp_path)


def new_database(request: pytest.FixtureRequest) -> str:
    """The address of an empty database on the server of the tests, as an operator writes it."""
    server: str = request.getfixturevalue("postgres_server")
    name = f"i{abs(hash(request.node.nodeid))}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    url = make_url(of_database(server, name)).set(drivername="postgresql")
    host = url.query.get("host", url.host)
    return f"postgresql://{url.username}@/{name}?host={host}"


def place(settings: Settings) -> Place:
    return Place(settings.directory, {})


def test_a_command_waits_for_the_migrations_and_then_works(settings: Settings) -> None:
    with pytest.raises(InvalidError, match="tickethub migrate"):
        perform(place(settings), "key.list")
    migrate(settings, {})
    migrate(settings, {})
    made = perform(place(settings), "key.add", **KEY)
    assert [key["id"] for key in perform(place(settings), "key.list")["keys"]] == [made["id"]]
    assert list(problems(settings.directory, {}, ask=False)) == []


def test_beside_a_hub_that_is_up_everybody_reads_and_on_postgresql_everybody_writes(settings: Settings) -> None:
    migrate(settings, {})
    with build(settings, {}):
        assert perform(place(settings), "key.list") == {"keys": []}
        if settings.database.file is None:
            perform(place(settings), "key.add", **KEY)
            migrate(settings, {})
        else:
            with pytest.raises(ConflictError, match="Another tickethub process"):
                build(settings, {})
            with pytest.raises(ConflictError, match="Another tickethub process"):
                migrate(settings, {})


def test_a_foreign_key_file_stops_everything_and_changes_nothing(settings: Settings) -> None:
    migrate(settings, {})
    own = settings.key_file.read_bytes()
    Keyring.fresh().save(settings.key_file)
    for attempt in (build, migrate):
        with pytest.raises(LostKeyError, match="by its probe of key k1"):
            attempt(settings, {})
    settings.key_file.write_bytes(own)
    build(settings, {}).close()


@pytest.mark.postgres
def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    Keyring.fresh().save(tmp_path / "key.json")
    told = {"database": {"url": "postgresql://hub@127.0.0.1:9/hub", "password": "env/DB"}}
    (tmp_path / "hub.yaml").write_text(json.dumps(told), "utf-8")
    with pytest.raises(RetryableError, match="start it, or correct database") as refused:
        build(load(tmp_path), {"DB": "geheim"})
    assert "geheim" not in str(refused.value)
    assert "127.0.0.1:9" in str(refused.value)
