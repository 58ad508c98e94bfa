"""The one wiring file: settings in, a container of ready services out."""

import importlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from hub.domain.errors import InvalidError, RetryableError
from hub.files.connectors import ConnectorFile, load_connector
from hub.files.data import data_dir
from hub.files.mappings import load_mapping
from hub.files.schemas import CanonicalSchemas
from hub.files.settings import Settings, SystemSettings
from hub.ports.connector import Connector
from hub.ports.secrets import Secret
from hub.process.clock import SystemClock
from hub.process.crash import from_environment
from hub.process.ids import Ulids
from hub.process.lock import DirectoryLock
from hub.process.secrets import resolve
from hub.services.context import Hub, System
from hub.storage.bell import Bell, RingingStore
from hub.storage.blobs import FileBlobs
from hub.storage.cipher import Cipher, Keyring
from hub.storage.key_check import check_keys, learn_keys
from hub.storage.migrate import is_current, upgrade
from hub.storage.postgres import PostgresStore, postgres_engine
from hub.storage.privacy import Privacy
from hub.storage.sqlite import SqliteStore, sqlite_engine
from hub.storage.unit_of_work import Vault

Environment = Mapping[str, str]
MIGRATE = "run 'tickethub migrate'."


@dataclass
class Container:
    """A hub that is ready to work, and how to end it."""

    settings: Settings
    hub: Hub
    bell: Bell
    close: Callable[[], None]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def build(settings: Settings, environment: Environment, *, writes: bool = True, systems: bool = True) -> Container:
    """Open the database and wire the services.

    ``writes``: may change the database; on SQLite only one process at a time may (ConflictError when another does).
    ``systems``: with the connected systems, whose secrets must be there. InvalidError says what is missing.
    """
    with ExitStack() as opened:
        if writes and settings.database.file is not None:
            opened.enter_context(DirectoryLock(settings.directory))
        ring = Keyring.load(settings.key_file)
        engine = engine_of(settings, environment)
        opened.callback(engine.dispose)
        need_current(engine, settings)
        (learn_keys if writes else check_keys)(engine, ring)
        schemas = CanonicalSchemas(data_dir("schemas") / "canonical")
        clock = SystemClock()
        privacy = {entity: Privacy.of_schema(schemas.schema(entity)) for entity in schemas.entities()}
        store = store_of(engine, Vault(Cipher(ring), privacy, clock.now))
        opened.callback(store.close)
        bell = Bell()
        hub = Hub(
            store=RingingStore(store, bell),
            clock=clock,
            ids=Ulids(),
            schemas=schemas,
            blobs=FileBlobs(settings.directory / "blobs"),
            policies=None,  # type: ignore[arg-type] # until the policies can be read
            systems=systems_of(settings, environment) if systems else {},
            points=from_environment(environment),
        )
        return Container(settings, hub, bell, opened.pop_all().close)


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


def store_of(engine: Engine, vault: Vault) -> SqliteStore | PostgresStore:
    """The store of an engine's database."""
    return SqliteStore(engine, vault) if engine.dialect.name == "sqlite" else PostgresStore(engine, vault)


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
    """The database does not answer, or is none."""
    url = make_url(settings.database.url).render_as_string(hide_password=True)
    return RetryableError(
        "The database {url} cannot be opened ({reason}): start it, or correct database in hub.yaml.",
        url=url,
        reason=type(getattr(error, "orig", error)).__name__,
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
            opened.enter_context(DirectoryLock(settings.directory))
        ring = Keyring.load(settings.key_file)
        engine = engine_of(settings, environment)
        opened.callback(engine.dispose)
        try:
            upgrade(engine)
        except SQLAlchemyError as error:
            raise unreachable(settings, error) from error
        learn_keys(engine, ring)


def systems_of(settings: Settings, environment: Environment) -> dict[str, System]:
    """Every connected system, ready to be asked."""
    return {name: system_of(settings, system, environment) for name, system in settings.systems.items()}


def system_of(settings: Settings, system: SystemSettings, environment: Environment) -> System:
    """One connected system: its connector found by name, its mappings compiled."""
    file = load_connector(connector_file(settings.directory, system.connector))
    mappings = [load_mapping(path) for name in system.mappings for path in mapping_files(settings.directory, name)]
    return System(
        name=system.name,
        connector=connect(settings, system, file, environment),
        objects=file.objects,
        mappings={mapping.entity: mapping for mapping in mappings},
        poll_every=system.poll_every,
        overlap=system.overlap,
        lag=system.lag,
        request_limit=system.request_limit,
        paused=system.paused,
    )


def connector_file(directory: Path, name: str) -> Path:
    """The connector file: the operator's own, else the shipped one."""
    own = directory / "connectors" / f"{name}.yaml"
    return own if own.is_file() else shipped_connectors() / f"{name}.yaml"


def shipped_connectors() -> Path:
    """Where the shipped connector files lie: beside their code."""
    package = importlib.import_module("connectors")
    return Path(next(iter(package.__path__)))


def mapping_files(directory: Path, name: str) -> list[Path]:
    """The files of ``FOLDER`` or ``FOLDER/ENTITY``: of each the operator's own, else the shipped one."""
    pattern = f"{name}.yaml" if "/" in name else f"{name}/*.yaml"
    found = {path.name: path for root in (data_dir("mappings"), directory / "mappings") for path in root.glob(pattern)}
    if not found:
        raise InvalidError(
            "There is no mapping {name}: put it into {folder}, or correct systems.*.mappings.",
            name=name,
            folder=directory / "mappings",
        )
    return [found[file] for file in sorted(found)]


def connect(settings: Settings, system: SystemSettings, file: ConnectorFile, environment: Environment) -> Connector:
    """A connector that is set up but has not called anybody yet."""
    secrets = {name: secret(settings, environment, reference) for name, reference in system.secrets.items()}
    module = importlib.import_module(file.module)
    connector: Connector = module.connect(system=system.name, settings=system.settings, secrets=secrets, file=file)
    return connector


def secret(settings: Settings, environment: Environment, reference: str) -> Secret:
    """The secret that a reference names."""
    return resolve(reference, directory=settings.directory, environment=environment)
