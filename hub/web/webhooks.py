"""Hooks of call centres: who sends is proved by a secret in the URL, and by signatures where the dialect has them."""

import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.transport.webhooks import SignatureError, key_of, verify
from hub.web.api.answers import shown
from hub.web.auth import OPEN, guarded
from hub.web.options import CallHook
from hub.web.state import hub, options
from hub.web.strict_json import MalformedError, read_object

FORM = "application/x-www-form-urlencoded"
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")
PASSED_ON = ("content-type", "webhook-id", "webhook-timestamp")
MOST_FIELDS = 200
NOBODY = CallHook(token="no system has this token")  # noqa: S106 - compared for unknown systems, so that they take as long


def blueprint() -> Blueprint:
    """The routes of hooks; they are open, because each proves its sender itself."""
    hooks = Blueprint("webhooks", __name__, url_prefix="/webhooks")
    hooks.add_url_rule("/calls/<system>/<token>", "call", guarded(OPEN)(call), methods=["POST"])
    return hooks


def call(system: str, token: str) -> Response:
    """Take an event of a call centre: stored before it is answered."""
    request.max_content_length = options().hook_limit
    receive = options().receive_call
    if receive is None:
        raise NotFound
    hook = sender(system, token)
    raw = request.get_data()
    passed_on = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
    if hook.dialect == "signed":
        keys = [key_of(secret) for secret in hook.secrets]
        verify(keys, {name: request.headers.getlist(name) for name in SIGNED}, raw, now=hub().clock.now())
    try:
        receive(hub(), system, raw, passed_on, values_of(raw))
    except InvalidError as unreadable:  # a sender that cannot be read is answered like one that sends no JSON
        raise MalformedError(unreadable.template, fields=unreadable.fields, **unreadable.params) from unreadable
    return shown({"status": "received"})


def sender(system: str, token: str) -> CallHook:
    """The settings of the system whose token came; the refusal tells nobody whether system or token is wrong."""
    hook = options().hooks.get(system, NOBODY)
    if not hmac.compare_digest(token.encode(), hook.token.encode()) or hook is NOBODY:
        raise SignatureError("The address of this web hook is not known: check it in the settings of the sender.")
    return hook


def values_of(raw: bytes) -> Mapping[str, Any]:
    """The form or JSON object of the body."""
    kind = (request.content_type or "").partition(";")[0].strip().lower()
    if request.content_encoding:
        raise MalformedError("Send the body as it is: Content-Encoding is not read.")
    return read_form(raw) if kind == FORM else read_object(raw, request.content_type or "")


def read_form(raw: bytes) -> Doc:
    """A form; a field that stands several times is a list. MalformedError when it is none."""
    try:
        pairs = parse_qsl(
            raw.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise MalformedError("The form cannot be read: send fields as name=value in UTF-8.") from None
    if not pairs:
        raise MalformedError("The form is empty.")
    form: Doc = {}
    for name, value in pairs:
        if "\x00" in name + value:
            raise MalformedError("The form has a NUL character.")
        form[name] = [*listed(form[name]), value] if name in form else value
    return form


def listed(value: Any) -> list[Any]:
    """One value or several, as a list."""
    return value if isinstance(value, list) else [value]
