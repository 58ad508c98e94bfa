"""Accounts: people who may sign in, what they may do, and their passwords.

Passwords are hashed outside the transaction, which may run twice.
"""

from collections.abc import Iterable
from dataclasses import replace

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, NotFoundError
from hub.ports.accounts import User
from hub.ports.store import UnitOfWork
from hub.services.account_checks import refuse, wrong_password, wrong_user
from hub.services.context import Actor, Hub
from hub.services.digests import digest, hashed


def add_user(
    hub: Hub,
    actor: Actor,
    *,
    login: str,
    name: str,
    password: str,
    roles: Iterable[str],
    language: str = "en",
    technician_id: str | None = None,
) -> User:
    """A new account; InvalidError names each wrong field, ConflictError when the login is taken."""
    user = User(
        id=hub.ids.new(),
        login=login.strip().lower(),
        name=name.strip(),
        roles=tuple(sorted(set(roles))),
        password_hash="",
        language=language,
        technician_id=technician_id,
    )
    refuse([*wrong_user(user), *wrong_password(password)])
    sealed = replace(user, password_hash=hashed(password))
    return save(hub, actor, "create", None, sealed)


def change_user(hub: Hub, actor: Actor, user_id: str, **values: object) -> User:
    """Set name, roles, language, technician_id or disabled; a disabled account is signed out at its next step."""
    before = need_user(hub, user_id)
    after = replace(before, **values)  # type: ignore[arg-type] # the caller names User's fields
    refuse(wrong_user(after))
    return save(hub, actor, "change", before, after, ends_sessions=after.disabled)


def set_password(hub: Hub, actor: Actor, user_id: str, password: str, *, keep: str = "") -> User:
    """Give an account another password, which ends its sessions but for that of a token; InvalidError when too weak."""
    before = need_user(hub, user_id)
    refuse(wrong_password(password))
    after = replace(before, password_hash=hashed(password))
    return save(hub, actor, "set_password", before, after, ends_sessions=True, keep=keep)


def set_language(hub: Hub, actor: Actor, user_id: str, language: str) -> User:
    """Speak another language to a person."""
    return change_user(hub, actor, user_id, language=language)


def users(hub: Hub) -> list[User]:
    """All accounts, by login."""
    return hub.store.read(lambda tx: tx.accounts.users())


def need_user(hub: Hub, user_id: str) -> User:
    """An account; NotFoundError when there is none."""
    user = hub.store.read(lambda tx: tx.accounts.user(user_id))
    if user is None:
        raise NotFoundError("There is no user {id}.", id=user_id)
    return user


def save(
    hub: Hub,
    actor: Actor,
    action: str,
    before: User | None,
    after: User,
    *,
    ends_sessions: bool = False,
    keep: str = "",
) -> User:
    """Store an account with its audit entry, which never carries the password's hash."""

    def work(tx: UnitOfWork) -> None:
        if before is None or before.technician_id != after.technician_id:
            refuse(wrong_technician(tx, after.technician_id))
        tx.accounts.save_user(after)
        if ends_sessions:
            tx.accounts.end_sessions_of(after.id, but=digest(keep))
        told = difference(before, after)
        tx.audit.write(actor.name, action, "user", after.id, actor.correlation, told)

    hub.store.run(work)
    return after


def difference(before: User | None, after: User) -> Doc:
    """The facts of an account that differ, with both values."""
    names = ("login", "name", "roles", "language", "technician_id", "disabled")
    pairs = {name: [plain(getattr(before, name, None)), plain(getattr(after, name))] for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def plain(value: object) -> object:
    """A fact as JSON has it."""
    return list(value) if isinstance(value, tuple) else value


def wrong_technician(tx: UnitOfWork, technician_id: str | None) -> list[FieldError]:
    """What is wrong with the technician that an account belongs to."""
    if technician_id is None or tx.records.get("technician", technician_id):
        return []
    return [FieldError("technician_id", "There is no technician {id}.", {"id": technician_id[:64]})]
