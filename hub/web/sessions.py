"""Opening and ending sessions: the same for the page, and for programs that act as a person."""

import secrets

from flask import request
from werkzeug.wrappers import Response

from hub.ports.accounts import User
from hub.services import signing_in
from hub.services.signing_in import Attempt
from hub.web.auth import COOKIE
from hub.web.i18n import COOKIE as LANGUAGE
from hub.web.state import hub, options

A_YEAR = 365 * 24 * 60 * 60


def begin(login: str, password: str) -> tuple[User, Attempt]:
    """Sign in under a new token, which no foreign page can have fixed before."""
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    typed = Attempt(login, password, request.remote_addr or "", token, csrf)
    return signing_in.sign_in(hub(), typed), typed


def keep(response: Response, user: User, token: str) -> None:
    """Have the browser keep the session, out of reach of scripts, and the language."""
    secure, age = options().secure_cookies, int(signing_in.SESSION_FOR.total_seconds())
    response.set_cookie(COOKIE, token, max_age=age, httponly=True, samesite="Lax", secure=secure)
    response.set_cookie(LANGUAGE, user.language, max_age=A_YEAR, samesite="Lax", secure=secure)


def forget(response: Response) -> None:
    """Have the browser forget the session."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax")
