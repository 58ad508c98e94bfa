"""Hooks of call centres and connected systems: a secret in the URL says who sends, a signature proves it."""

import hmac
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.domain.hooks import Challenge
from hub.services import hooks as services
from hub.transport import signatures
from hub.transport.webhooks import SignatureError, key_of, verify
from hub.web.api.answers import shown
from hub.web.auth import OPEN, guarded
from hub.web.options import CallHook, SystemHook
from hub.web.state import hub, options
from hub.web.strict_json import MalformedError, check_type, read_exact, read_object

H = TypeVar("H", CallHook, SystemHook)
FORM = "application/x-www-form-urlencoded"
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")
PASSED_ON = ("content-type", "webhook-id", "webhook-timestamp")
MOST_FIELDS = 200
LONGEST_CHALLENGE = 1000  # characters
NOBODY = CallHook(token="no system has this token")  # noqa: S106 - compared for unknown systems, so that they take as long

NO_SYSTEM = SystemHook(token="no system has this token")  # noqa: S106 - as above


def blueprint() -> Blueprint:
    """The routes of hooks; they are open, because each proves its sender itself."""
    hooks = Blueprint("webhooks", __name__, url_prefix="/webhooks")
    hooks.add_url_rule("/calls/<system>/<token>", "call", guarded(OPEN)(call), methods=["POST"])
    hooks.add_url_rule("/systems/<name>/<token>", "system", guarded(OPEN)(system), methods=["GET", "POST"])
    return hooks


def call(system: str, token: str) -> Response:
    """Take an event of a call centre: stored before it is answered."""
    request.max_content_length = options().hook_limit
    receive = options().receive_call
    if receive is None:
        raise NotFound
    hook = sender(options().hooks.get(system, NOBODY), NOBODY, token)
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


def system(name: str, token: str) -> tuple[Response, int] | Response:
    """Take what a connected system tells of its records: stored before it is answered; 202 when nobody waits for it."""
    request.max_content_length = options().hook_limit
    hook = sender(options().system_hooks.get(name, NO_SYSTEM), NO_SYSTEM, token)
    told = services.hooks_of(hub(), name)
    raw = request.get_data()
    if told.challenge is not None and (answer := echo(told.challenge, raw)) is not None:
        return answer
    if request.method != "POST":
        raise MethodNotAllowed(["POST"])
    if told.signature is not None:
        signed = {header: request.headers.getlist(header) for header in signatures.headers_of(told.signature)}
        signatures.check(told.signature, hook.keys, signed, raw, now=hub().clock.now())
    passed_on = {header: request.headers[header] for header in PASSED_ON if header in request.headers}
    try:
        known = services.receive(hub(), name, raw, passed_on, body_of(raw))
    except InvalidError as unreadable:
        raise MalformedError(unreadable.template, fields=unreadable.fields, **unreadable.params) from unreadable
    return shown({"status": "received"}) if known else (shown({"status": "ignored"}), 202)


def echo(challenge: Challenge, raw: bytes) -> Response | None:
    """The answer to a product that asks whether this address is ours; None when it does not ask."""
    text = request.args.get(challenge.name) if challenge.place == "query" else challenge_in(challenge.name, raw)
    if not isinstance(text, str) or not text.isprintable() or len(text) > LONGEST_CHALLENGE:
        return None
    if challenge.answer == "json":
        return shown({challenge.name: text})
    return Response(text, content_type="text/plain; charset=utf-8")


def challenge_in(name: str, raw: bytes) -> Any:
    """A field of the body, where that is a JSON object."""
    try:
        return read_object(raw, request.content_type or "").get(name)
    except MalformedError:
        return None


def body_of(raw: bytes) -> Any:
    """The body of a system's hook: a form, or any JSON, with decimals as they were written."""
    if is_form():
        return read_form(raw)
    check_type(request.content_type or "")
    return read_exact(raw)


def sender(hook: H, nobody: H, token: str) -> H:
    """The settings of the sender whose token came; the refusal tells nobody whether name or token is wrong."""
    if not hmac.compare_digest(token.encode(), hook.token.encode()) or hook is nobody:
        raise SignatureError("The address of this web hook is not known: check it in the settings of the sender.")
    return hook


def values_of(raw: bytes) -> Mapping[str, Any]:
    """The form or JSON object of the body."""
    return read_form(raw) if is_form() else read_object(raw, request.content_type or "")


def is_form() -> bool:
    """Whether the body is a form; MalformedError when it is compressed."""
    if request.content_encoding:
        raise MalformedError("Send the body as it is: Content-Encoding is not read.")
    return (request.content_type or "").partition(";")[0].strip().lower() == FORM


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
