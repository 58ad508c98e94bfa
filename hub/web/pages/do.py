"""Commands given on pages: the same table as the API's, one effect per form, answered in place when refused."""

import hashlib
from collections.abc import Callable, Mapping

import orjson
from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from hub.services.idempotency import once
from hub.web import forms
from hub.web.actions import Key, Ready
from hub.web.api.records import doing
from hub.web.auth import Rule, guarded
from hub.web.entities import ENTITIES
from hub.web.flashes import leave
from hub.web.i18n import N_
from hub.web.paths import own_path, parts_of
from hub.web.problems import as_reply, in_place
from hub.web.state import caller, hub

FIRST_ERROR = 400


def blueprint(table: Mapping[Key, Ready]) -> Blueprint:
    """One route for each command of the table."""
    pages = Blueprint("do", __name__, url_prefix="/do")
    for (entity, name), ready in table.items():
        view = guarded(Rule(permission=ready.permission))(doer(ready))
        at = f"/{ENTITIES[entity].plural}/<record_id>/{name}"
        pages.add_url_rule(at, endpoint=f"{entity}-{name}", view_func=view, methods=["POST"])
    return pages


def doer(ready: Ready) -> Callable[..., Response]:
    """The view of a command."""

    def view(record_id: str) -> Response:
        values, known = forms.read(ready.body.schema), caller()
        key = forms.text("key") or hub().ids.new()
        scope = f"{known.principal if known else ''} {request.method} {request.path}"
        digest = hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()
        answer, _ = once(hub(), scope, key, digest, doing(ready, record_id, values), as_reply)
        if answer.status >= FIRST_ERROR:
            return refused(answer.status, orjson.loads(answer.body))
        return leave(done(own_path(forms.text("back"))), N_("Done."))

    return view


def done(back: str) -> Response:
    """Show the page again, from which the command was given: where it stands, if it is the one that is open."""
    if "HX-Request" not in request.headers:
        return redirect(back)
    is_open = parts_of(request.headers.get("HX-Current-URL", "")).path == parts_of(back).path
    return Response(status=204, headers={"HX-Refresh": "true"} if is_open else {"HX-Redirect": back})


def refused(status: int, problem: Mapping[str, object]) -> Response:
    """Say why not, beside the form, which keeps what was typed."""
    facts = {"title": problem["title"], "detail": problem["detail"], "errors": problem.get("errors", [])}
    name = "parts/alert.html" if "HX-Request" in request.headers else "problem.html"
    return in_place(Response(render_template(name, **facts), status, content_type="text/html"))
