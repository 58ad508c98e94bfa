"""Salesforce, its REST API 62.0: SOQL, upserts, collections, and one list of errors for each refusal.

Documented: both log-ins, paths, pages of 2,000 rows and their locators, queryAll with what is in the recycle bin,
upserts with their 201, 200 and 300, collections of at most 200 with one result each, codes of errors, kinds and lengths
of fields, addresses of at most 16,384 bytes, and the limit of the day. Stricter than the documents: picklists take
nothing that a new org does not have, and names of fields count with their capitals.
"""

import base64
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import jwt
from flask import Flask, Response, jsonify, request

from hub.domain.documents import Doc
from hub.testing.twin.limits import RateLimit
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Row
from hub.testing.twin.twin import Clock, Twin
from hub.testing.twins.salesforce.objects import (
    EXTERNAL,
    NUMBERED,
    PREFIXES,
    REFERENCES,
    RELATIONS,
    fields_of,
    is_id,
    taken,
    whole_id,
)
from hub.testing.twins.salesforce.soql import Query, comparable, parsed

CLIENT = {"client_id": "3MVG9.twin", "client_secret": "secret-of-the-twin"}
USER = "hub@acme.example"
AUDIENCE = "https://login.salesforce.com"
BASE = "/services/data/v62.0"
IDLE = timedelta(hours=2)  # a session that nobody uses ends
LOCATORS = timedelta(days=2)
COLLECTION = 200
LONGEST = 16_384  # bytes of an address
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
UPWARDS: Mapping[str, Callable[[Doc], str | None]] = {
    "Order": lambda doc: "Draft" if doc.get("Status") == "Draft" else "Activated",
    "Contract": lambda doc: {"Draft": "Draft", "In Approval Process": "InApproval"}.get(doc["Status"], "Activated"),
}


