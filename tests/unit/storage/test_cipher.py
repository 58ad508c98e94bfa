"""Sealing, moving, rotating, losing keys."""

from pathlib import Path

import pytest

from hub.domain.errors import InvalidError
from hub.storage.cipher import Cipher, Keyring, LostKeyError


def test_a_value_opens_only_where_it_was_sealed() -> None:
    cipher = Cipher(Keyring.fresh())
    sealed = cipher.seal({"phone": "+86138"}, "customer:1")
    assert cipher.open(sealed, "customer:1") == {"phone": "+86138"}
    with pytest.raises(LostKeyError, match="customer:2"):
        cipher.open(sealed, "customer:2")


def test_rotation_keeps_old_values_open_and_the_blind_digests_equal() -> None:
    old = Keyring.fresh()
    new = old.rotated()
    assert Cipher(new).open(Cipher(old).seal(1, "x"), "x") == 1
    assert Cipher(new).digest("c", "phone", "1") == Cipher(old).digest("c", "phone", "1")
    with pytest.raises(LostKeyError, match="k2"):
        Cipher(old).open(Cipher(new).seal(1, "x"), "x")


def test_a_key_file_is_for_its_owner_and_a_broken_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "hub.key"
    ring = Keyring.fresh()
    ring.save(path)
    assert Keyring.load(path) == ring
    assert path.stat().st_mode & 0o077 == 0
    path.write_text("{}")
    with pytest.raises(InvalidError, match=r"hub\.key"):
        Keyring.load(path)
