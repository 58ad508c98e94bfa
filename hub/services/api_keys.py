"""The keys of programs: a text is shown once, and only its digest is kept."""

from collections.abc import Iterable
from dataclasses import replace

from hub.domain.errors import NotFoundError
from hub.ports.accounts import ApiKey
from hub.ports.store import UnitOfWork
from hub.services.account_checks import refuse, wrong_key
from hub.services.context import Actor, Hub
from hub.services.digests import digest


def add_key(hub: Hub, actor: Actor, *, name: str, scopes: Iterable[str], secret: str) -> tuple[ApiKey, str]:
    """A new key and its text, ``th_<id>_<secret>``, which can be shown this once only."""
    wanted = tuple(sorted(set(scopes)))
    refuse(wrong_key(name, wanted))
    key_id = hub.ids.new()
    text = f"th_{key_id}_{secret}"
    key = ApiKey(id=key_id, name=name.strip(), digest=digest(text), scopes=wanted, created_at=hub.clock.now())

    def work(tx: UnitOfWork) -> None:
        tx.accounts.save_key(key)
        told = {"name": key.name, "scopes": list(wanted)}
        tx.audit.write(actor.name, "create", "api_key", key_id, actor.correlation, told)

    hub.store.run(work)
    return key, text


def revoke_key(hub: Hub, actor: Actor, key_id: str) -> None:
    """Take a key back for good; NotFoundError when there is none."""

    def work(tx: UnitOfWork) -> None:
        every = tx.accounts.keys()
        key = next((key for key in every if key.id == key_id), None)
        if key is None:
            raise NotFoundError("There is no API key {id}.", id=key_id)
        if key.revoked_at is None:
            tx.accounts.save_key(replace(key, revoked_at=hub.clock.now()))
            tx.audit.write(actor.name, "revoke", "api_key", key_id, actor.correlation, {})

    hub.store.run(work)


def keys(hub: Hub) -> list[ApiKey]:
    """All keys, newest first."""
    return hub.store.read(lambda tx: tx.accounts.keys())


def key_of(hub: Hub, text: str) -> ApiKey | None:
    """The key that a text is, unless it was revoked."""
    return hub.store.read(lambda tx: tx.accounts.key_by_digest(digest(text)))
