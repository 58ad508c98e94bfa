"""Signing in over the API: for programs that act as a person, with the cookie and the token of a browser."""

from flask import Blueprint, Response, request

from hub.domain.errors import FieldError, InvalidError
from hub.services import signing_in
from hub.web import sessions
from hub.web.api.answers import body, shown
from hub.web.auth import COOKIE, OPEN, SIGNED_IN, guarded
from hub.web.state import actor, hub


def register_session(api: Blueprint) -> None:
    """The routes of the session."""
    api.add_url_rule("/session", "session-open", guarded(OPEN)(begin), methods=["POST"])
    api.add_url_rule("/session", "session-end", guarded(SIGNED_IN)(end), methods=["DELETE"])


def begin() -> Response:
    """Sign in with login and password; the answer sets the cookie and tells the token for X-CSRF-Token."""
    given = body()
    for name in ("login", "password"):
        if not isinstance(given.get(name), str):
            wrong = FieldError(name, "This field is required.", {})
            raise InvalidError("Send login and password.", fields=(wrong,))
    user, typed = sessions.begin(given["login"], given["password"])
    told = {"id": user.id, "login": user.login, "name": user.name, "roles": list(user.roles), "csrf": typed.csrf}
    response = shown(told, 201)
    sessions.keep(response, user, typed.token)
    return response


def end() -> Response:
    """Sign out."""
    signing_in.sign_out(hub(), actor(), request.cookies.get(COOKIE, ""))
    response = Response(status=204)
    sessions.forget(response)
    return response
