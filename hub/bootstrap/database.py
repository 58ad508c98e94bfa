"""The database of an installation: opened, checked, migrated."""

from contextlib import ExitStack
from functools import partial

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from hub.bootstrap.secrets import Environment, secret
from hub.domain.errors import InvalidError, RetryableError
from hub.files.settings import Settings
from hub.ports.meter import Meter
from hub.process.lock import DirectoryLock
from hub.storage.cipher import Keyring
from hub.storage.key_check import check_keys, learn_keys
from hub.storage.migrate import is_current, upgrade
from hub.storage.postgres import PostgresStore, postgres_engine
from hub.storage.sqlite import SqliteStore, sqlite_engine
from hub.storage.unit_of_work import Vault

MIGRATE = "run 'tickethub migrate'."


def engine_of(settings: Settings, environment: Environment) -> Engine:
    """The database's engine; its password comes from where the settings say."""
    database = settings.database
    if database.file is not None:
        database.file.parent.mkdir(parents=True, exist_ok=True)
        return sqlite_engine(database.file)
    if database.password is None:
        return postgres_engine(database.url)
    password = secret(settings, environment, database.password)
    return postgres_engine(make_url(database.url).set(password=password.reveal()).render_as_string(hide_password=False))


def store_of(engine: Engine, vault: Vault, meter: Meter) -> SqliteStore | PostgresStore:
    """The store of an engine's database."""
    kind = SqliteStore if engine.dialect.name == "sqlite" else PostgresStore
    return kind(engine, vault, partial(meter.observe, "commit_group_size"))


def need_current(engine: Engine, settings: Settings) -> None:
    """InvalidError when the database lacks migrations, RetryableError when it cannot be reached."""
    try:
        current = is_current(engine)
    except SQLAlchemyError as error:
        raise unreachable(settings, error) from error
    if not current:
        raise InvalidError(
            "The database of {directory} lacks migrations: {mend}", directory=settings.directory, mend=MIGRATE
        )


def unreachable(settings: Settings, error: SQLAlchemyError) -> RetryableError:
    """The database does not answer, is none, or is a file that is not ours to write."""
    file, reason = settings.database.file, type(getattr(error, "orig", error)).__name__
    if file is not None:
        return RetryableError(
            "The database {file} cannot be opened ({reason}): the user who runs this must be able to write the file "
            "and its folder, and the disk must have room.",
            file=file,
            reason=reason,
        )
    url = make_url(settings.database.url).render_as_string(hide_password=True)
    return RetryableError(
        "The database {url} cannot be opened ({reason}): start it, or correct database in hub.yaml.",
        url=url,
        reason=reason,
    )


def check_database(settings: Settings, environment: Environment) -> None:
    """The database answers, has the present tables, and was sealed with the keys of the key file."""
    file = settings.database.file
    if file is not None and not file.exists():
        raise InvalidError("There is no database {file} yet: {mend}", file=file, mend=MIGRATE)
    engine = engine_of(settings, environment)
    try:
        need_current(engine, settings)
        check_keys(engine, Keyring.load(settings.key_file))
    finally:
        engine.dispose()


def migrate(settings: Settings, environment: Environment) -> None:
    """Bring the database to the present tables, alone; ConflictError while a hub runs on the same SQLite file."""
    with ExitStack() as opened:
        if settings.database.file is not None:
            opened.enter_context(DirectoryLock(settings.database.file.parent))
        ring = Keyring.load(settings.key_file)
        engine = engine_of(settings, environment)
        opened.callback(engine.dispose)
        try:
            upgrade(engine)
        except SQLAlchemyError as error:
            raise unreachable(settings, error) from error
        learn_keys(engine, ring)
