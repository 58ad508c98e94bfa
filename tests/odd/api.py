"""A small HTTP API that is odd on purpose: what it keeps is the flagship's asset system, how it talks is its own.

- Every call carries ``k`` (application), ``t`` (seconds since 1970, good for five minutes) and ``sig``: the hex of an
  HMAC-SHA256 over method, path and the sorted query without ``sig``, with line feeds between them.
- The answer is always 200 with ``{code, msg, payload}``; code 0 is a success, whose payload tells the time as ``now``.
  40100 unknown application or signature,
  40102 too old, 40000 malformed, 40400 not there, 42200 refused, 42900 wait ``payload.wait`` seconds, 50300 busy.
- A record stands at ``item.data``; times are milliseconds since 1970, in ``ts``.
- ``GET /o/KIND?from&to`` lists what changed in the closed interval, ``GET /o/KIND/keys`` lists ids: a page at a time;
  the header X-Next of the answer goes back as X-After.
- ``GET /o/KIND?where=NAME = 'TEXT'`` finds; a quote in the text is doubled.
- A new record takes two steps: ``POST /o/KIND/drafts`` answers a draft, which is in no list but ``/drafts?where``;
  ``PUT /o/KIND/drafts/ID`` replaces it; ``POST /o/KIND/drafts/ID/confirm`` makes a record with an id of its own of it.
- ``PUT /o/KIND/ID`` changes the fields that it names.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from tests.flagship.asset import Asset
from tests.flagship.rules import Doc, RefusedError
from tests.flagship.twin import Answer, Clock, Fault, Request

SECRETS = {"hub": "s3cret & more"}
FRESH = timedelta(minutes=5)
WHERE = re.compile(r"(\w+) = '((?:[^']|'')*)'")
CODES = {400: 40000, 401: 40100, 404: 40400, 405: 40000, 409: 42200, 412: 42200, 422: 42200, 429: 42900, 500: 50000,
         503: 50300}  # fmt: skip
Wire = dict[str, Any]


class OddApi(Asset):
    """The asset system behind its odd HTTP API."""

    tells_nulls = False  # its driver reads what is left out as null
    ops: ClassVar[frozenset[str]] = Asset.ops | {"draft", "drafts", "amend"}

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.drafts: dict[str, tuple[str, Doc]] = {}
        self._draft_ids = count(1)

    # --- HTTP

    def serve(self, request: Request) -> Answer | None:
        """Answer an HTTP request; None means that no answer comes."""
        try:
            meant = self.meant(request)
        except RefusedError as refused:
            if refused.status != 401:
                self.refusals.append(f"{request['method']} {urlsplit(request['url']).path}: {refused.reason}")
            return self.told({"status": refused.status, "body": {"reason": refused.reason}})
        if meant["op"] == "about":
            return self.told({"status": 200, "body": {"version": "1.4"}})
        answer = super().serve(meant)
        return None if answer is None else self.told(answer, meant["op"])

    def faulty(self, fault: Fault, request: Request) -> Answer | None:
        """A signature may be too old; nothing is renewed then."""
        if fault.how == "expired":
            return {"status": 200, "code": 40102}
        return super().faulty(fault, request)

    def check_request(self, request: Request) -> None:
        """The signature was checked before."""
        super().check_request({**request, "headers": {"Authorization": self.credential()}})

    def meant(self, request: Request) -> Request:
        """What a request asks for; RefusedError where it is none of those above."""
        parts = urlsplit(request["url"])
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        self.check_signature(request["method"], parts.path, query)
        path = [unquote(step) for step in parts.path.split("/")[1:]]
        if path == ["about"]:
            return {"op": "about"}
        if len(path) < 2 or path[0] != "o":
            raise RefusedError(404, "no such path")
        for method, shape, read in ROUTES:
            if (
                request["method"] == method
                and len(shape) == len(path) - 2
                and all(one in ("*", step) for one, step in zip(shape, path[2:], strict=True))
            ):
                asked = {name: told for name, told in query.items() if name not in {"k", "t", "sig"}}
                return {"object": path[1], **read(self, path[2:], asked, request)}
        raise RefusedError(405, "no such call")

    def check_signature(self, method: str, path: str, query: Mapping[str, str]) -> None:
        """Known, right and fresh."""
        signed = sorted((name, told) for name, told in query.items() if name != "sig")
        text = "&".join(f"{quote(name, safe='')}={quote(told, safe='')}" for name, told in signed)
        key = SECRETS.get(query.get("k", ""), "")
        right = hmac.new(key.encode(), f"{method}\n{path}\n{text}".encode(), hashlib.sha256).hexdigest()
        if not key or query.get("sig") != right:
            raise RefusedError(401, "unknown signature")
        if abs(self.clock.now - datetime.fromtimestamp(int(query["t"]), UTC)) > FRESH:
            raise RefusedError(401, "old signature")

    def told(self, answer: Answer, op: str = "") -> Wire:
        """An answer as it goes over the wire."""
        headers = {"Content-Type": "application/json"}
        if answer["status"] == 502:
            return {"status": 502, "headers": headers, "body": "<html>Bad Gateway</html>"}
        if answer["status"] == 200 and "code" not in answer and answer["body"] is None:
            return {"status": 200, "headers": headers, "body": '{"code": 0, "payl'}
        code = answer.get("code", 0 if answer["status"] == 200 else CODES[answer["status"]])
        body = answer.get("body") or {}
        doc: Doc = {"code": code, "msg": body.get("reason", ""), "payload": {"wait": answer.get("retry_after")}}
        if code == 0:
            told, more = shown(op, body)
            doc["payload"] = {**told, "now": self.write_instant(self.stamp())}
            headers |= more
        return {"status": 200, "headers": headers, "body": json.dumps(doc, ensure_ascii=False)}

    # --- drafts

    def op_draft(self, request: Request) -> Doc:
        """A new draft."""
        self.check_body(request["object"], request["body"], making=True)
        draft = f"D{next(self._draft_ids)}"
        self.drafts[draft] = (request["object"], deepcopy(request["body"]))
        return {"draft": draft}

    def op_drafts(self, request: Request) -> Doc:
        """Drafts by a field."""
        field, value = request["query"]["field"], request["query"]["value"]
        known = self.drafts.items()
        found = [key for key, (name, doc) in known if name == request["object"] and doc.get(field) == value]
        return {"drafts": found}

    def op_amend(self, request: Request) -> Doc:
        """Another content."""
        self.need_draft(request)
        self.check_body(request["object"], request["body"], making=True)
        self.drafts[request["id"]] = (request["object"], deepcopy(request["body"]))
        return {"draft": request["id"]}

    def op_create(self, request: Request) -> Doc:
        """Make a record of a draft, which is gone then."""
        self.need_draft(request)
        name, body = self.drafts.pop(request["id"])
        return super().op_create({**request, "object": name, "body": body})

    def need_draft(self, request: Request) -> None:
        """There must be one."""
        if self.drafts.get(request["id"], ("",))[0] != request["object"]:
            raise RefusedError(404, "there is no such draft")

    # --- the dialect

    def write_instant(self, at: datetime) -> Any:
        """Milliseconds since 1970."""
        return int(at.timestamp() * 1000)

    def read_instant(self, told: Any) -> datetime:
        """Milliseconds since 1970, and nothing else."""
        if not isinstance(told, str) or not told.isdecimal():
            raise RefusedError(400, "milliseconds since 1970 are expected")
        return datetime.fromtimestamp(int(told) / 1000, UTC)


# --- reading requests


def listing(_: OddApi, __: list[str], query: Mapping[str, str], request: Request) -> Request:
    """A list of changes, or what is found."""
    if set(query) == {"where"}:
        return {"op": "find", "query": condition(query)}
    if set(query) != {"from", "to"}:
        raise RefusedError(400, "from and to are expected")
    mark = after(request)
    at, _dot, row_id = (mark or "").partition(".")
    return {
        "op": "list",
        "query": {"since": query["from"], "until": query["to"], "after": [int(at), row_id] if mark else None},
    }


def condition(query: Mapping[str, str]) -> Doc:
    """Field and value of a condition."""
    found = WHERE.fullmatch(query.get("where", ""))
    if found is None:
        raise RefusedError(400, "where: NAME = 'TEXT' is expected")
    return {"field": found[1], "value": found[2].replace("''", "'")}


def after(request: Request) -> str | None:
    """Where a listing goes on."""
    told: str | None = {name.lower(): value for name, value in request["headers"].items()}.get("x-after")
    return told


def data(request: Request) -> Doc:
    """The record in a body."""
    body = json.loads(request["body"] or "null")
    if not isinstance(body, dict) or list(body) != ["item"] or list(body["item"]) != ["data"]:
        raise RefusedError(400, "item.data is expected, and nothing else")
    told: Doc = body["item"]["data"]
    return told


def drafting(api: OddApi, _: list[str], __: Mapping[str, str], request: Request) -> Request:
    """A new draft; whatever goes wrong with a create may go wrong with either step of it."""
    body = data(request)
    is_hit = any(fault.op == "create" for fault in api.faults) and api.requests % 2
    if is_hit:
        next(fault for fault in api.faults if fault.op == "create").op = "draft"
    return {"op": "draft", "body": body}


def confirming(api: OddApi, path: list[str], _: Mapping[str, str], request: Request) -> Request:
    """The second step; it knows its content, so that a fault can say what was in doubt."""
    return {"op": "create", "id": path[1], "body": deepcopy(api.drafts.get(path[1], ("", {}))[1])}


Read = Callable[[OddApi, list[str], Mapping[str, str], Request], Request]
ROUTES: tuple[tuple[str, tuple[str, ...], Read], ...] = (
    ("GET", (), listing),
    ("GET", ("keys",), lambda _, __, ___, request: {"op": "ids", "query": {"after": after(request)}}),
    ("GET", ("drafts",), lambda _, __, query, ___: {"op": "drafts", "query": condition(query)}),
    ("GET", ("*",), lambda _, path, __, ___: {"op": "get", "id": path[0]}),
    ("POST", ("drafts",), drafting),
    ("POST", ("drafts", "*", "confirm"), confirming),
    ("PUT", ("drafts", "*"), lambda _, path, __, request: {"op": "amend", "id": path[1], "body": data(request)}),
    ("PUT", ("*",), lambda _, path, __, request: {"op": "update", "id": path[0], "body": data(request)}),
)


# --- writing answers


def shown(op: str, body: Doc) -> tuple[Doc, dict[str, str]]:
    """The payload of a success, and its headers."""
    if op == "ids":
        more = {} if body["after"] is None else {"X-Next": body["after"]}
        return {"result": {"rows": [enveloped({"id": one}) for one in body["ids"]]}}, more
    if op in {"list", "find"}:
        last = body.get("after")
        more = {} if last is None else {"X-Next": f"{last[0]}.{last[1]}"}
        return {"result": {"rows": [enveloped(flat(row)) for row in body["rows"]]}}, more
    if op == "drafts":
        return {"result": {"rows": [enveloped({"draft": one}) for one in body["drafts"]]}}, {}
    return (body if op in {"", "draft", "amend"} else {"result": enveloped(flat(body))}), {}


def enveloped(record: Doc) -> Doc:
    """A record, two envelopes deep."""
    return {"item": {"data": record}}


def flat(row: Doc) -> Doc:
    """A record as it is told."""
    return {"id": row["id"], "ts": row["changed"], **row["fields"]}
