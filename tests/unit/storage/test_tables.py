"""The tables follow the canonical schemas."""

import json
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine

from hub.domain.errors import InvalidError
from hub.files.mappings import load_mappings
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


def test_what_shipped_mappings_recognise_records_by_is_found_without_reading_all_of_them(engine: Engine) -> None:
    sought = {
        (mapping.entity, rung[0])
        for folder in sorted((SCHEMAS[0].parents[2] / "mappings").iterdir())
        for mapping in load_mappings(folder)
        for rung in mapping.identity.adopt_if
        if rung[0] in INDEXED[mapping.entity]  # secrets have an index of their own
    }
    assert len(sought) >= 3
    with engine.connect() as connection:
        for entity, field in sought:
            asked = f"EXPLAIN QUERY PLAN SELECT * FROM record_{entity} WHERE {field} = 'x' ORDER BY id"
            assert "SEARCH" in str(connection.exec_driver_sql(asked).all()), (entity, field)
