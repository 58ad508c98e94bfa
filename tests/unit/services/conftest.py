"""The company that the tests of services play in, on the embedded store or on both."""

import pytest

from hub.ports.store import Store
from hub.storage.sqlite import SqliteStore
from hub.testing.clock import FakeClock
from tests.unit.services.world import World


@pytest.fixture
def world(sqlite_store: SqliteStore, clock: FakeClock) -> World:
    return World(sqlite_store, clock).found()


@pytest.fixture
def any_world(store: Store, clock: FakeClock) -> World:
    """The same on SQLite and on PostgreSQL, for what happens at the same time."""
    return World(store, clock).found()
