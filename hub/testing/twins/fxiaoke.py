"""Fxiaoke 纷享销客, its Open API 2: every answer is a 200, and the code in its body tells what became of the call.

Documented: the log-in, headers, trace ids, codes, queries and their pages, create, update, invalid and delete, and the
limits. Which code a wrong field or trace id has is not: 32000, wrong parameter, stands for it. That a trace id is
refused when it comes again is stricter than the documents, which say only that each request has its own.
"""

import secrets
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from flask import Flask, Response, jsonify, request

from hub.domain.documents import Doc
from hub.testing.twin.fields import Field, check
from hub.testing.twin.limits import RateLimit
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Row
from hub.testing.twin.twin import Clock, Twin

APP = {"appId": "FSAID_1", "appSecret": "secret-of-the-twin", "permanentCode": "PERMANENT-1"}
EA = "company1"
USER = "1000"
LASTS = 7200
MOST, FURTHEST = 100, 10_000
WRONG = "32000"
TIMES = {"create_time", "last_modified_time"}
OURS = {"owner": Field("list", required=True), "tickethub_key__c": Field(most=100)}
KEPT = {name: Field("integer", read_only=True) for name in TIMES} | {
    "_id": Field(read_only=True),
    "life_status": Field(read_only=True),
}
OBJECTS: Mapping[str, Mapping[str, Field]] = {
    "AccountObj": KEPT
    | OURS
    | {
        "name": Field(required=True, most=256),
        "account_no": Field(read_only=True),
        "tel": Field(most=100),
        "email": Field(most=256, pattern=r"[^@\s]+@[^@\s]+"),
        "address": Field(most=300),
    },
    "ContactObj": KEPT
    | OURS
    | {
        "name": Field(required=True, most=256),
        "account_id": Field(),
        "job_title": Field(most=100),
        "mobile1": Field(most=100),
        "email": Field(most=256, pattern=r"[^@\s]+@[^@\s]+"),
    },
    "CasesObj": KEPT
    | OURS
    | {
        "name": Field(read_only=True),
        "account_id": Field(),
        "tickethub_number__c": Field(most=100),
        "tickethub_subject__c": Field(most=200),
        "tickethub_status__c": Field(values=frozenset({"open", "completed", "closed", "cancelled"})),
        "tickethub_remedy__c": Field(most=2000),
        "tickethub_closed_at__c": Field("integer"),
    },
}
NUMBERED: Mapping[str, tuple[str, str]] = {"AccountObj": ("account_no", "KH"), "CasesObj": ("name", "GD")}
REFERENCES = {"account_id": "AccountObj"}
COMPARED: Mapping[str, Callable[[Any, list[Any]], bool]] = {
    "EQ": lambda told, values: told == values[0],
    "N": lambda told, values: told != values[0],
    "GT": lambda told, values: told is not None and told > values[0],
    "GTE": lambda told, values: told is not None and told >= values[0],
    "LT": lambda told, values: told is not None and told < values[0],
    "LTE": lambda told, values: told is not None and told <= values[0],
    "IN": lambda told, values: told in values,
}


