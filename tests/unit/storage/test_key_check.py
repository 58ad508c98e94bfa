"""A wrong key file is a clear stop, before anything is read or written with it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.storage.cipher import Keyring, LostKeyError
from hub.storage.key_check import check_keys, learn_keys
from hub.storage.migrate import upgrade
from hub.storage.sqlite import sqlite_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = sqlite_engine(tmp_path / "hub.db")
    upgrade(engine)
    yield engine
    engine.dispose()


def test_the_same_keys_pass_and_rotated_ones_too(engine: Engine) -> None:
    ring = Keyring.fresh()
    learn_keys(engine, ring)
    learn_keys(engine, ring)
    learn_keys(engine, ring.rotated())
    with pytest.raises(LostKeyError, match="k2"):
        check_keys(engine, ring)


def test_another_key_file_is_refused(engine: Engine) -> None:
    learn_keys(engine, Keyring.fresh())
    with pytest.raises(LostKeyError, match="The database, by its probe of key k1, does not open"):
        learn_keys(engine, Keyring.fresh())


def test_another_blind_key_is_refused(engine: Engine) -> None:
    ring = Keyring.fresh()
    learn_keys(engine, ring)
    with pytest.raises(LostKeyError, match="blind key"):
        check_keys(engine, replace(ring, blind=Keyring.fresh().blind))
