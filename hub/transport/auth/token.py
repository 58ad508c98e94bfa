"""Tokens and sessions of a product's own: a declared call, and the places of its answer where the token stands."""

import json
from typing import Any
from urllib.parse import urlencode

from hub.domain.documents import Doc
from hub.ports.connector import Setup
from hub.ports.grants import Grant
from hub.transport.auth.base import Auth, Parts
from hub.transport.auth.granted import GrantedAuth, life_of, placed
from hub.transport.auth.log_in import LogIn
from hub.transport.http import HttpClient, Request
from hub.transport.places import Reply, as_text, found_at
from hub.transport.templates import filled_in

COOKIES = "cookies"  # in a grant's extra: what a session is sent back with


class TokenCall:
    """Makes the declared call; ``signer`` signs it, where the call itself needs more than its own fields."""

    def __init__(self, told: Doc, setup: Setup, log_in: LogIn, signer: Auth) -> None:
        self.call = filled_in(told["call"], setup.settings)
        self._told = told
        self._now = setup.now
        self._log_in = log_in
        self._signer = signer

    def fetch(self, _lying: Grant | None) -> Grant:
        """A new grant; AuthError when we are not let in, or there is no token where it should be."""
        reply = self._log_in.send(self._signer.sign(self._request()))
        token = found_at(self._told["token"], reply) if "token" in self._told else cookies_of(reply)
        if token is None or token == "" or isinstance(token, (dict, list)):
            raise self._log_in.refused("no token")
        life = life_of(self._lasts(reply), self._told.get("unit", "s"))
        kept = {name: as_text(found_at(place, reply)) for name, place in self._told.get("keep", {}).items()}
        return Grant(as_text(token), self._now() + life if life else None, {**kept, COOKIES: cookies_of(reply)})

    def _lasts(self, reply: Reply) -> Any:
        told = self._told.get("lasts")
        return found_at(told, reply) if isinstance(told, str) else told

    def _request(self) -> Request:
        call, headers, body = self.call, {"Accept": "application/json"}, None
        if "json" in call:
            headers["Content-Type"] = "application/json"
            body = json.dumps(call["json"], ensure_ascii=False).encode()
        elif "form" in call:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(call["form"]).encode()
        query = tuple(call.get("query", {}).items())
        return Request(call.get("method", "POST"), call["url"], {**headers, **call.get("headers", {})}, query, body)


def token(told: Doc, setup: Setup, http: HttpClient, signer: Auth) -> GrantedAuth:
    """The authentication of the kinds ``token`` and ``session``."""
    call = TokenCall(told, setup, LogIn(http, told.get("errors", ())), signer)
    made_of = [call.call, told.get("by"), {name: str(value) for name, value in setup.settings.items()}]
    return GrantedAuth(
        setup, made_of, call.fetch, lambda grant: placed(told, setup.settings, grant, usual(told, grant))
    )


def usual(told: Doc, grant: Grant) -> Parts:
    """A session goes back as the cookies that it came with, a token as a bearer's."""
    if told["kind"] == "session":
        return Parts({"Cookie": grant.extra.get(COOKIES, "")})
    return Parts({"Authorization": f"Bearer {grant.token}"})


def cookies_of(reply: Reply) -> str:
    """What a browser would send back."""
    return "; ".join(f"{name}={value}" for name, value in reply.cookies.items())
