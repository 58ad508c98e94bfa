"""Signing in and out, the language, one's own password."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.domain.errors import InvalidError
from hub.services import accounts, digests, signing_in
from hub.web import sessions
from hub.web.auth import COOKIE, OPEN, SIGNED_IN, guarded
from hub.web.flashes import leave
from hub.web.forms import text
from hub.web.i18n import COOKIE as LANGUAGE
from hub.web.i18n import LANGUAGES, N_
from hub.web.navigation import start
from hub.web.paths import own_path
from hub.web.state import actor, caller, hub, options, person
from hub.web.words import role_word

pages = Blueprint("account", __name__)


@pages.get("/")
@guarded(SIGNED_IN)
def home() -> Response:
    """Go where the caller's work begins."""
    return redirect(start())


@pages.get("/sign-in")
@guarded(OPEN)
def sign_in() -> str | Response:
    """The sign-in page."""
    return redirect(start()) if caller() else render_template("sign_in.html", back=own_path(request.args.get("next")))


@pages.post("/sign-in")
@guarded(OPEN)
def open_session() -> Response:
    """Open a session under a new token and go where the caller wanted to go."""
    user, typed = sessions.begin(text("login"), text("password"))
    back = own_path(text("next"))
    response = redirect(back)
    if "HX-Request" in request.headers:
        response = Response(status=204, headers={"HX-Redirect": back})
    sessions.keep(response, user, typed.token)
    return response


@pages.post("/sign-out")
@guarded(SIGNED_IN)
def close_session() -> Response:
    """End the session."""
    signing_in.sign_out(hub(), actor(), request.cookies.get(COOKIE, ""))
    response = redirect(url_for("account.sign_in"))
    sessions.forget(response)
    return response


@pages.post("/language")
@guarded(OPEN)
def language() -> Response:
    """Speak another language: from now on to a person who is signed in, else to this browser."""
    chosen = text("language")
    if chosen not in LANGUAGES:
        raise InvalidError("The console does not speak {language}.", language=chosen[:20])
    known = caller()
    if known and known.user:
        accounts.set_language(hub(), known.actor, known.user.id, chosen)
    response = redirect(own_path(text("back")))
    response.set_cookie(LANGUAGE, chosen, max_age=sessions.A_YEAR, samesite="Lax", secure=options().secure_cookies)
    return response


@pages.get("/profile")
@guarded(SIGNED_IN)
def profile() -> str:
    """The caller's own account."""
    return render_template("profile.html", role_names=[role_word(name) for name in person().roles])


@pages.post("/profile/password")
@guarded(SIGNED_IN)
def password() -> Response:
    """Set one's own password, with the present one."""
    known = caller()
    user = known.user if known else None
    if user is None or not digests.matches(user.password_hash, text("present")):
        raise InvalidError("The present password is wrong.")
    kept = request.cookies.get(COOKIE, "")
    accounts.set_password(hub(), actor(), user.id, text("password"), keep=kept)
    return leave(redirect(url_for("account.profile")), N_("The password is changed."))
