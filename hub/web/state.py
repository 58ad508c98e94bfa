"""What every view needs at hand: the hub, the options, and who asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import current_app, g

from hub.ports.accounts import Session, User
from hub.services.context import Actor, Hub
from hub.web.actions import Key, Ready
from hub.web.options import Options

EXTENSION = "tickethub"


@dataclass(frozen=True)
class Web:
    """One web application: its hub, its options, and the commands that it offers."""

    hub: Hub
    options: Options
    actions: Mapping[Key, Ready]


@dataclass(frozen=True)
class Caller:
    """Who asks: a person with a session, or a program with a key."""

    principal: str  # user:<id> or key:<id>
    actor: Actor
    scopes: frozenset[str] | None = None  # of a key; None for a person
    permissions: frozenset[str] = frozenset()  # of a person
    own_rows: bool = False
    sees_personal: bool = True
    user: User | None = None
    session: Session | None = None


def web() -> Web:
    """The application of the present request."""
    return cast("Web", current_app.extensions[EXTENSION])


def hub() -> Hub:
    """The hub."""
    return web().hub


def options() -> Options:
    """The operator's settings."""
    return web().options


def caller() -> Caller | None:
    """Who asks, if anybody is known."""
    return cast("Caller | None", g.get("caller"))


def actor() -> Actor:
    """Who asks, on a route that is not open to everybody."""
    known = caller()
    if known is None:
        raise LookupError("an open route asked who is signed in")
    return known.actor


def person() -> User:
    """The person who asks, on a page for people."""
    known = caller()
    if known is None or known.user is None:
        raise LookupError("a page was asked for by nobody who is signed in")
    return known.user
