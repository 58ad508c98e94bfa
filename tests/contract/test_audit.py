"""The audit trail tells when somebody changed it (T48)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from hub.ports.store import Store


def write(store: Store, count: int) -> None:
    for number in range(count):
        store.run(lambda tx, n=number: tx.audit.write("li", "ticket.assign", "ticket", f"t{n}", "k", {"to": "王"}))  # type: ignore[misc]


def engine_of(store: Store) -> Engine:
    engine: Engine = store._engine  # type: ignore[attr-defined]
    return engine


def tamper(store: Store, statement: str) -> None:
    with engine_of(store).connect() as connection:
        connection.exec_driver_sql("BEGIN") if connection.dialect.name == "sqlite" else None
        connection.execute(text(statement))
        connection.commit()


def test_an_untouched_trail_verifies_and_names_its_unsealed_tail(store: Store) -> None:
    write(store, 5)
    assert store.run(lambda tx: tx.audit.seal(3)) == 3
    verdict = store.read(lambda tx: tx.audit.verify())
    assert (verdict.sealed, verdict.unsealed, verdict.broken) == (3, 2, None)


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET actor = 'eve' WHERE id = 2", "entry 2"),
        ("UPDATE audit SET salt = salt, payload = NULL WHERE id = 2", "entry 2"),
        ("DELETE FROM audit WHERE id = 2", "entry 2"),
        ("DELETE FROM audit_seal WHERE seq = 2", "seal 2"),
        ("UPDATE audit_seal SET entry_id = 100 WHERE entry_id = 2", "entry 100"),
        ("UPDATE audit SET actor = 'eve' WHERE id = 5", "entry 5"),
        ("UPDATE audit SET actor = 'eve', salt = NULL, payload = NULL WHERE id = 3", "entry 3"),
    ],
)
def test_a_changed_row_is_named(store: Store, statement: str, broken: str) -> None:
    write(store, 5)
    store.run(lambda tx: tx.audit.seal(4))
    tamper(store, statement)
    verdict = store.read(lambda tx: tx.audit.verify())
    assert verdict.broken is not None
    assert broken in verdict.broken


def test_erasure_keeps_the_chain(store: Store) -> None:
    write(store, 4)
    store.run(lambda tx: tx.audit.seal(10))
    assert store.run(lambda tx: tx.audit.erase("ticket", "t1")) == 1
    assert store.read(lambda tx: tx.audit.verify()).broken is None
    assert store.read(lambda tx: tx.audit.of_record("ticket", "t1"))[0].payload is None


def test_eight_writers_keep_one_chain(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: write(store, 3), range(8)))
    while store.run(lambda tx: tx.audit.seal(5)):
        pass
    verdict = store.read(lambda tx: tx.audit.verify())
    assert (verdict.sealed, verdict.unsealed, verdict.broken) == (24, 0, None)
