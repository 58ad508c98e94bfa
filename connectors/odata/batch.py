"""Several writes in one call ($batch): each changeset all or nothing, and an outcome for every one of them.

Version 2 has multipart bodies, version 4 JSON with atomicity groups. What the answer does not tell of is not known.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email import message_from_bytes
from email.message import Message
from http import HTTPStatus
from typing import Any

import orjson

from connectors.odata.asking import Write
from connectors.odata.values import V4
from connectors.odata.wire import Wire
from hub.domain.documents import Doc
from hub.domain.errors import AuthError, HubError, NotFoundError, RejectedError
from hub.transport.bodies import BrokenAnswerError
from hub.transport.caller import Reply
from hub.transport.http import Answer
from hub.transport.outcomes import TokenRefusedError

Outcome = list[Reply] | HubError
BATCH, CHANGESET = "batch_of_tickethub", "changeset_of_tickethub"
STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})")
CRLF = b"\r\n"
DEEPEST = 3  # a batch, a changeset, an answer


class Batches:
    """Sends changesets."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def send(self, service: str, version: int, changesets: Sequence[Sequence[Write]]) -> list[Outcome]:
        """What became of each changeset: the replies to its writes, or the error that undid all of it."""
        if version == V4:
            return self._json(service, changesets)
        headers = {"Content-Type": f"multipart/mixed; boundary={BATCH}", "Accept": "multipart/mixed"}
        reply = self._wire.post(service, "$batch", headers, multipart(changesets))
        answers = list(answers_in(reply.doc))
        return [self._outcome(each, answers[index : index + 1]) for index, each in enumerate(changesets)]

    def _outcome(self, writes: Sequence[Write], told: Sequence[list[Answer]]) -> Outcome:
        answers = told[0] if told else []
        refused = next((each for each in answers if each.status >= HTTPStatus.BAD_REQUEST), None)
        if refused is not None:
            return self._judged(refused)
        if len(answers) != len(writes):
            return self._wire.lost("it does not say what became of it", write=True)
        found = [self._judged(each) for each in answers]
        error = next((each for each in found if isinstance(each, HubError)), None)
        return error or [each[0] for each in found if isinstance(each, list)]

    def _judged(self, answer: Answer) -> Outcome:
        try:
            doc = self._wire.answers.json(answer)
        except BrokenAnswerError as broken:
            if answer.status < HTTPStatus.BAD_REQUEST:
                return self._wire.lost(broken.kind, write=True)
            doc = None
        try:
            reply = Reply(answer.status, answer.headers, doc)
            return [self._wire.outcomes.judge(self._wire.system, reply, write=True)]
        except TokenRefusedError:
            return AuthError("{system} does not let us in: {reason}", system=self._wire.system, reason="status 401")
        except NotFoundError as error:
            return RejectedError(error.template, **error.params)
        except HubError as error:
            return error

    # --- version 4

    def _json(self, service: str, changesets: Sequence[Sequence[Write]]) -> list[Outcome]:
        requests = [
            {"id": f"{group}.{place}", "atomicityGroup": f"g{group}", **_request(write)}
            for group, writes in enumerate(changesets)
            for place, write in enumerate(writes)
        ]
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        reply = self._wire.post(service, "$batch", headers, orjson.dumps({"requests": requests}))
        told = self._responses(reply)
        return [
            self._outcome(writes, [list(_answers(told, group, len(writes)))]) for group, writes in enumerate(changesets)
        ]

    def _responses(self, reply: Reply) -> dict[str, Doc]:
        try:
            doc = self._wire.answers.json(reply.doc)
        except BrokenAnswerError as broken:
            raise self._wire.lost(broken.kind, write=True) from broken
        responses = doc.get("responses") if isinstance(doc, dict) else None
        if not isinstance(responses, list):
            raise self._wire.lost("not OData", write=True)
        return {str(each.get("id", each.get("atomicityGroup"))): each for each in responses if isinstance(each, dict)}


def _request(write: Write) -> Doc:
    told: Doc = {"method": write.method, "url": write.path, "headers": write.headers(V4)}
    return {**told, "body": write.body} if write.body is not None else told


def _answers(told: dict[str, Doc], group: int, count: int) -> Iterator[Answer]:
    """The answers to a group: to each write, or one that undid all of it."""
    for name in (*(f"{group}.{place}" for place in range(count)), f"g{group}"):
        found = told.get(name)
        if found is not None:
            headers = {str(key): str(value) for key, value in (found.get("headers") or {}).items()}
            body = b"" if found.get("body") is None else orjson.dumps(found["body"])
            yield Answer(int(found.get("status", 0)), {**headers, "Content-Type": "application/json"}, body)


def multipart(changesets: Sequence[Sequence[Write]]) -> bytes:
    """The body of a batch of version 2."""
    parts = []
    for writes in changesets:
        inner = CRLF.join((*(_part(CHANGESET, _http(write)) for write in writes), f"--{CHANGESET}--".encode(), b""))
        head = f"--{BATCH}\r\nContent-Type: multipart/mixed; boundary={CHANGESET}\r\n\r\n".encode()
        parts.append(head + inner)
    return CRLF.join((*parts, f"--{BATCH}--".encode(), b""))


def _part(boundary: str, http: bytes) -> bytes:
    head = f"--{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    return head.encode() + http


def _http(write: Write) -> bytes:
    body = write.bytes or b""
    query = "&".join(f"{name}={value}" for name, value in write.query)
    address = f"{write.path}?{query}" if query else write.path
    headers = {**write.headers(2), "Content-Length": str(len(body))}
    lines = [f"{write.method} {address} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + CRLF + CRLF + body + CRLF


def answers_in(batch: Answer) -> Iterator[list[Answer]]:
    """The answers of a multipart body: a list for each changeset; one answer stands for a changeset that failed."""
    kind = batch.headers.get("Content-Type", "").encode("latin-1", "replace")
    message = message_from_bytes(b"Content-Type: " + kind + CRLF + CRLF + batch.body)
    if message.is_multipart():
        for part in message.get_payload():
            yield list(_leaves(part, DEEPEST))


def _leaves(part: Any, depth: int) -> Iterator[Answer]:
    if not isinstance(part, Message) or depth == 0:
        return
    if part.is_multipart():
        for each in part.get_payload():
            yield from _leaves(each, depth - 1)
        return
    payload = part.get_payload(decode=True)
    answer = _answer(payload) if isinstance(payload, bytes) else None
    if answer is not None:
        yield answer


def _answer(http: bytes) -> Answer | None:
    """One answer inside a batch; None where it is none."""
    text = http.lstrip()
    status = STATUS.match(text)
    if status is None:
        return None
    first, _, rest = text.partition(b"\n")
    del first
    inner = message_from_bytes(rest)
    body = rest.partition(b"\r\n\r\n")[2] or rest.partition(b"\n\n")[2]
    headers = {name: str(value) for name, value in inner.items()}
    return replace(Answer(int(status[1]), headers, b""), body=body.strip())