class Fxiaoke(Twin):
    """One company. ``tokens`` counts those that were granted, ``flows`` the writes that started flows of the CRM."""

    connector = "fxiaoke"
    settings: ClassVar[Mapping[str, Any]] = {"app_id": APP["appId"], "user_id": USER}
    secrets: ClassVar[Mapping[str, str]] = {"app_secret": APP["appSecret"], "permanent_code": APP["permanentCode"]}

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self.rows.grain = timedelta(milliseconds=1)
        self.limit = RateLimit(100, timedelta(seconds=20))
        self.token_limit = RateLimit(10, timedelta(minutes=1))
        self.granting = threading.Lock()
        self.tokens = 0
        self.flows = 0
        self.refused: list[str] = []
        self._token: tuple[str, datetime] | None = None
        self._traces: set[str] = set()

    def routes(self, app: Flask) -> None:
        """The calls; an address that there is not is a 200 too."""
        calls: dict[str, Callable[[Doc], Doc]] = {
            "object/describe": self._describe,
            "data/query": self._query,
            "data/create": self._create,
            "data/update": self._update,
            "data/invalid": self._invalid,
            "data/delete": self._delete,
        }
        app.add_url_rule("/oauth2.0/token", view_func=self._granted, methods=["POST"])
        for path, call in calls.items():
            app.add_url_rule(f"/cgi/crm/v2/{path}", path, self._called(path, call), methods=["POST"])
        app.register_error_handler(404, lambda _: self.refusal(RefusedError(200, "10006", "the request is not exists")))

    def refusal(self, error: RefusedError) -> Response:
        """A 200 with a code; what the limits refuse is kept apart from what is wrong."""
        code = int(error.code) if error.code.lstrip("-").isdecimal() else int(WRONG)
        self.refused.append(f"{code} {error.reason}")
        return jsonify({"errorCode": code, "errorMessage": error.reason, "traceId": "E-O.2"})

    def end_token(self) -> None:
        """The token ends before its time."""
        self._token = None

    # --- who calls

    def _granted(self) -> Response:
        if not self.granting.acquire(blocking=False):
            raise RefusedError(200, "14001", "another token is being granted")
        try:
            self._traced(request.args.get("thirdTraceId", ""))
            if self.token_limit.wait("token", self.clock()):
                raise RefusedError(200, "14001", "ten tokens a minute")
            told = body_of()
            exactly(told, {*APP, "grantType"})
            for name, code in (("appId", "11001"), ("appSecret", "10006"), ("permanentCode", "20015")):
                if told[name] != APP[name]:
                    raise RefusedError(200, code, f"wrong {name}")
            if told["grantType"] != "app_secret":
                raise RefusedError(200, WRONG, "wrong grantType")
            self.tokens += 1
            token = secrets.token_hex(16)
            self._token = (token, self.clock() + timedelta(seconds=LASTS))
            return done(accessToken=token, expiresIn=LASTS, ea=EA, appId=APP["appId"], openUserId="FSUID_1")
        finally:
            self.granting.release()

    def _called(self, path: str, call: Callable[[Doc], Doc]) -> Callable[[], Response]:
        def answered() -> Response:
            self._known()
            trace = request.args.get("thirdTraceId", "")
            if not is_uuid4(trace):
                raise RefusedError(200, WRONG, "thirdTraceId is no UUID of version 4")
            self._traced(trace)
            if self.limit.wait(path, self.clock()):
                raise RefusedError(200, "14001", "100 calls in 20 seconds")
            with self.rows.lock:
                return done(**call(body_of()))

        return answered

    def _traced(self, trace: str) -> None:
        with self.rows.lock:
            if not trace or trace in self._traces:
                raise RefusedError(200, WRONG, "thirdTraceId is missing, or came before")
            self._traces.add(trace)

    def _known(self) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or request.headers.get("x-fs-ea") != EA:
            raise RefusedError(200, "20017", "the corpId or authorization is missing")
        if self._token is None or token != self._token[0] or self.clock() >= self._token[1]:
            raise RefusedError(200, "20016", "the corpAccessToken or authorization is error")
        if request.headers.get("x-fs-userid") != USER:
            raise RefusedError(200, "30027", "no such employee")

    # --- what they ask

    def _describe(self, told: Doc) -> Doc:
        name = told["data"]["apiName"]
        fields = {field: {"api_name": field, "type": one.form} for field, one in fields_of(name).items()}
        return {"data": {"describe": {"api_name": name, "fields": fields}}}

    def _query(self, told: Doc) -> Doc:
        exactly(told, {"data"})
        data = told["data"]
        exactly(data, {"dataObjectApiName", "find_explicit_total_num", "search_query_info"})
        asked = data["search_query_info"]
        exactly(asked, {"limit", "offset", "filters", "orders", "fieldProjection"})
        kind, fields = data["dataObjectApiName"], fields_of(data["dataObjectApiName"])
        limit, offset = paged(asked)
        found = [told_of(row) for row in self.rows.of(kind)]
        for condition in asked["filters"]:
            found = [doc for doc in found if meets(fields, condition, doc)]
        for order in reversed(asked["orders"]):
            exactly(order, {"fieldName", "isAsc"})
            known(fields, order["fieldName"])
            if not isinstance(order["isAsc"], bool):
                raise RefusedError(200, WRONG, "isAsc is true or false")
            found.sort(key=lambda doc, name=order["fieldName"]: doc.get(name), reverse=not order["isAsc"])  # type: ignore[misc] # bound now
        for name in asked["fieldProjection"]:
            known(fields, name)
        wanted = {*asked["fieldProjection"]}
        page = [{n: v for n, v in doc.items() if n in wanted} for doc in found[offset : offset + limit]]
        return {"data": {"dataList": page, "offset": offset, "limit": limit, "total": 0}}

    def _create(self, told: Doc) -> Doc:
        kind, doc = self._written(told)
        check(fields_of(kind), doc, making=True)
        self._refer(doc)
        number = next(self.rows.numbers)
        row_id = f"{int(self.clock().timestamp()):08x}{number:016x}"
        numbered = {field: f"{word}{number:06}" for field, word in [NUMBERED[kind]]} if kind in NUMBERED else {}
        self.rows.add(kind, {**doc, **numbered, "life_status": "normal"}, row_id)
        return {"dataId": row_id}

    def _update(self, told: Doc) -> Doc:
        kind, doc = self._written(told)
        row = self._row(kind, doc.pop("_id", None))
        if "owner" in doc:
            raise RefusedError(200, WRONG, "the owner is changed by changeOwner")
        check(fields_of(kind), doc, making=False)
        self._refer(doc)
        self.rows.change(kind, row.id, doc)
        return {}

    def _invalid(self, told: Doc) -> Doc:
        row = self._row(told["data"]["dataObjectApiName"], told["data"]["object_data_id"])
        self.rows.change(told["data"]["dataObjectApiName"], row.id, {"life_status": "invalid"})
        return {}

    def _delete(self, told: Doc) -> Doc:
        kind = told["data"]["dataObjectApiName"]
        rows = [self._row(kind, one) for one in told["data"]["idList"]]
        if any(row.doc["life_status"] != "invalid" for row in rows):
            raise RefusedError(200, WRONG, "only what is invalid may be deleted")
        for row in rows:
            self.rows.remove(kind, row.id)
        return {}

    def _written(self, told: Doc) -> tuple[str, Doc]:
        exactly(
            {**told, "triggerWorkFlow": 0, "triggerApprovalFlow": 0}, {"data", "triggerWorkFlow", "triggerApprovalFlow"}
        )
        exactly(told["data"], {"object_data"})
        doc = dict(told["data"]["object_data"])
        self.flows += told.get("triggerWorkFlow", True) or told.get("triggerApprovalFlow", True)
        return doc.pop("dataObjectApiName", ""), doc

    def _row(self, kind: str, row_id: Any) -> Row:
        row = self.rows.get(kind, str(row_id)) if fields_of(kind) else None
        if row is None:
            raise RefusedError(200, WRONG, "no such record")
        return row

    def _refer(self, doc: Doc) -> None:
        for name, kind in REFERENCES.items():
            if doc.get(name) is not None and self.rows.get(kind, doc[name]) is None:
                raise RefusedError(200, WRONG, f"{name} leads nowhere")


