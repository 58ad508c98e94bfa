"""A database takes a transaction back and it is done again: with the same input, and to the same end.

FINDINGS sync 4 (odoo/odoo#65876, #30382, OCA/connector#161): what had been changed in the arguments came in twice.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.domain.documents import Doc
from hub.ports.store import Store, UnitOfWork
from hub.storage.sqlite import SqliteStore, sqlite_engine
from hub.storage.unit_of_work import Vault
from hub.testing.clock import FakeClock
from tests.sync_bench import bench


@pytest.fixture
def plain_store(tmp_path: Path, migrated: Path, vault: Vault) -> Iterator[SqliteStore]:
    """A database that takes nothing back."""
    shutil.copyfile(migrated, tmp_path / "plain.db")
    store = SqliteStore(sqlite_engine(tmp_path / "plain.db"), vault)
    yield store
    store.close()


class TakenBackError(Exception):
    """The database could not serialize it."""


@dataclass
class Forgetful:
    """A store that takes every transaction back once."""

    store: Store

    def run(self, fn: Callable[[UnitOfWork], Any]) -> Any:
        return self._twice(self.store.run, fn)

    def queue(self, fn: Callable[[UnitOfWork], Any]) -> Any:
        return self._twice(self.store.queue, fn)

    def read(self, fn: Callable[[UnitOfWork], Any]) -> Any:
        return self.store.read(fn)

    @staticmethod
    def _twice(run: Callable[..., Any], fn: Callable[[UnitOfWork], Any]) -> Any:
        def first(tx: UnitOfWork) -> None:
            fn(tx)
            raise TakenBackError

        try:
            run(first)
        except TakenBackError:
            return run(fn)
        raise AssertionError


def end_of(store: Any, clock: FakeClock) -> tuple[list[Doc], list[Doc], list[str]]:
    """What both sides have, and what was called, after both have written."""
    b = bench(store, clock)
    customer = b.add("customer", name="A", phone="+8613800138000", email="li@example.com")
    b.add("invoice", customer_id=customer.id, currency="CNY", state="draft")
    b.run(4)
    b.erp.edit("party", b.erp.records("party")[0].id, phone="139 0013 9000")
    b.change(customer, name="B")
    b.erp.create("party", {"name": "C"})
    b.run(6)
    known = b.hub.store.read(lambda tx: [*tx.records.all("customer"), *tx.records.all("invoice")])
    ours = [{name: value for name, value in one.doc.items() if not name.endswith("_at")} for one in known]
    theirs = [one.doc for name in ("party", "bill") for one in b.erp.records(name)]
    return without_ids(ours), without_ids(theirs), [call[0] for call in b.erp.calls]


def without_ids(docs: list[Doc]) -> list[Doc]:
    """Documents without what is numbered as it comes."""
    return [{name: value for name, value in doc.items() if not name.endswith(("id", "reference"))} for doc in docs]


def test_every_transaction_may_be_taken_back_once(store: Store, clock: FakeClock, plain_store: Store) -> None:
    assert end_of(Forgetful(store), clock) == end_of(plain_store, FakeClock(clock.now()))
