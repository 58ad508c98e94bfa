"""The tables follow the canonical schemas."""

import json
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine

from hub.domain.errors import InvalidError
from hub.storage.migrate import config, is_current, upgrade
from hub.storage.privacy import Privacy
from hub.storage.sqlite import sqlite_engine
from hub.storage.tables.listed import INDEXED

SCHEMAS = sorted((Path(__file__).parents[3] / "schemas" / "canonical").glob("*.json"))


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = sqlite_engine(tmp_path / "hub.db")
    upgrade(engine)
    return engine


def test_every_entity_has_a_table_with_its_indexed_fields() -> None:
    declared = {path.stem: Privacy.of_schema(json.loads(path.read_text("utf-8"))).indexed for path in SCHEMAS}
    assert declared == INDEXED


def test_the_migrations_make_the_tables(engine: Engine) -> None:
    assert is_current(engine)
    with engine.connect() as connection:
        command.check(config(connection))


def test_a_newer_database_is_refused(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(InvalidError, match="9999"):
        upgrade(engine)
