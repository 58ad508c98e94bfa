"""Bytes of evidence: uploaded under their own hash, so that sending them twice keeps them once."""

import hashlib
import re

from flask import Blueprint, Response, request

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError, NotFoundError
from hub.ports.store import UnitOfWork
from hub.services import visits
from hub.services.idempotency import Reply
from hub.services.visibility import need
from hub.web.api.answers import idempotent, reply, shown
from hub.web.api.records import viewer
from hub.web.auth import Rule, allowed, guarded
from hub.web.state import actor, hub, web

DIGEST = re.compile(r"[0-9a-f]{64}")
MAGIC = {
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "application/pdf": re.compile(rb"%PDF-1\.|%PDF-2\."),
}


def register_files(api: Blueprint) -> None:
    """The routes of files."""
    uploads = Rule("evidence:write", "evidence:write", uploads=True)
    api.add_url_rule("/files/<digest>", "files-put", guarded(uploads)(put), methods=["PUT"])
    for_visit = Rule("visits:write", "visits:add_evidence", uploads=True)
    api.add_url_rule("/visits/<record_id>/evidence", "visit-evidence", guarded(for_visit)(of_visit), methods=["POST"])
    api.add_url_rule(
        "/evidence/<record_id>/content", "evidence-content", guarded(allowed("evidence:read"))(content), methods=["GET"]
    )


def put(digest: str) -> Response:
    """Keep bytes under their hash; an action then makes them a ticket's evidence."""
    data = request.get_data()
    if not DIGEST.fullmatch(digest) or hashlib.sha256(data).hexdigest() != digest:
        raise InvalidError("The bytes are not those of this SHA-256: send them under their own.")
    mime = kind_of(data)
    hub().blobs.put(data)
    return shown({"sha256": digest, "mime": mime, "size": len(data)}, 201)


def of_visit(record_id: str) -> Response:
    """Add a picture or PDF to a visit in one call: the bytes as the body, the facts (kind, step ...) in the query."""
    data, context, who, only = request.get_data(), hub(), actor(), viewer()
    facts: Doc = {**request.args.to_dict(), "mime": kind_of(data), "size": len(data)}
    facts = {"kind": "photo", **facts, "sha256": context.blobs.put(data)}
    check = web().actions["visit", "add_evidence"].body.check

    def work(tx: UnitOfWork) -> Reply:
        need(tx, "visit", record_id, only(tx))
        check(facts)
        return reply(visits.add_evidence(context, tx, who, record_id, facts), 201)

    return idempotent(work)


def kind_of(data: bytes) -> str:
    """What the bytes are, by their beginning; InvalidError when it is nothing that evidence may be."""
    for mime, magic in MAGIC.items():
        if magic.match(data):
            return mime
    raise InvalidError("Evidence is a JPEG, PNG or WebP picture or a PDF: this file is none of them.")


def content(record_id: str) -> Response:
    """The bytes of a piece of evidence, never to be run or guessed at by a browser."""
    only = viewer()
    record = hub().store.read(lambda tx: need(tx, "evidence", record_id, only(tx)))
    mime = record.doc["mime"]
    if mime not in MAGIC:
        raise NotFoundError("The evidence {id} has no content that can be shown.", id=record_id)
    response = Response(hub().blobs.get(record.doc["sha256"]), content_type=mime)
    extension = mime.rpartition("/")[2]
    response.headers["Content-Disposition"] = f'attachment; filename="{record_id}.{extension}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
