"""Bring a database to the present tables, and say whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from hub.domain.errors import InvalidError

HERE = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file."""
    settings = Config()
    settings.set_main_option("script_location", str(HERE))
    settings.attributes["connection"] = connection
    return settings


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing; InvalidError when the database is newer than this program."""
    newest = ScriptDirectory.from_config(config())
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        revision = current(connection)
        if revision is not None and revision not in {script.revision for script in newest.walk_revisions()}:
            raise InvalidError(
                "The database is at {revision}, which this program does not know: install the newer version again.",
                revision=revision,
            )
        command.upgrade(config(connection), "head")
        connection.commit()


def current(connection: Connection) -> str | None:
    """The revision of a database, None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def is_current(engine: Engine) -> bool:
    """Whether nothing is missing."""
    with engine.connect() as connection:
        return current(connection) == ScriptDirectory.from_config(config()).get_current_head()
