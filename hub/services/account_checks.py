"""What is wrong with the facts of an account or key, field by field."""

import re

from hub.domain.errors import FieldError, InvalidError
from hub.ports.accounts import User
from hub.services.digests import LONGEST_PASSWORD

SHORTEST_PASSWORD = 10
LONGEST_NAME = 120
LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
SCOPE = re.compile(r"[a-z_]+(:([a-z_]+|\*))?")
LANGUAGES = ("en", "zh")


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
