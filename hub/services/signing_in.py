"""Signing in and out: attempts are counted before a password is looked at; of a session's token the digest is kept.

What is random is handed in by the caller.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.domain.errors import HubError, RateLimitedError
from hub.ports.accounts import Session, User
from hub.ports.store import UnitOfWork
from hub.services.account_checks import LONGEST_NAME
from hub.services.context import Actor, Hub
from hub.services.digests import NOBODY, digest, matches, name_of
from hub.services.throttle import BY_ADDRESS, BY_LOGIN, Throttle

SESSION_FOR = timedelta(hours=12)  # a shift with overtime


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
