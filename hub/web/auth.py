"""Who asks, and whether they may: keys by bearer, people by session, nothing that is not allowed by a rule."""

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, redirect, request, url_for

from hub.domain.errors import ForbiddenError
from hub.domain.roles import Role, sees_all_rows, sees_personal
from hub.services import api_keys, signing_in
from hub.services.context import Actor
from hub.web.i18n import preferred
from hub.web.paths import parts_of
from hub.web.problems import SignedOutError, wants_json
from hub.web.state import Caller, caller, hub, options
from hub.web.strict_json import MalformedError

COOKIE = "th_session"
SIGNING_IN = frozenset({"account.open_session", "api.session-open"})  # there is no session yet to be forged
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Rule:
    """Who may call a route: keys with the scope, people with the permission; None shuts the way.

    An empty permission admits every signed-in person; ``is_open`` admits everybody, signed in or not. ``uploads``
    admits bodies of the size of a photo.
    """

    scope: str | None = None
    permission: str | None = None
    is_open: bool = False
    uploads: bool = False


OPEN = Rule(is_open=True)
SIGNED_IN = Rule(permission="")


def guarded(rule: Rule) -> Callable[[View], View]:
    """Say who may call a view."""

    def mark(view: View) -> View:
        view.rule = rule  # type: ignore[attr-defined] # a view carries its rule to the route table
        return view

    return mark


def allowed(word: str) -> Rule:
    """The usual rule: the same word as scope of keys and permission of people."""
    return Rule(scope=word, permission=word)


def rule_of(app: Flask, endpoint: str | None) -> Rule | None:
    """The rule of a route; None where nobody wrote one."""
    return getattr(app.view_functions[endpoint], "rule", None) if endpoint else None


def register(app: Flask) -> None:
    """Find out who asks, then apply the route's rule, before any view runs."""
    app.before_request(limit_size)
    app.before_request(identify)
    app.before_request(enforce)
    app.before_request(refuse_nul)


def limit_size() -> None:
    """Say how large the body may be before anything reads it."""
    rule = rule_of(current_app, request.endpoint)
    request.max_content_length = options().upload_limit if rule and rule.uploads else options().body_limit


def identify() -> None:
    """Take note of who asks, under which correlation, in which language."""
    g.correlation = hub().ids.new()
    g.language = preferred()
    g.caller = by_key() if "Authorization" in request.headers else by_session()
    if g.caller and g.caller.user:
        g.language = g.caller.user.language


def by_key() -> Caller:
    """The program whose key came; SignedOutError when the key is not known."""
    kind, _, text = request.headers["Authorization"].partition(" ")
    key = api_keys.key_of(hub(), text.strip()) if kind.lower() == "bearer" else None
    if key is None:
        raise SignedOutError("The API key is not known or was revoked: send Authorization: Bearer th_...")
    roles = frozenset({"api", "admin"} if "admin" in key.scopes else {"api"})
    who = Actor(f"key:{key.name}", g.correlation, roles=roles)
    return Caller(f"key:{key.id}", who, scopes=frozenset(key.scopes))


def by_session() -> Caller | None:
    """The person whose session cookie came."""
    token = request.cookies.get(COOKIE, "")
    found = signing_in.signed_in(hub(), token) if token else None
    if found is None:
        return None
    user, session = found
    who = Actor(user.login, g.correlation, roles=frozenset(user.roles), technician_id=user.technician_id)
    roles = hub().policies.roles
    return Caller(
        f"user:{user.id}",
        who,
        permissions=permissions_of(roles, user.roles),
        own_rows=not sees_all_rows(roles, user.roles),
        sees_personal=sees_personal(roles, user.roles),
        user=user,
        session=session,
    )


def permissions_of(roles: Mapping[str, Role], names: Iterable[str]) -> frozenset[str]:
    """What the named roles may do together; a role that the operator took away may nothing."""
    return frozenset().union(*(roles[name].permissions for name in names if name in roles))


def enforce() -> Response | None:
    """Apply the route's rule; a person who is not signed in is led to the sign-in page."""
    if request.endpoint is None:
        return None
    rule = rule_of(current_app, request.endpoint)
    if rule is None:
        raise ForbiddenError("Nobody may use this address.")
    if request.method not in SAFE and (caller() is None or caller().scopes is None):  # type: ignore[union-attr]
        check_forgery()
    if rule.is_open:
        return None
    known = caller()
    if known is None:
        return sign_in_first()
    if not passes(rule, known):
        raise ForbiddenError("This needs the permission {permission}.", permission=rule.permission or rule.scope)
    return None


def refuse_nul() -> None:
    """MalformedError for a NUL in the address or a page's form: no text of ours has one, and PostgreSQL takes none."""
    forms = [] if wants_json() else [request.form]
    typed = (text for values in (request.args, *forms) for pair in values.items(multi=True) for text in pair)
    if "\x00" in request.path or any("\x00" in text for text in typed):
        raise MalformedError("The address or the form has a NUL character: send it without.")


def sign_in_first() -> Response:
    """Ask for a sign-in: a program with an error, a person with the page."""
    if wants_json() or "HX-Request" in request.headers or request.method not in SAFE:
        raise SignedOutError("Sign in, or send an API key.")
    back = request.full_path.rstrip("?")
    return redirect(url_for("account.sign_in", next=back))  # type: ignore[return-value] # werkzeug's response is Flask's


def passes(rule: Rule, known: Caller) -> bool:
    """Whether a rule admits a caller."""
    if known.scopes is not None:
        return rule.scope is not None and holds(known.scopes, rule.scope)
    return rule.permission is not None and (rule.permission == "" or holds(known.permissions, rule.permission))


def holds(granted: frozenset[str], word: str) -> bool:
    """Whether granted words cover one: itself, its whole area, or everything."""
    area, _, _ = word.partition(":")
    return bool(granted & {word, f"{area}:*", "*", "admin"})


def may(word: str) -> bool:
    """Whether the caller has a permission, for pages that show only what works."""
    known = caller()
    return known is not None and passes(allowed(word), known)


def check_forgery() -> None:
    """ForbiddenError when a browser was sent here by a foreign page."""
    if request.path.startswith("/webhooks/"):
        return
    origin = request.headers.get("Origin")
    if origin is not None and parts_of(origin).netloc != request.host:
        raise ForbiddenError("The request came from another site.")
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        raise ForbiddenError("The request came from another site.")
    known = caller()
    if known is None or known.session is None or request.endpoint in SIGNING_IN:
        return
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    if not hmac.compare_digest(sent.encode(), known.session.csrf.encode()):
        raise ForbiddenError("The form is too old: load the page again and repeat what you did.")