def done(**told: Any) -> Response:
    """A success."""
    return jsonify({**told, "errorCode": 0, "errorMessage": "OK", "errorDescription": "success", "traceId": "E-O.1"})


def body_of() -> Doc:
    """The JSON object that came."""
    told = request.get_json(silent=True)
    if not isinstance(told, dict) or not told:
        raise RefusedError(200, "12004", "no JSON object")
    return told


def exactly(told: Any, names: set[str]) -> None:
    """Nothing, where an object has these members and no others."""
    if not isinstance(told, dict) or told.keys() != names:
        raise RefusedError(200, WRONG, f"expected {', '.join(sorted(names))}")


def is_uuid4(text: str) -> bool:
    """Whether it is a UUID of version 4 as it is written."""
    try:
        return str(uuid.UUID(text)) == text and uuid.UUID(text).version == 4  # noqa: PLR2004 - the version
    except ValueError:
        return False


def fields_of(kind: Any) -> Mapping[str, Field]:
    """The fields of an object."""
    if kind not in OBJECTS:
        raise RefusedError(200, WRONG, f"no such object: {kind}")
    return OBJECTS[kind]


def known(fields: Mapping[str, Field], name: Any) -> None:
    """Nothing, where there is such a field."""
    if name not in fields:
        raise RefusedError(200, WRONG, f"no such field: {name}")


def paged(asked: Doc) -> tuple[int, int]:
    """Limit and offset."""
    limit, offset = asked["limit"], asked["offset"]
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in (limit, offset)):
        raise RefusedError(200, WRONG, "limit and offset are whole numbers")
    if not 0 < limit <= MOST or offset < 0 or offset % limit:
        raise RefusedError(200, WRONG, "limit is at most 100, and offset a multiple of it")
    if offset > FURTHEST:
        raise RefusedError(200, "10013", "offset out of range 10000")
    return limit, offset


def meets(fields: Mapping[str, Field], condition: Any, doc: Doc) -> bool:
    """Whether a record meets a condition; times are asked for as texts of milliseconds."""
    exactly(condition, {"field_name", "operator", "field_values"})
    name, values = condition["field_name"], condition["field_values"]
    known(fields, name)
    if condition["operator"] not in COMPARED or not isinstance(values, list) or not values:
        raise RefusedError(200, WRONG, "no such operator, or no list of values")
    if not all(isinstance(value, str) for value in values):
        raise RefusedError(200, WRONG, "values are texts")
    told = doc.get(name)
    if name in TIMES:
        values = [int(value) for value in values]
    return COMPARED[condition["operator"]](told, values)


def told_of(row: Row) -> Doc:
    """A record as it is told: empty fields are left out."""
    doc = {
        "_id": row.id,
        **row.doc,
        "create_time": int(row.created_at.timestamp() * 1000),
        "last_modified_time": int(row.changed_at.timestamp() * 1000),
    }
    return {name: value for name, value in doc.items() if value not in (None, "", [])}


TWIN = Fxiaoke
