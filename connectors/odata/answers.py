"""What services answer: documents, lists with their links, versions, and the reasons of refusals."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from connectors.odata.values import V4
from hub.domain.documents import Doc
from hub.transport.bodies import json_of
from hub.transport.http import Answer
from hub.transport.places import Reply

NAME_IN_QUOTES = re.compile(r"'([^']*)'")
DETAILS = 3  # of an error that lists many
STANDARD: list[Doc] = [
    {"status": 403, "at": "header.x-csrf-token", "matches": "(?i)^required$", "do": "refresh_token"},
    {"status": [404, 410], "do": "not_found", "reason": "body.reason"},
    {"status": [408, 425, 503], "do": "retry", "reason": "body.reason"},
    {"status": [412, 428], "do": "stale"},
    {"status": 401, "do": "refresh_token"},
    {"status": [403, 407], "do": "locked_out", "reason": "body.reason"},
    {"status": 429, "do": "rate_limited"},
    {"status": "4xx", "do": "fail", "reason": "body.reason"},
]
"""What the answers of OData services mean beyond the standard meaning of the status."""


@dataclass(frozen=True)
class Rows:
    """Entities of one answer, as told; ``next`` and ``delta`` are the server's links."""

    rows: tuple[Doc, ...]
    next: str | None = None
    delta: str | None = None
    at: datetime | None = None


class Answers:
    """Reads answers; ``names`` are those of known properties, which an error may name."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def json(self, answer: Answer) -> Any:
        """The document of an answer; the reason of a refusal is put together from what it lists."""
        doc = json_of(answer)
        if answer.status >= HTTPStatus.BAD_REQUEST and isinstance(doc, dict):
            return {**doc, "reason": self.reason(doc)}
        return doc

    def whole(self, answer: Answer) -> Any:
        """The answer itself, of a success; else as above."""
        return self.json(answer) if answer.status >= HTTPStatus.BAD_REQUEST else answer

    def reason(self, doc: Doc) -> str:
        """Code and message of an error and of its first details, without the values that they quote."""
        error = doc.get("error")
        if not isinstance(error, dict):
            return ""
        inner = error.get("innererror")
        details = inner.get("errordetails") if isinstance(inner, dict) else error.get("details")
        told = [error, *(details if isinstance(details, list) else [])]
        parts = [self._sentence(each) for each in told if isinstance(each, dict)]
        return "; ".join(list(dict.fromkeys(filter(None, parts)))[: DETAILS + 1])

    def _sentence(self, error: Doc) -> str:
        message = error.get("message")
        text = message.get("value") if isinstance(message, dict) else message
        shown = NAME_IN_QUOTES.sub(lambda quoted: quoted[0] if quoted[1] in self.names else "'…'", str(text or ""))
        return ": ".join(filter(None, (str(error.get("code") or ""), shown)))


ETAG = "@odata.etag"


def etag_of(entity: Mapping[str, Any]) -> str | None:
    """The version of an entity as told, in either notation."""
    meta = entity.get("__metadata")
    told = entity.get(ETAG) or (meta.get("etag") if isinstance(meta, dict) else None)
    return told if isinstance(told, str) and told else None


def enveloped(doc: Any, version: int) -> tuple[list[Any] | None, str | None, str | None]:
    """The rows of an answer, the link to more of them, and the link to what changes from now on."""
    if version == V4:
        doc = doc if isinstance(doc, dict) else {}
        rows, then, delta = doc.get("value"), doc.get("@odata.nextLink"), doc.get("@odata.deltaLink")
    else:
        told = doc.get("d") if isinstance(doc, dict) else None
        holder = told if isinstance(told, dict) else {"results": told}
        rows, then, delta = holder.get("results"), holder.get("__next"), holder.get("__delta")
    return rows if isinstance(rows, list) else None, then, delta


def told_at(reply: Reply) -> datetime | None:
    """The time that an answer bears."""
    try:
        return parsedate_to_datetime(reply.headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
