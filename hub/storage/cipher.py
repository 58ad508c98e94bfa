"""Encryption at rest: AES-256-GCM with rotating keys, and blind digests under a key of their own.

A sealed value is key id (1 byte length, then the id), nonce (12 bytes), ciphertext with tag. The context (which table,
which row) is authenticated, so a value copied to another row does not open.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.domain.errors import HubError, InvalidError

NONCE = 12


class LostKeyError(HubError):
    """The key that sealed this data is not in the key file."""


@dataclass(frozen=True)
class Keyring:
    """The keys of one installation: sealing keys by id, the one in use, and the blind key, which never changes."""

    current: str
    keys: Mapping[str, bytes]
    blind: bytes

    @classmethod
    def fresh(cls) -> "Keyring":
        """New keys."""
        return cls(current="k1", keys={"k1": os.urandom(32)}, blind=os.urandom(32))

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read a key file; InvalidError names the file when it is missing or broken."""
        try:
            data = json.loads(path.read_text("utf-8"))
            keys = {name: base64.b64decode(value, validate=True) for name, value in data["keys"].items()}
            ring = cls(current=data["current"], keys=keys, blind=base64.b64decode(data["blind"], validate=True))
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise InvalidError(
                "The key file {path} cannot be read ({reason}): restore it from the backup, "
                "or run 'tickethub init' for a new installation.",
                path=path,
                reason=type(error).__name__,
            ) from error
        if ring.current not in ring.keys:
            raise InvalidError(
                "The key file {path} names {key} as current, but has no such key.", path=path, key=ring.current
            )
        return ring

    def rotated(self) -> "Keyring":
        """The same ring with a new current key; what older keys sealed still opens."""
        name = f"k{len(self.keys) + 1}"
        return Keyring(current=name, keys={**self.keys, name: os.urandom(32)}, blind=self.blind)

    def save(self, path: Path) -> None:
        """Write the key file for its owner only, all or nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        data = {
            "current": self.current,
            "keys": {name: base64.b64encode(key).decode() for name, key in self.keys.items()},
            "blind": base64.b64encode(self.blind).decode(),
        }
        temporary = path.with_suffix(".new")
        temporary.touch(mode=0o600)
        temporary.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
        temporary.replace(path)


class Cipher:
    """Seals and opens values with a key ring."""

    def __init__(self, ring: Keyring) -> None:
        self._current = ring.current.encode()
        self._aeads = {name.encode(): AESGCM(key) for name, key in ring.keys.items()}
        self._head = bytes([len(self._current)]) + self._current
        self._blind = ring.blind

    def seal(self, value: Any, context: str) -> bytes:
        """Encrypt a JSON value for one place."""
        nonce = os.urandom(NONCE)
        sealed = self._aeads[self._current].encrypt(nonce, orjson.dumps(value), context.encode())
        return self._head + nonce + sealed

    def open(self, sealed: bytes, context: str) -> Any:
        """Decrypt a value; LostKeyError when its key is missing or it was moved or changed."""
        split = 1 + sealed[0]
        name, nonce, body = sealed[1:split], sealed[split : split + NONCE], sealed[split + NONCE :]
        aead = self._aeads.get(name)
        if aead is None:
            raise LostKeyError(
                "{context} is sealed with key {key}, which the key file does not have: restore that key file.",
                context=context,
                key=name.decode(errors="replace"),
            )
        try:
            return orjson.loads(aead.decrypt(nonce, body, context.encode()))
        except InvalidTag:
            raise LostKeyError(
                "{context} does not open with key {key}: the key file is another one, or the row was changed.",
                context=context,
                key=name.decode(),
            ) from None

    def digest(self, entity: str, field: str, value: str) -> bytes:
        """The blind digest of a canonical value: equal values of one field have equal digests (HMAC-SHA-256)."""
        return hmac.digest(self._blind, f"{entity}\0{field}\0{value}".encode(), hashlib.sha256)
