"""Users and keys, for administrators."""

import secrets

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.services import accounts, api_keys
from hub.web import forms
from hub.web.auth import Rule, guarded
from hub.web.entities import ENTITIES
from hub.web.flashes import leave
from hub.web.i18n import N_
from hub.web.pages.do import done
from hub.web.state import actor, hub

pages = Blueprint("people", __name__, url_prefix="/people")
USES = Rule(permission="accounts")
SCOPES = ("admin", *(f"{facts.plural}:{verb}" for facts in ENTITIES.values() for verb in ("read", "write")))


@pages.get("")
@guarded(USES)
def index() -> str:
    """All accounts and keys."""
    context = hub()
    technicians = context.store.read(lambda tx: tx.records.all("technician", sort="name"))
    return render_template(
        "people/index.html",
        users=accounts.users(context),
        keys=api_keys.keys(context),
        roles=context.policies.roles,
        scopes=SCOPES,
        technicians=technicians,
        names={record.id: record.doc["name"] for record in technicians},
    )


@pages.post("/users")
@guarded(USES)
def add_user() -> Response:
    """A new account."""
    accounts.add_user(
        hub(),
        actor(),
        login=forms.text("login"),
        name=forms.text("name"),
        password=forms.text("password"),
        roles=request.form.getlist("roles"),
        language=forms.text("language"),
        technician_id=forms.text("technician_id") or None,
    )
    return leave(done(url_for("people.index")), N_("The account is made."))


@pages.post("/users/<user_id>")
@guarded(USES)
def change_user(user_id: str) -> Response:
    """Another name, other roles, another technician; disabled or not."""
    accounts.change_user(
        hub(),
        actor(),
        user_id,
        name=forms.text("name"),
        roles=tuple(sorted(request.form.getlist("roles"))),
        technician_id=forms.text("technician_id") or None,
        disabled="disabled" in request.form,
    )
    return leave(done(url_for("people.index")), N_("The account is changed."))


@pages.post("/users/<user_id>/password")
@guarded(USES)
def set_password(user_id: str) -> Response:
    """Another password."""
    accounts.set_password(hub(), actor(), user_id, forms.text("password"))
    return leave(done(url_for("people.index")), N_("The password is changed."))


@pages.post("/keys")
@guarded(USES)
def add_key() -> str:
    """A new key: the page shows its text this once."""
    scopes = request.form.getlist("scopes")
    key, text = api_keys.add_key(
        hub(), actor(), name=forms.text("name"), scopes=scopes, secret=secrets.token_urlsafe(32)
    )
    return render_template("people/key.html", key=key, text=text)


@pages.post("/keys/<key_id>/revoke")
@guarded(USES)
def revoke_key(key_id: str) -> Response:
    """Take a key back for good."""
    api_keys.revoke_key(hub(), actor(), key_id)
    return leave(redirect(url_for("people.index")), N_("The key is revoked."))
