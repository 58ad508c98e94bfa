"""Users, their sessions, and API keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class User:
    """A person who signs in; ``technician_id`` ties a technician's login to the record."""

    id: str
    login: str
    name: str
    roles: tuple[str, ...]
    password_hash: str
    language: str = "en"
    technician_id: str | None = None
    disabled: bool = False


@dataclass(frozen=True)
class ApiKey:
    """A key of a program: only its digest is kept."""

    id: str
    name: str
    digest: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Session:
    """A signed-in browser: only the digest of its token is kept."""

    digest: str
    user_id: str
    csrf: str
    expires_at: datetime


class Accounts(Protocol):
    """Who may come in."""

    def user(self, user_id: str) -> User | None:
        """A user by id."""
        ...

    def by_login(self, login: str) -> User | None:
        """A user by login."""
        ...

    def users(self) -> list[User]:
        """All users, by login."""
        ...

    def save_user(self, user: User) -> None:
        """Insert or replace; ConflictError when another user has the login."""
        ...

    def key_by_digest(self, digest: str) -> ApiKey | None:
        """A key that is not revoked."""
        ...

    def keys(self) -> list[ApiKey]:
        """All keys, newest first."""
        ...

    def save_key(self, key: ApiKey) -> None:
        """Insert or replace."""
        ...

    def session(self, digest: str, *, now: datetime) -> Session | None:
        """A session that has not ended."""
        ...

    def save_session(self, session: Session) -> None:
        """Insert or replace."""
        ...

    def end_session(self, digest: str) -> None:
        """Sign out; nothing happens when there is no such session."""
        ...

    def end_sessions_of(self, user_id: str, *, but: str = "") -> None:
        """End every session of a user, but for the one with a digest."""
        ...

    def forget_sessions(self, *, until: datetime) -> None:
        """Forget the sessions that ended until an instant."""
        ...
