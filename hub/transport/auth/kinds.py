"""The kinds of authentication by their names in connector files."""

from collections.abc import Callable

from hub.domain.documents import Doc
from hub.ports.connector import Setup
from hub.transport.auth.base import Auth, Parts, parts_of
from hub.transport.auth.fixed import FixedAuth, basic
from hub.transport.auth.oauth2 import oauth2
from hub.transport.auth.signed import SignedAuth
from hub.transport.auth.token import token
from hub.transport.http import HttpClient
from hub.transport.templates import filled


def auth_of(told: Doc, setup: Setup, http: HttpClient) -> Auth:
    """The authentication that a connector file declares; nothing is called yet."""
    return KINDS[told.get("kind", "none")](told, setup, http)


def _none(_told: Doc, _setup: Setup, _http: HttpClient) -> Auth:
    return FixedAuth()


def _basic(told: Doc, setup: Setup, _http: HttpClient) -> Auth:
    user, password = (filled(told.get(name, f"{{{name}}}"), setup.settings) for name in ("user", "password"))
    return FixedAuth(Parts({"Authorization": basic(user, password)}))


def _bearer(told: Doc, setup: Setup, _http: HttpClient) -> Auth:
    text = filled(told.get("token", "{token}"), setup.settings)
    return FixedAuth(Parts({told.get("header", "Authorization"): f"{told.get('scheme', 'Bearer')} {text}".strip()}))


def _key(told: Doc, setup: Setup, _http: HttpClient) -> Auth:
    return FixedAuth(parts_of(told, setup.settings))


def _signed(told: Doc, setup: Setup, _http: HttpClient) -> Auth:
    return SignedAuth(told, setup)


def _token(told: Doc, setup: Setup, http: HttpClient) -> Auth:
    return token(told, setup, http, auth_of(told.get("by", {}), setup, http))


KINDS: dict[str, Callable[[Doc, Setup, HttpClient], Auth]] = {
    "none": _none,
    "basic": _basic,
    "bearer": _bearer,
    "key": _key,
    "oauth2": oauth2,
    "token": _token,
    "session": _token,
    "signed": _signed,
}
