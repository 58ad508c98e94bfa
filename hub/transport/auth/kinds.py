"""The kinds of authentication by their names in connector files."""

from collections.abc import Callable, Mapping
from typing import Any

from hub.domain.documents import Doc
from hub.ports.connector import Setup
from hub.transport.auth.base import Auth
from hub.transport.auth.fixed import FixedAuth, basic
from hub.transport.http import HttpClient
from hub.transport.templates import filled


def auth_of(told: Doc, setup: Setup, http: HttpClient) -> Auth:
    """The authentication that a connector file declares; nothing is called yet."""
    return KINDS[told.get("kind", "none")](told, setup, http)


def _none(_told: Doc, _setup: Setup, _http: HttpClient) -> Auth:
    return FixedAuth()


def _basic(told: Doc, setup: Setup, _http: HttpClient) -> Auth:
    user, password = (filled(told.get(name, f"{{{name}}}"), setup.settings) for name in ("user", "password"))
    return FixedAuth({"Authorization": basic(user, password)})


def _bearer(told: Doc, setup: Setup, _http: HttpClient) -> Auth:
    token = filled(told.get("token", "{token}"), setup.settings)
    return FixedAuth({told.get("header", "Authorization"): f"{told.get('scheme', 'Bearer')} {token}".strip()})


def _key(told: Doc, setup: Setup, _http: HttpClient) -> Auth:
    named: dict[str, Mapping[str, Any]] = {place: told.get(place, {}) for place in ("headers", "query")}
    return FixedAuth(
        **{
            place: {name: filled(value, setup.settings) for name, value in node.items()}
            for place, node in named.items()
        }
    )


KINDS: dict[str, Callable[[Doc, Setup, HttpClient], Auth]] = {
    "none": _none,
    "basic": _basic,
    "bearer": _bearer,
    "key": _key,
}
