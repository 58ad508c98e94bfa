"""Users, their sessions, and the keys of programs.

Of passwords, session tokens and keys only digests are kept; what is random is handed in by the caller. Passwords are
hashed outside the transaction, which may run twice.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, HubError, InvalidError, NotFoundError, RateLimitedError
from hub.ports.accounts import ApiKey, Session, User
from hub.ports.store import UnitOfWork
from hub.services.context import Actor, Hub
from hub.services.throttle import BY_ADDRESS, BY_LOGIN, Throttle

SESSION_FOR = timedelta(hours=12)  # a shift with overtime
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200  # argon2 would hash megabytes as gladly
LONGEST_NAME = 120
LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
SCOPE = re.compile(r"[a-z_]+(:([a-z_]+|\*))?")
LANGUAGES = ("en", "zh")
HASHER = PasswordHasher()
NOBODY = HASHER.hash("no account has this password")  # verified for unknown logins, so that they take as long


class SignInError(HubError):
    """Login and password do not belong together, or the account is disabled."""


@dataclass(frozen=True)
class Attempt:
    """One attempt to sign in: what was typed, from where, and the secrets of the session that it would open."""

    login: str
    password: str
    address: str
    token: str
    csrf: str


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
    hashed = replace(user, password_hash=HASHER.hash(password))
    return save(hub, actor, "create", None, hashed)


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
    after = replace(before, password_hash=HASHER.hash(password))
    return save(hub, actor, "set_password", before, after, ends_sessions=True, keep=keep)


def set_language(hub: Hub, actor: Actor, user_id: str, language: str) -> User:
    """Speak another language to a person."""
    return change_user(hub, actor, user_id, language=language)


def users(hub: Hub) -> list[User]:
    """All accounts, by login."""
    return hub.store.read(lambda tx: tx.accounts.users())


def sign_in(hub: Hub, attempt: Attempt) -> User:
    """Open a session; SignInError when the account does not take it, RateLimitedError after too many failures.

    Every attempt is written down before the password is looked at, so that many at once are counted, too.
    """
    login = attempt.login.strip().lower()
    actor = hub.actor("sign-in")
    user = hub.store.run(lambda tx: admit(hub, tx, actor, login, attempt.address))
    hashed = user.password_hash if user else NOBODY
    if not matches(hashed, attempt.password) or user is None or user.disabled:
        raise SignInError("Login or password is wrong, or the account is disabled.")
    hub.store.run(lambda tx: open_session(hub, tx, replace(actor, name=user.login), user, attempt))
    return user


def admit(hub: Hub, tx: UnitOfWork, actor: Actor, login: str, address: str) -> User | None:
    """Count an attempt; RateLimitedError when login or address have to wait. Gives the account, if there is one."""
    now = hub.clock.now()
    for kind, what, throttle in (("login", login, BY_LOGIN), ("address", address, BY_ADDRESS)):
        hold_back(tx, kind, what, throttle, now)
        told = {kind: what[:LONGEST_NAME]}
        tx.audit.write(actor.name, "attempt", kind, name_of(what), actor.correlation, told)
    return tx.accounts.by_login(login)


def hold_back(tx: UnitOfWork, kind: str, what: str, throttle: Throttle, now: datetime) -> None:
    """RateLimitedError when failures demand a wait; the audit trail is the memory of them."""
    entries = tx.audit.of_record(kind, name_of(what), limit=throttle.free + 20)
    failures: list[datetime] = []
    for entry in entries:
        if entry.action == "attempt":
            failures.append(entry.at)
        elif kind == "login":
            failures.clear()
        elif failures:
            failures.pop()
    wait = throttle.wait(failures, now).total_seconds()
    if wait > 0:
        raise RateLimitedError(
            "Too many attempts to sign in: try again in {seconds} seconds.", retry_after=wait, seconds=int(wait) + 1
        )


def open_session(hub: Hub, tx: UnitOfWork, actor: Actor, user: User, attempt: Attempt) -> None:
    """Keep the digest of the session's token, and forget the failed attempts."""
    tx.accounts.forget_sessions(until=hub.clock.now())
    tx.accounts.save_session(Session(digest(attempt.token), user.id, attempt.csrf, hub.clock.now() + SESSION_FOR))
    for kind, what in (("login", user.login), ("address", attempt.address)):
        tx.audit.write(actor.name, "sign_in", kind, name_of(what), actor.correlation, {})
    tx.audit.write(actor.name, "sign_in", "user", user.id, actor.correlation, {"address": attempt.address})


