"""Whether the key file is the one that this database was sealed with: a probe per key, opened before any work."""

from sqlalchemy import Connection, Engine, insert, select

from hub.storage.cipher import Cipher, Keyring, LostKeyError
from hub.storage.tables.access import KEY_CHECK


def check_keys(engine: Engine, ring: Keyring) -> None:
    """LostKeyError when a key that this database was sealed with is missing, or is another one under its name."""
    with engine.connect() as connection:
        for key_id, probe in probes(connection).items():
            check_key(ring, key_id, probe)


def learn_keys(engine: Engine, ring: Keyring) -> None:
    """Check, then leave a probe for every key that this database does not know yet."""
    check_keys(engine, ring)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        fresh = [key_id for key_id in ring.keys if key_id not in probes(connection)]
        for key_id in fresh:
            connection.execute(insert(KEY_CHECK).values(key_id=key_id, probe=probe_of(ring, key_id)))
        connection.commit()


def probes(connection: Connection) -> dict[str, bytes]:
    """The probes that were left, by key id."""
    rows = connection.execute(select(KEY_CHECK.c.key_id, KEY_CHECK.c.probe)).all()
    return {key_id: bytes(probe) for key_id, probe in rows}


def probe_of(ring: Keyring, key_id: str) -> bytes:
    """The blind digest of the key's name, sealed with the key: proof of both."""
    cipher = Cipher(Keyring(current=key_id, keys=ring.keys, blind=ring.blind))
    return cipher.seal(digest_of(cipher, key_id), context(key_id))


def check_key(ring: Keyring, key_id: str, probe: bytes) -> None:
    """LostKeyError when the ring does not open a probe, or has another blind key."""
    cipher = Cipher(ring)
    if cipher.open(probe, context(key_id)) != digest_of(cipher, key_id):
        raise LostKeyError("The blind key of the key file is another one than the database's: restore that key file.")


def digest_of(cipher: Cipher, key_id: str) -> str:
    """What a probe holds."""
    return cipher.digest("key_check", "key_id", key_id).hex()


def context(key_id: str) -> str:
    """Where a probe is sealed for."""
    return f"The database, by its probe of key {key_id},"