class Salesforce(Twin):
    """One org.

    ``page`` is how many rows a query tells at a time, ``locked`` are ids that somebody else is writing, with
    ``blocks_duplicates`` a second account of the same name is refused, ``public_key`` is that of the app's certificate.
    """

    connector = "salesforce"
    settings: ClassVar[Mapping[str, Any]] = {"client_id": CLIENT["client_id"]}
    secrets: ClassVar[Mapping[str, str]] = {"client_secret": CLIENT["client_secret"]}

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self.page = 2000
        self.limit = RateLimit(15_000, timedelta(days=1))
        self.locked: set[str] = set()
        self.blocks_duplicates = False
        self.public_key: Any = None
        self.tokens = 0
        self.refused: list[str] = []
        self._sessions: dict[str, datetime] = {}
        self._locators: dict[str, tuple[datetime, Query, list[str]]] = {}

    def routes(self, app: Flask) -> None:
        """The calls, and what all of them have in common."""
        app.before_request(self._let_in)
        app.after_request(self._counted)
        app.add_url_rule("/services/oauth2/token", view_func=self._granted, methods=["POST"])
        rules: tuple[tuple[str, str, Callable[..., Any]], ...] = (
            ("/", "GET", self._resources),
            ("/query", "GET", lambda: self._queried(bin_too=False)),
            ("/queryAll", "GET", lambda: self._queried(bin_too=True)),
            ("/query/<locator>", "GET", self._more),
            ("/sobjects/<kind>/describe", "GET", self._describe),
            ("/sobjects/<kind>", "POST", self._create),
            ("/sobjects/<kind>/<row_id>", "PATCH", self._update),
            ("/sobjects/<kind>/<field>/<value>", "PATCH", self._upsert),
            ("/composite/sobjects", "PATCH", self._update_many),
            ("/composite/sobjects/<kind>/<field>", "PATCH", self._upsert_many),
        )
        for path, method, view in rules:
            app.add_url_rule(f"{BASE}{path}", f"{method} {path}", self._locked(view), methods=[method])
        missing = RefusedError(404, "NOT_FOUND", "The requested resource does not exist")
        app.register_error_handler(404, lambda _: self.refusal(missing))
        not_so = RefusedError(405, "METHOD_NOT_ALLOWED", "HTTP Method not allowed")
        app.register_error_handler(405, lambda _: self.refusal(not_so))

    def refusal(self, error: RefusedError) -> Response:
        """A list with one error; of a log-in an object."""
        self.refused.append(f"{error.code} {error.reason}")
        if request.path == "/services/oauth2/token":
            answer = jsonify({"error": error.code, "error_description": error.reason})
        else:
            answer = jsonify([told_of(error)])
        answer.status_code = error.status
        return answer

    # --- what people over there do

    def add(self, kind: str, **doc: Any) -> str:
        """Somebody makes a record; says its id."""
        return self._add(kind, doc).id

    def delete(self, kind: str, row_id: str) -> None:
        """Somebody moves a record to the recycle bin."""
        self.rows.remove(kind, row_id)

    def merge(self, kind: str, loser: str, winner: str) -> None:
        """Somebody merges a record into another one."""
        self.rows.by_kind[kind][loser].doc["MasterRecordId"] = winner
        self.rows.remove(kind, loser)

    def empty_the_bin(self) -> None:
        """What was deleted is told no more."""
        self.rows.deleted.clear()

    def end_sessions(self) -> None:
        """All tokens end before their time."""
        self._sessions.clear()

    # --- who may come in

    def _let_in(self) -> None:
        if len(request.url) > LONGEST:
            raise RefusedError(414, "URI_TOO_LONG", "URI Too Long")
        if request.path == "/services/oauth2/token":
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        used, now = self._sessions.get(token), self.clock()
        if scheme not in {"Bearer", "OAuth"} or used is None or used + IDLE < now:
            raise RefusedError(401, "INVALID_SESSION_ID", "Session expired or invalid")
        self._sessions[token] = now
        if self.limit.wait("day", now) is not None:
            raise RefusedError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")

    def _counted(self, answer: Response) -> Response:
        used = self.limit.calls - self.left
        answer.headers["Sforce-Limit-Info"] = f"api-usage={used}/{self.limit.calls}"
        return answer

    @property
    def left(self) -> int:
        """How many calls may come until tomorrow."""
        return self.limit.calls - self.limit.used("day", self.clock())

    def _granted(self) -> Response:
        form = request.form
        grant = form.get("grant_type")
        if grant == JWT_BEARER:
            self._check_assertion(form.get("assertion", ""))
        elif grant == "client_credentials":
            self._check_client()
        else:
            raise RefusedError(400, "unsupported_grant_type", "grant type not supported")
        self.tokens += 1
        token = f"00D5g!{secrets.token_hex(24)}"
        self._sessions[token] = self.clock()
        instance = request.host_url.rstrip("/")
        return jsonify({"access_token": token, "instance_url": instance, "token_type": "Bearer", "scope": "api"})

    @staticmethod
    def _check_client() -> None:
        told = {name: request.form.get(name) for name in CLIENT}
        scheme, _, basic = request.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            told = dict(zip(CLIENT, base64.b64decode(basic).decode().split(":", 1), strict=False))
        if told.get("client_id") != CLIENT["client_id"]:
            raise RefusedError(400, "invalid_client_id", "client identifier invalid")
        if told.get("client_secret") != CLIENT["client_secret"]:
            raise RefusedError(400, "invalid_client", "invalid client credentials")

    def _check_assertion(self, assertion: str) -> None:
        try:
            claims = jwt.decode(
                assertion, self.public_key, ["RS256"], audience=AUDIENCE, issuer=CLIENT["client_id"],
                options={"require": ["exp", "aud", "iss", "sub"], "verify_exp": False, "verify_iat": False},
            )  # fmt: skip
        except (jwt.PyJWTError, TypeError, ValueError) as error:
            raise RefusedError(400, "invalid_grant", "invalid assertion") from error
        left = claims["exp"] - self.clock().timestamp()
        if not 0 < left <= 180:  # noqa: PLR2004 - seconds: three minutes
            raise RefusedError(400, "invalid_grant", "expired authorization code, or exp too far ahead")
        if claims["sub"] != USER:
            raise RefusedError(400, "invalid_grant", "user hasn't approved this consumer")

    def _locked(self, view: Callable[..., Any]) -> Callable[..., Any]:
        def answered(**parts: str) -> Any:
            with self.rows.lock:
                return view(**parts)

        return answered

    # --- reading

    @staticmethod
    def _resources() -> Doc:
        return {name: f"{BASE}/{name}" for name in ("sobjects", "query", "queryAll", "composite", "limits")}

    def _describe(self, kind: str) -> Doc:
        forms = {"text": "string", "number": "currency", "bool": "boolean"}
        fields = [
            {
                "name": name,
                "label": name.removesuffix("__c").replace("_", " "),
                "type": "id" if name == "Id" else "picklist" if one.values else forms.get(one.form, one.form),
                "length": one.most or 0,
                "nillable": not one.required,
                "createable": not one.read_only,
                "updateable": not one.read_only,
                "picklistValues": [
                    {"value": value, "label": value, "active": True} for value in sorted(one.values or ())
                ],
                "referenceTo": list(REFERENCES.get(name, ())),
            }
            for name, one in fields_of(kind).items()
        ]
        return {"name": kind, "label": kind, "fields": fields}

    def _queried(self, *, bin_too: bool) -> Doc:
        query = parsed(request.args.get("q", ""))
        rows = self.rows.of(query.kind)
        if bin_too:
            rows = [*rows, *self.rows.deleted.get(query.kind, {}).values()]
        found = [row for row in rows if query.meets(lambda name, row=row: self._value(query.kind, row, name))]  # type: ignore[misc] # bound now
        for name, downwards in reversed(query.order):
            found.sort(key=lambda row, name=name: self._ordered(query.kind, row, name), reverse=downwards)  # type: ignore[misc] # bound now
        return self._page(query, [row.id for row in found], 0, f"01g{secrets.token_hex(8)}")

    def _more(self, locator: str) -> Doc:
        mark, _, at = locator.rpartition("-")
        begun, query, ids = self._locators.get(mark, (None, None, []))
        if begun is None or query is None or begun + LOCATORS < self.clock() or not at.isdecimal():
            raise RefusedError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(query, ids, int(at), mark)

    def _page(self, query: Query, ids: list[str], at: int, mark: str) -> Doc:
        end = at + self.page
        records = [self._told(query, row) for one in ids[at:end] if (row := self._any(query.kind, one)) is not None]
        told: Doc = {"totalSize": len(ids), "done": end >= len(ids), "records": records}
        if end < len(ids):
            self._locators.setdefault(mark, (self.clock(), query, ids))
            told["nextRecordsUrl"] = f"{BASE}/query/{mark}-{end}"
        return told

    def _any(self, kind: str, row_id: str) -> Row | None:
        return self.rows.get(kind, row_id) or self.rows.deleted.get(kind, {}).get(row_id)

    def _told(self, query: Query, row: Row) -> Doc:
        told: Doc = {"attributes": attributes(query.kind, row.id)}
        for name in query.fields:
            relation, _, there = name.rpartition(".")
            if not relation:
                told[name] = self._value(query.kind, row, name)
                continue
            other = self._any(relation, str(row.doc.get(RELATIONS[relation])))
            if other is None:
                told[relation] = None
            else:
                told.setdefault(relation, {"attributes": attributes(relation, other.id)})[there] = other.doc.get(there)
        return told

    def _value(self, kind: str, row: Row, name: str) -> Any:
        system: dict[str, Callable[[], Any]] = {
            "Id": lambda: row.id,
            "IsDeleted": lambda: row.id in self.rows.deleted.get(kind, {}),
            "CreatedDate": lambda: stamp(row.created_at),
            "SystemModstamp": lambda: stamp(row.changed_at),
            "TotalAmount": lambda: sum(
                one.doc["Quantity"] * one.doc["UnitPrice"]
                for one in self.rows.of("OrderItem")
                if one.doc["OrderId"] == row.id
            ),
            "StatusCode": lambda: UPWARDS[kind](row.doc),
        }
        if kind == "Contact" and name == "Name":
            return " ".join(filter(None, (row.doc.get("FirstName"), row.doc["LastName"])))
        if kind == "Account" and row.doc.get("IsPersonAccount") and name == "Name":
            return f"{row.doc['FirstName']} {row.doc['LastName']}"
        return system[name]() if name in system else row.doc.get(name)

    def _ordered(self, kind: str, row: Row, name: str) -> tuple[bool, Any]:
        value = self._value(kind, row, name)
        return value is not None, comparable(value) if value is not None else 0

    # --- writing

    def _create(self, kind: str) -> tuple[Doc, int]:
        return result(self._made(kind, sent_of(kind, self._body())).id), 201

    def _update(self, kind: str, row_id: str) -> tuple[str, int]:
        self._change(kind, row_id, sent_of(kind, self._body()))
        return "", 204

    def _upsert(self, kind: str, field: str, value: str) -> Any:
        sent = sent_of(kind, self._body())
        if {"Id", field} & sent.keys():
            raise RefusedError(400, "INVALID_FIELD", f"The external id {field} should not be specified in the body")
        found = self._matching(kind, field, value)
        if len(found) > 1:
            return jsonify([f"{BASE}/sobjects/{kind}/{row.id}" for row in found]), 300
        told, status = self._upserted(kind, sent | {field: value}, found)
        return told, status

    def _upserted(self, kind: str, doc: Doc, found: list[Row]) -> tuple[Doc, int]:
        if not found:
            return result(self._made(kind, doc).id) | {"created": True}, 201
        self._change(kind, found[0].id, doc)
        return result(found[0].id) | {"created": False}, 200

    def _update_many(self) -> Response:
        def update(record: Doc) -> Doc:
            kind = record.get("attributes", {}).get("type", "")
            row_id = record.pop("id", None) or record.pop("Id", None)
            if not row_id:
                raise RefusedError(400, "MISSING_ARGUMENT", "Id not specified in an update call")
            self._change(kind, str(row_id), sent_of(kind, record))
            return result(whole_id(str(row_id)))

        return self._collected(update)

    def _upsert_many(self, kind: str, field: str) -> Response:
        def upsert(record: Doc) -> Doc:
            if record.get("attributes", {}).get("type") != kind:
                raise RefusedError(400, "INVALID_INPUT", f"Only objects of type {kind}")
            doc = sent_of(kind, record)
            value = str(doc.get(field) or "")
            if not value:
                raise RefusedError(400, "MISSING_ARGUMENT", f"{field} not specified")
            found = self._matching(kind, field, value)
            if len(found) > 1:
                raise RefusedError(400, "DUPLICATE_EXTERNAL_ID", f"{field}: more than one record found")
            return self._upserted(kind, doc, found)[0]

        return self._collected(upsert)

    def _collected(self, write: Callable[[Doc], Doc]) -> Response:
        told = self._body()
        records = told.get("records")
        if told.keys() - {"allOrNone", "records"} or not isinstance(records, list) or told.get("allOrNone") is True:
            raise RefusedError(400, "INVALID_INPUT", "allOrNone (false, to this twin) and records are expected")
        if len(records) > COLLECTION:
            raise RefusedError(400, "EXCEEDED_MAX_RECORDS", f"record limit reached: {COLLECTION}")
        results: list[Doc] = []
        for record in records:
            try:
                results.append(write(dict(record)))
            except RefusedError as error:
                wrong = told_of(error)
                wrong["statusCode"] = wrong.pop("errorCode")
                results.append({"success": False, "errors": [wrong]})
        return jsonify(results)

    @staticmethod
    def _body() -> Doc:
        if request.mimetype != "application/json":
            raise RefusedError(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type header specified in HTTP request")
        told = request.get_json(silent=True)
        if not isinstance(told, dict):
            raise RefusedError(400, "JSON_PARSER_ERROR", "Unexpected character")
        return told

    def _matching(self, kind: str, field: str, value: str) -> list[Row]:
        fields_of(kind)
        if EXTERNAL.get(kind) != field:
            reason = f"Provided external ID field does not exist or is not accessible: {field}"
            raise RefusedError(404, "NOT_FOUND", reason)
        return [row for row in self.rows.of(kind) if str(row.doc.get(field) or "").casefold() == value.casefold()]

    def _made(self, kind: str, sent: Doc) -> Row:
        doc = taken(kind, sent, making=True)
        self._refer(doc)
        self._alone(kind, doc, None)
        same = [row for row in self.rows.of(kind) if kind == "Account" and row.doc.get("Name") == doc.get("Name")]
        if self.blocks_duplicates and same:
            raise RefusedError(400, "DUPLICATES_DETECTED", "Use one of these records?")
        return self._add(kind, doc)

    def _add(self, kind: str, doc: Doc) -> Row:
        number = next(self.rows.numbers)
        numbered = {NUMBERED[kind]: f"{number:08}"} if kind in NUMBERED else {}
        return self.rows.add(kind, self._closed(kind, {**doc, **numbered}), whole_id(f"{PREFIXES[kind]}5g{number:010}"))

    def _change(self, kind: str, row_id: str, sent: Doc) -> None:
        fields_of(kind)
        if not is_id(row_id) or not row_id.startswith(PREFIXES[kind]):
            raise RefusedError(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible")
        row_id = whole_id(row_id)
        if row_id in self.rows.deleted.get(kind, {}):
            raise RefusedError(404, "ENTITY_IS_DELETED", "entity is deleted")
        row = self.rows.get(kind, row_id)
        if row is None:
            raise RefusedError(404, "NOT_FOUND", "The requested resource does not exist")
        doc = taken(kind, sent, making=False)
        if row.doc.get("IsPersonAccount") and "Name" in doc:
            reason = "Account: bad field names on insert/update call: Name"
            raise RefusedError(400, "INVALID_FIELD_FOR_INSERT_UPDATE", reason, field="Name")
        if row_id in self.locked:
            raise RefusedError(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
        self._refer(doc)
        self._alone(kind, doc, row)
        self.rows.change(kind, row_id, self._closed(kind, doc))

    def _refer(self, doc: Doc) -> None:
        for name, kinds in REFERENCES.items():
            if doc.get(name) is None:
                continue
            doc[name] = whole_id(doc[name])
            if not any(self.rows.get(kind, doc[name]) for kind in kinds):
                raise RefusedError(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", field=name)

    def _alone(self, kind: str, doc: Doc, row: Row | None) -> None:
        """Our field is unique, where it is an external id; so it is not upon the task."""
        field = EXTERNAL.get(kind)
        if field is None or doc.get(field) is None:
            return
        if any(one is not row for one in self._matching(kind, field, doc[field])):
            raise RefusedError(400, "DUPLICATE_VALUE", f"duplicate value found: {field}", field=field)

    def _closed(self, kind: str, doc: Doc) -> Doc:
        if kind != "Case" or "Status" not in doc:
            return doc
        is_closed = doc["Status"] == "Closed"
        return {**doc, "IsClosed": is_closed, "ClosedDate": stamp(self.clock()) if is_closed else None}


def told_of(error: RefusedError) -> Doc:
    """One error as it is told."""
    return {"message": error.reason, "errorCode": error.code, "fields": [error.field] if error.field else []}


def sent_of(kind: str, told: Doc) -> Doc:
    """The fields of a record that was sent; RefusedError where it is of another object."""
    named = told.pop("attributes", {"type": kind})
    if named.get("type") != kind:
        raise RefusedError(400, "INVALID_INPUT", "the type of the record is another one")
    return told


def attributes(kind: str, row_id: str) -> Doc:
    """What every record says of itself."""
    return {"type": kind, "url": f"{BASE}/sobjects/{kind}/{row_id}"}


def result(row_id: str) -> Doc:
    """That a record was written."""
    return {"id": row_id, "success": True, "errors": []}


def stamp(at: datetime) -> str:
    """A time as it is told: whole seconds, in UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


TWIN = Salesforce
