"""Who may log in to a seeded ERP: kept beside its database, with passwords that were made with it."""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

FILE = "logins.json"


@dataclass(frozen=True)
class Login:
    """A user's name and password."""

    user: str
    password: str = field(repr=False)


def make_logins(users: Iterable[str]) -> list[Login]:
    """Logins with fresh passwords."""
    return [Login(user, secrets.token_urlsafe(18)) for user in users]


def keep_logins(folder: Path, logins: Iterable[Login]) -> None:
    """Write them into a database's folder, for its owner's eyes only."""
    file = folder / FILE
    file.touch(mode=0o600)
    file.write_text(json.dumps({login.user: login.password for login in logins}), encoding="utf-8")


def read_logins(folder: Path) -> dict[str, Login]:
    """The logins of the database in a folder, by user."""
    kept = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return {user: Login(user, password) for user, password in kept.items()}
