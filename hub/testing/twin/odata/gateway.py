"""The gateway before the services: log-in, sessions with their token, versions, batches, errors in its own shape."""

import base64
import binascii
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from typing import Any, ClassVar
from urllib.parse import unquote

from flask import Flask, Response, request

from hub.testing.twin.limits import RateLimit
from hub.testing.twin.odata.store import Row, Rules, Store
from hub.testing.twin.odata.types import Kind, Service, metadata
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.twin import Clock, Twin

ROOT = "/sap/opu/odata/sap"
CSRF = "X-CSRF-Token"
START = re.compile(rb"([A-Z]+) (\S+) HTTP/1\.1\r?\n")
WRITES = {"POST", "PATCH", "MERGE", "DELETE"}


@dataclass(frozen=True)
class Asked:
    """One request, by itself or in a batch."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    def json(self) -> Any:
        """The body; RefusedError when it is no JSON."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip()
        try:
            if kind != "application/json":
                raise RefusedError(415, "/IWFND/CM_MGW/033", "Unsupported media type")
            return json.loads(self.body)
        except ValueError as error:
            raise RefusedError(400, "/IWFND/CM_MGW/034", "Malformed JSON") from error


@dataclass(frozen=True)
class Answered:
    """What a request is answered with."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


class GatewayTwin(Twin):
    """A twin with OData 2 services; a subclass says which, and gives their rules."""

    user: ClassVar[str] = "HUB"
    password: ClassVar[str] = "let-me-in"  # noqa: S105 - of a fake
    client: ClassVar[str] = "100"

    def __init__(self, services: Mapping[str, Service], rules: Rules, store: Store, clock: Clock) -> None:
        self.services = services
        self.rules = rules
        self.store = store
        self.sessions: dict[str, str] = {}  # cookie -> token
        self.limit = RateLimit(100, timedelta(seconds=1))
        self.writes: list[tuple[str, str]] = []  # method and path of every write that was let in
        self._numbers = itertools.count(1)
        super().__init__(clock)

    def routes(self, app: Flask) -> None:
        """Everything below the root of the services."""
        for method in ("GET", "HEAD", *sorted(WRITES), "PUT"):
            app.add_url_rule(
                f"{ROOT}/<service>/<path:path>",
                f"path-{method}",
                self._serve,
                methods=[method],
                provide_automatic_options=False,
            )
            app.add_url_rule(
                f"{ROOT}/<service>/", f"root-{method}", self._serve, methods=[method], defaults={"path": ""},
                provide_automatic_options=False,
            )  # fmt: skip

    def end_sessions(self) -> None:
        """Every session has ended: tokens are worth nothing any more."""
        self.sessions.clear()

    # --- before the services

    def _serve(self, service: str, path: str) -> Response:
        self._let_in()
        wait = self.limit.wait("all", self.clock())
        if wait is not None:
            raise RefusedError(429, "429", "Too many requests", headers={"Retry-After": "1"})
        headers = {name.lower(): value for name, value in request.headers.items()}
        told: dict[str, str] = {}
        if request.method in WRITES or request.method == "PUT":
            self._check_token(headers)
        elif headers.get(CSRF.lower(), "").lower() == "fetch":
            told = self._new_session(headers)
        if service not in self.services:
            raise RefusedError(403, "/IWFND/MED/170", f"No service found for namespace '', name '{service}'")
        asked = Asked(request.method, path, request.args.to_dict(), headers, request.get_data())
        answered = self._batch(self.services[service], asked) if path == "$batch" else self._one(service, asked)
        response = Response(answered.body, answered.status, {**answered.headers, "DataServiceVersion": "2.0"})
        for name, value in told.items():
            response.headers.add("Set-Cookie" if name != CSRF else CSRF, value)
        return response

    def _let_in(self) -> None:
        kind, _, rest = request.headers.get("Authorization", "").partition(" ")
        try:
            known = kind == "Basic" and base64.b64decode(rest).decode() == f"{self.user}:{self.password}"
        except (binascii.Error, UnicodeDecodeError):
            known = False
        if not known or request.args.get("sap-client", self.client) != self.client:
            raise RefusedError(401, "HTML", "Logon failed")

    def _new_session(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The token of the session that the cookies name, else of a new one."""
        cookie = self._session(headers)
        if cookie is not None:
            return {CSRF: self.sessions[cookie]}
        number = next(self._numbers)
        cookie = f"session%2d{number}"
        self.sessions[cookie] = f"token{number}=="
        return {
            CSRF: self.sessions[cookie],
            "session": f"SAP_SESSIONID_S4H_{self.client}={cookie}; path=/; HttpOnly",
            "user": f"sap-usercontext=sap-client={self.client}; path=/",
        }

    def _session(self, headers: Mapping[str, str]) -> str | None:
        pairs = (each.strip().partition("=") for each in headers.get("cookie", "").split(";"))
        told = {name: value for name, _, value in pairs}.get(f"SAP_SESSIONID_S4H_{self.client}", "")
        return told if told in self.sessions else None

    def _check_token(self, headers: Mapping[str, str]) -> None:
        cookie = self._session(headers)
        if cookie is None or headers.get(CSRF.lower()) != self.sessions[cookie]:
            raise RefusedError(403, "CSRF", "CSRF token validation failed", headers={CSRF: "Required"})

    # --- one request

    def _one(self, service: str, asked: Asked) -> Answered:
        told = self.services[service]
        if asked.path in ("", "$metadata"):
            if asked.method not in ("GET", "HEAD"):
                raise RefusedError(405, "/IWFND/CM_MGW/035", "Method not allowed")
            if asked.path:
                return Answered(200, {"Content-Type": "application/xml;charset=utf-8"}, metadata(told).encode())
            return told_json(200, {"d": {"EntitySets": list(told.kinds)}})
        with self.store.lock:
            if asked.method in ("GET", "HEAD"):
                return self._read(told, asked)
            before = self.store.copy()
            try:
                answered = self._write(told, asked)
            except BaseException:
                self.store.put_back(before)
                raise
            self.writes.append((asked.method, asked.path))
            return answered

    def _read(self, service: Service, asked: Asked) -> Answered:
        kind, row, nav = self.store.place(service, asked.path)
        root = f"{request.host_url.rstrip('/')}{ROOT}/{service.name}"
        if row is not None and nav is None:
            self.store.check_paths(service, kind, asked.query)
            one = self.store.told(service, kind, row, asked.query, root)
            return told_json(200, {"d": one}, self.store.etag(kind, row))
        rows = list(self.store.table(kind.set).values())
        if row is not None and nav is not None:
            rows, kind = self.store.behind(kind, row, nav), service.kinds[kind.navs[nav].set]
        found = self.store.listed(service, kind, rows, asked.query)
        doc: dict[str, Any] = {"results": [self.store.told(service, kind, r, asked.query, root) for r in found.rows]}
        if found.skip is not None:
            options = "&".join(f"{name}={value}" for name, value in asked.query.items() if name != "$skiptoken")
            doc["__next"] = f"{root}/{asked.path}?{options}&$skiptoken={found.skip}"
        return told_json(200, {"d": doc})

    def _write(self, service: Service, asked: Asked) -> Answered:
        root = f"{request.host_url.rstrip('/')}{ROOT}/{service.name}"
        if asked.path in service.functions:
            given = {name: self._text(asked, name) for name in service.functions[asked.path]}
            called, made = self.rules.call(asked.path, given)
            return told_json(200, {"d": self.store.told(service, called, made, {}, root)})
        kind, row, nav = self.store.place(service, asked.path)
        target = service.kinds[kind.navs[nav].set] if nav else kind
        if asked.method not in target.methods and not (nav and asked.method == "POST" and "NAV" in target.methods):
            raise RefusedError(405, "/IWFND/CM_MGW/035", "Method not allowed")
        if asked.method == "POST":
            return self._post(service, asked, kind, row, nav)
        if row is None or nav is not None:
            raise RefusedError(405, "/IWFND/CM_MGW/035", "Method not allowed")
        self._check_version(kind, row, asked)
        if asked.method == "DELETE":
            self.store.remove(kind, row)
            self.rules.changed(kind, row, {})
        else:
            self.store.merge(kind, row, asked.json(), self.rules)
        return Answered(204, {})

    def _post(self, service: Service, asked: Asked, kind: Kind, row: Row | None, nav: str | None) -> Answered:
        held: Row = {}
        target = kind
        if nav is not None and row is not None:
            leads = kind.navs[nav]
            target = service.kinds[leads.set]
            held = {there: row[here] for there, here in leads.on.items()} | dict(leads.fixed)
        elif row is not None:
            raise RefusedError(405, "/IWFND/CM_MGW/035", "Method not allowed")
        body = asked.json()
        made = self.store.insert(service, target, body, self.rules, given=held)
        if row is not None:
            self.rules.changed(kind, row, {})
        deep = [name for name in target.navs if isinstance(body, dict) and name in body]
        root = f"{request.host_url.rstrip('/')}{ROOT}/{service.name}"
        told = self.store.told(service, target, made, {"$expand": ",".join(deep)}, root)
        return told_json(201, {"d": told}, self.store.etag(target, made))

    def _text(self, asked: Asked, name: str) -> str:
        told = asked.query.get(name, "")
        if not re.fullmatch(r"'(?:[^']|'')*'", told):
            raise RefusedError(400, "/IWFND/CM_MGW/036", f"Parameter '{name}' is missing")
        return told[1:-1].replace("''", "'")

    def _check_version(self, kind: Kind, row: Row, asked: Asked) -> None:
        etag, told = self.store.etag(kind, row), asked.headers.get("if-match")
        if etag is None:
            return
        if told is None:
            raise RefusedError(428, "/IWFND/CM_MGW/092", "Data service request is required to be conditional")
        if told not in (etag, "*"):
            raise RefusedError(412, "/IWFND/CM_MGW/093", "Precondition failed")

    # --- batches

    def _batch(self, service: Service, asked: Asked) -> Answered:
        kind = asked.headers.get("content-type", "")
        if asked.method != "POST" or not kind.startswith("multipart/mixed"):
            raise RefusedError(400, "/IWFND/CM_MGW/037", "A batch is multipart/mixed")
        message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + asked.body)
        parts = [self._part(service, part) for part in message.get_payload()] if message.is_multipart() else []
        if not parts:
            raise RefusedError(400, "/IWFND/CM_MGW/037", "Malformed batch")
        body = b"".join(b"--answers\r\n" + part for part in parts) + b"--answers--\r\n"
        return Answered(202, {"Content-Type": "multipart/mixed; boundary=answers"}, body)

    def _part(self, service: Service, part: Any) -> bytes:
        if not part.is_multipart():
            return _http(self._safely(service.name, _asked(part)))
        asked = [_asked(each) for each in part.get_payload()]
        documents = [each for each in asked if each.method == "POST" and "(" not in each.path]
        with self.store.lock:
            before = self.store.copy()
            answers = []
            for each in asked:
                told = self._safely(service.name, each)
                if len(documents) > 1:
                    told = self._refused(RefusedError(400, "/IWBEP/CM_MGW_RT/025", "One document in a changeset"))
                if told.status >= 400:  # noqa: PLR2004 - a refusal
                    self.store.put_back(before)
                    return _http(told)
                answers.append(told)
        inner = b"".join(b"--inner\r\n" + _http(each) for each in answers) + b"--inner--\r\n"
        return b"Content-Type: multipart/mixed; boundary=inner\r\n\r\n" + inner + b"\r\n"

    def _safely(self, service: str, asked: Asked) -> Answered:
        try:
            return self._one(service, asked)
        except RefusedError as error:
            return self._refused(error)

    # --- errors

    def refusal(self, error: RefusedError) -> Response:
        """A refusal by the gateway, or in the shape of a service's errors."""
        told = self._refused(error)
        return Response(told.body, told.status, told.headers)

    def _refused(self, error: RefusedError) -> Answered:
        if error.code == "HTML":
            page = b"<html><head><title>Logon Error Message</title></head><body>Logon failed</body></html>"
            headers = {"Content-Type": "text/html", "WWW-Authenticate": 'Basic realm="SAP NetWeaver"'}
            return Answered(error.status, headers, page)
        if error.code == "CSRF":
            return Answered(error.status, {"Content-Type": "text/plain", **error.headers}, error.reason.encode())
        detail = {"code": error.code, "message": error.reason, "propertyref": error.field or "", "severity": "error"}
        inner = {"transactionid": "0" * 32, "timestamp": "", "errordetails": [detail]}
        doc = {"error": {"code": error.code, "message": {"lang": "en", "value": error.reason}, "innererror": inner}}
        return told_json(error.status, doc, headers=error.headers)


