"""What the API answers with: records as JSON with their version, pages, idempotent replies."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

import orjson
from flask import Response, request

from hub.domain.documents import Doc
from hub.ports.idempotency import Answer
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services.idempotency import Reply, first_answer, once
from hub.services.saying_why import LONGEST_REASON
from hub.web.bodies import Body
from hub.web.problems import JSON as PROBLEM
from hub.web.problems import PreconditionError, as_reply
from hub.web.state import caller, hub
from hub.web.strict_json import MalformedError, read_object

JSON = "application/json"
KEY = re.compile(r"[\x21-\x7e]{1,200}")
ETAG = re.compile(r'"([0-9]{1,9})"')
FIRST_ERROR = 400
REASON = Body({"type": "object", "properties": {"reason": {"type": "string", "maxLength": LONGEST_REASON}}})


def document(record: Record) -> Doc:
    """A record as the API shows it."""
    return {**record.doc, "version": record.version}


def reply(record: Record, status: int = 200) -> Reply:
    """A record as the body of an answer."""
    return status, orjson.dumps(document(record))


def respond(status: int, body: bytes) -> Response:
    """An answer; its ETag and Location come from the document in it."""
    if status >= FIRST_ERROR:
        return Response(body, status, content_type=PROBLEM)
    response = Response(body, status, content_type=JSON)
    shown = orjson.loads(body)
    if "version" in shown:
        response.headers["ETag"] = etag(shown["version"])
    if status == 201:  # noqa: PLR2004 - Created
        response.headers["Location"] = f"{request.path}/{shown['id']}"
    return response


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def wanted_version() -> int:
    """The version that the request means; PreconditionError when it says none, MalformedError when it is no ETag."""
    text = request.headers.get("If-Match")
    if text is None:
        raise PreconditionError("Send If-Match with the ETag of the version that you saw.")
    match = ETAG.fullmatch(text.strip())
    if match is None:
        raise MalformedError(
            "If-Match must be one ETag as the record was given with, such as {example}.", example='"3"'
        )
    return int(match[1])


def body() -> Doc:
    """The JSON object of the request; a request without a body means an empty one."""
    raw = request.get_data()
    if request.content_encoding:
        raise MalformedError("Send the body as it is: Content-Encoding is not read.")
    if not raw and not request.content_type:
        return {}
    return read_object(raw, request.content_type or "")


def reason() -> str:
    """Why something is done, as the body says; InvalidError where it is no text, or longer than the form takes it."""
    told = body()
    REASON.check(told)
    return str(told.get("reason", ""))


def idempotent(work: Callable[[UnitOfWork], Reply]) -> Response:
    """Do a POST once per Idempotency-Key and answer it, with the first answer when it came before."""
    answer, is_old = once(hub(), *asked_for(), work, as_reply)
    return replayed(answer) if is_old else respond(answer.status, answer.body)


def idempotent_in_parts(work: Callable[[], Doc]) -> Response:
    """The same for work that commits in parts, each of which does its own once: begun anew it does what was left."""
    if (first := first_answer(hub(), *asked_for())) is not None:
        return replayed(first)
    told = orjson.dumps(work())
    return idempotent(lambda _tx: (200, told))


def asked_for() -> tuple[str, str, str]:
    """Scope, key and digest of the request: what makes it the same as another one."""
    known = caller()
    scope = f"{known.principal if known else ''} {request.method} {request.path}"
    return scope, need_key(), hashlib.sha256(request.get_data()).hexdigest()


def need_key() -> str:
    """The Idempotency-Key of the request; MalformedError when it has none."""
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise MalformedError("Send an Idempotency-Key of 1 to 200 visible characters with every POST: a new one each.")
    return key


def replayed(answer: Answer) -> Response:
    """A first answer, given again."""
    response = respond(answer.status, answer.body)
    response.headers["Idempotent-Replayed"] = "true"
    return response


def shown(value: Any, status: int = 200) -> Response:
    """Any JSON value as an answer."""
    return Response(orjson.dumps(value), status, content_type=JSON)
