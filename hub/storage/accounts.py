"""Users, sessions and API keys in SQL."""

from datetime import datetime

from sqlalchemy import RowMapping, delete, select
from sqlalchemy.exc import IntegrityError

from hub.domain.errors import ConflictError
from hub.ports.accounts import ApiKey, Session, User
from hub.storage.sql import Repository, instant_or_none, stamp, stamp_or_none
from hub.storage.tables.access import ACCOUNT, API_KEY, SESSION


class SqlAccounts(Repository):
    """Who may come in."""

    def user(self, user_id: str) -> User | None:
        """A user by id."""
        row = self.first(select(ACCOUNT).where(ACCOUNT.c.id == user_id))
        return None if row is None else as_user(row)

    def by_login(self, login: str) -> User | None:
        """A user by login."""
        row = self.first(select(ACCOUNT).where(ACCOUNT.c.login == login))
        return None if row is None else as_user(row)

    def users(self) -> list[User]:
        """All users, by login."""
        return [as_user(row) for row in self.rows(select(ACCOUNT).order_by(ACCOUNT.c.login))]

    def save_user(self, user: User) -> None:
        """Insert or replace."""
        values = {
            "id": user.id,
            "login": user.login,
            "name": user.name,
            "roles": " ".join(user.roles),
            "password_hash": user.password_hash,
            "language": user.language,
            "technician_id": user.technician_id,
            "disabled": int(user.disabled),
        }
        try:
            self.upsert(ACCOUNT, values)
        except IntegrityError:
            raise ConflictError("There is a user {login} already.", login=user.login) from None

    def key_by_digest(self, digest: str) -> ApiKey | None:
        """A key that is not revoked."""
        row = self.first(select(API_KEY).where(API_KEY.c.digest == digest, API_KEY.c.revoked_at.is_(None)))
        return None if row is None else as_key(row)

    def keys(self) -> list[ApiKey]:
        """All keys, newest first."""
        return [as_key(row) for row in self.rows(select(API_KEY).order_by(API_KEY.c.id.desc()))]

    def save_key(self, key: ApiKey) -> None:
        """Insert or replace."""
        values = {
            "id": key.id,
            "name": key.name,
            "digest": key.digest,
            "scopes": " ".join(key.scopes),
            "created_at": stamp(key.created_at),
            "revoked_at": stamp_or_none(key.revoked_at),
        }
        self.upsert(API_KEY, values)

    def session(self, digest: str, *, now: datetime) -> Session | None:
        """A session that has not ended."""
        row = self.first(select(SESSION).where(SESSION.c.digest == digest, SESSION.c.expires_at > stamp(now)))
        if row is None:
            return None
        return Session(row["digest"], row["user_id"], row["csrf"], datetime.fromisoformat(row["expires_at"]))

    def save_session(self, session: Session) -> None:
        """Insert or replace."""
        values = {
            "digest": session.digest,
            "user_id": session.user_id,
            "csrf": session.csrf,
            "expires_at": stamp(session.expires_at),
        }
        self.upsert(SESSION, values)

    def end_session(self, digest: str) -> None:
        """Sign out."""
        self.change(delete(SESSION).where(SESSION.c.digest == digest))

    def end_sessions_of(self, user_id: str, *, but: str = "") -> None:
        """End a user's sessions, but for one."""
        self.change(delete(SESSION).where(SESSION.c.user_id == user_id, SESSION.c.digest != but))

    def forget_sessions(self, *, until: datetime) -> None:
        """Forget what ended."""
        self.change(delete(SESSION).where(SESSION.c.expires_at <= stamp(until)))


def as_user(row: RowMapping) -> User:
    """A row as a user."""
    return User(
        id=row["id"],
        login=row["login"],
        name=row["name"],
        roles=tuple(row["roles"].split()),
        password_hash=row["password_hash"],
        language=row["language"],
        technician_id=row["technician_id"],
        disabled=bool(row["disabled"]),
    )


def as_key(row: RowMapping) -> ApiKey:
    """A row as a key."""
    return ApiKey(
        id=row["id"],
        name=row["name"],
        digest=row["digest"],
        scopes=tuple(row["scopes"].split()),
        created_at=datetime.fromisoformat(row["created_at"]),
        revoked_at=instant_or_none(row["revoked_at"]),
    )