def signed_in(hub: Hub, token: str) -> tuple[User, Session] | None:
    """Whose session a token belongs to; None when it ended or the account is disabled."""

    def work(tx: UnitOfWork) -> tuple[User, Session] | None:
        session = tx.accounts.session(digest(token), now=hub.clock.now())
        user = tx.accounts.user(session.user_id) if session else None
        return (user, session) if user and session and not user.disabled else None

    return hub.store.read(work)


def sign_out(hub: Hub, actor: Actor, token: str) -> None:
    """End a session."""

    def work(tx: UnitOfWork) -> None:
        session = tx.accounts.session(digest(token), now=hub.clock.now())
        if session is not None:
            tx.accounts.end_session(session.digest)
            tx.audit.write(actor.name, "sign_out", "user", session.user_id, actor.correlation, {})

    hub.store.run(work)


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


def refuse(wrong: list[FieldError]) -> None:
    """InvalidError when anything is wrong."""
    if wrong:
        raise InvalidError("The account cannot be saved so.", fields=tuple(wrong))


def wrong_user(user: User) -> list[FieldError]:
    """What is wrong with the facts of an account."""
    checks = [
        (
            LOGIN.fullmatch(user.login),
            FieldError(
                "login",
                "Use 2 to 64 of a to z, 0 to 9, dot, hyphen, underscore and @, beginning with a letter or digit.",
                {},
            ),
        ),
        (is_name(user.name), wrong_name()),
        (user.roles, FieldError("roles", "Choose at least one role.", {})),
        (user.language in LANGUAGES, FieldError("language", "Choose one of {choices}.", {"choices": "en, zh"})),
    ]
    return [error for is_right, error in checks if not is_right]


def wrong_technician(tx: UnitOfWork, technician_id: str | None) -> list[FieldError]:
    """What is wrong with the technician that an account belongs to."""
    if technician_id is None or tx.records.get("technician", technician_id):
        return []
    return [FieldError("technician_id", "There is no technician {id}.", {"id": technician_id[:64]})]


def is_name(text: str) -> bool:
    """Whether people can read a text as a name: something, on one line, and not too long."""
    return bool(text.strip()) and text.isprintable() and len(text) <= LONGEST_NAME


def wrong_name() -> FieldError:
    """What is wrong with a name that is none."""
    return FieldError("name", "Give a name, on one line, of at most {most} characters.", {"most": LONGEST_NAME})


def wrong_password(password: str) -> list[FieldError]:
    """What is wrong with a password."""
    if SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return []
    facts = {"least": SHORTEST_PASSWORD, "most": LONGEST_PASSWORD}
    return [FieldError("password", "Use {least} to {most} characters.", facts)]


def wrong_key(name: str, scopes: tuple[str, ...]) -> list[FieldError]:
    """What is wrong with the facts of a key."""
    wrong = [] if is_name(name) else [wrong_name()]
    if not scopes or not all(map(SCOPE.fullmatch, scopes)):
        wrong.append(FieldError("scopes", "Name at least one scope, such as tickets:read.", {}))
    return wrong


def matches(hashed: str, password: str) -> bool:
    """Whether a password is the one of a hash; slow by design."""
    try:
        return len(password) <= LONGEST_PASSWORD and HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def digest(secret: str) -> str:
    """What is kept of a random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def name_of(typed: str) -> str:
    """What was typed into the login field may be a password: it stands in the clear nowhere."""
    return hashlib.sha256(b"sign-in:" + typed.encode()).hexdigest()[:32]
