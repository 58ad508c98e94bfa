"""Writers of several processes on one PostgreSQL database: the database lets one of them try again."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.ports.store import UnitOfWork
from hub.storage.postgres import PostgresStore
from hub.storage.unit_of_work import Vault

PROCESSES = 3
TURNS = 10


@pytest.mark.postgres
def test_processes_that_change_one_record_lose_no_change(postgres_store: PostgresStore, vault: Vault) -> None:
    others = [PostgresStore(postgres_store._engine, vault) for _ in range(PROCESSES)]
    postgres_store.run(lambda tx: tx.records.add("part", {"id": "p1", "name": "0"}))

    def count(tx: UnitOfWork) -> None:
        part = tx.records.need("part", "p1")
        tx.records.put("part", part.doc | {"name": str(int(part.doc["name"]) + 1)}, version=part.version)

    def turns(store: PostgresStore) -> None:
        for _ in range(TURNS):
            store.run(count)

    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(turns, others))
    assert postgres_store.read(lambda tx: tx.records.need("part", "p1")).doc["name"] == str(PROCESSES * TURNS)