def told_json(status: int, doc: Any, etag: str | None = None, headers: Mapping[str, str] | None = None) -> Answered:
    """An answer with a document."""
    told = {"Content-Type": "application/json;charset=utf-8", **(headers or {})}
    return Answered(status, {**told, "ETag": etag} if etag else told, json.dumps(doc, ensure_ascii=False).encode())


def _asked(part: Any) -> Asked:
    """The request in a part of a batch; RefusedError when it is none."""
    http: bytes = part.get_payload(decode=True)
    start = START.match(http)
    if part.get_content_type() != "application/http" or start is None:
        raise RefusedError(400, "/IWFND/CM_MGW/037", "Malformed batch")
    head, _, body = http[start.end() :].partition(b"\r\n\r\n")
    headers = dict(_headers(head))
    path, _, query = unquote(start[2].decode()).partition("?")
    pairs = (each.partition("=") for each in query.split("&") if each)
    length = int(headers.get("content-length", len(body)))
    return Asked(start[1].decode(), path, {name: value for name, _, value in pairs}, headers, body[:length])


def _headers(head: bytes) -> Iterator[tuple[str, str]]:
    for line in head.decode().splitlines():
        name, _, value = line.partition(":")
        yield name.strip().lower(), value.strip()


def _http(told: Answered) -> bytes:
    lines = [f"HTTP/1.1 {told.status} -", *(f"{name}: {value}" for name, value in told.headers.items())]
    lines.append(f"Content-Length: {len(told.body)}")
    head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    return head.encode() + "\r\n".join(lines).encode() + b"\r\n\r\n" + told.body + b"\r\n"
