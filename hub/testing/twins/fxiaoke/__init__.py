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
from hub.testing.twin.fields import check
from hub.testing.twin.limits import RateLimit
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Row
from hub.testing.twin.twin import Clock, Twin
from hub.testing.twins.fxiaoke.objects import NUMBERED, REFERENCES, WRONG, exactly, fields_of, known
from hub.testing.twins.fxiaoke.queries import meets, paged, told_of

APP = {"appId": "FSAID_1", "appSecret": "secret-of-the-twin", "permanentCode": "PERMANENT-1"}
EA = "company1"
USER = "1000"
LASTS = 7200


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

    def fill(self) -> None:
        """A clinic and a hotel; what the clinic bought, what holds with it, and what it wants now."""
        clinic = self._kept("AccountObj", name="东方诊所 Dongfang Clinic", tel="021-12345678", address="人民路12号")
        hotel = self._kept("AccountObj", name="北海大酒店 Beihai Hotel", tel="+86 10 6888 0000")
        self._kept("ContactObj", name="李娜 Li Na", account_id=clinic, job_title="护士长", mobile1="13511112222")
        self._kept("ContactObj", name="Wang Wei 王伟", account_id=hotel, email="wang.wei@beihai.example")
        self._kept(
            "CasesObj", account_id=clinic, tickethub_subject__c="冷水机报警 Chiller alarm", tickethub_status__c="open"
        )
        order = self._kept("SalesOrderObj", name="SO-0001", account_id=clinic, order_amount=632.8)
        self._kept("SalesOrderProductObj", order_id=order, product_id__r="风扇 Fan", quantity=2, sales_price=316.4)
        self._kept("SaleContractObj", name="HT-0001", account_id=clinic)
        self._kept("LeadsObj", name="赵敏 Zhao Min", company="西湖医院")

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
        return {"dataId": self._kept(kind, **doc)}

    def _kept(self, kind: str, **doc: Any) -> str:
        """Write a new record down under an id, and a number where its object has one; gives the id."""
        number = next(self.rows.numbers)
        row_id = f"{int(self.clock().timestamp()):08x}{number:016x}"
        numbered = {field: f"{word}{number:06}" for field, word in [NUMBERED[kind]]} if kind in NUMBERED else {}
        self.rows.add(kind, {"owner": [USER], **doc, **numbered, "life_status": "normal"}, row_id)
        return row_id

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
        for one in doc.get("related_object_data") or ():
            exactly(one, {"describe_api_name", "id"})
            if fields_of(one["describe_api_name"]) and self.rows.get(one["describe_api_name"], str(one["id"])) is None:
                raise RefusedError(200, WRONG, "related_object_data leads nowhere")


def done(**told: Any) -> Response:
    """A success."""
    return jsonify({**told, "errorCode": 0, "errorMessage": "OK", "errorDescription": "success", "traceId": "E-O.1"})


def body_of() -> Doc:
    """The JSON object that came."""
    told = request.get_json(silent=True)
    if not isinstance(told, dict) or not told:
        raise RefusedError(200, "12004", "no JSON object")
    return told


def is_uuid4(text: str) -> bool:
    """Whether it is a UUID of version 4 as it is written."""
    try:
        return str(uuid.UUID(text)) == text and uuid.UUID(text).version == 4  # noqa: PLR2004 - the version
    except ValueError:
        return False


TWIN = Fxiaoke
