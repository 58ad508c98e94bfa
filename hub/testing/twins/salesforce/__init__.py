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

from hub.testing.twin.limits import RateLimit
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.twin import Clock, Twin
from hub.testing.twins.salesforce.objects import BASE, told_of
from hub.testing.twins.salesforce.reading import Reading
from hub.testing.twins.salesforce.writing import USER, Writing

CLIENT = {"client_id": "3MVG9.twin", "client_secret": "secret-of-the-twin"}
AUDIENCE = "https://login.salesforce.com"
IDLE = timedelta(hours=2)  # a session that nobody uses ends
LONGEST = 16_384  # bytes of an address
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Salesforce(Twin):
    """One org; ``public_key`` is that of the app's certificate, ``tokens`` counts those that were granted."""

    connector = "salesforce"
    settings: ClassVar[Mapping[str, Any]] = {"client_id": CLIENT["client_id"]}
    secrets: ClassVar[Mapping[str, str]] = {"client_secret": CLIENT["client_secret"]}

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self.limit = RateLimit(15_000, timedelta(days=1))
        self.public_key: Any = None
        self.tokens = 0
        self.refused: list[str] = []
        self._sessions: dict[str, datetime] = {}

    def routes(self, app: Flask) -> None:
        """The calls, and what all of them have in common."""
        self.reading, self.writing = Reading(self.rows), Writing(self.rows)
        app.before_request(self._let_in)
        app.after_request(self._counted)
        app.add_url_rule("/services/oauth2/token", view_func=self._granted, methods=["POST"])
        rules: tuple[tuple[str, str, Callable[..., Any]], ...] = (
            ("/", "GET", self.reading.resources),
            ("/query", "GET", lambda: self.reading.queried(bin_too=False)),
            ("/queryAll", "GET", lambda: self.reading.queried(bin_too=True)),
            ("/query/<locator>", "GET", self.reading.more),
            ("/sobjects/<kind>/describe", "GET", self.reading.describe),
            ("/sobjects/<kind>", "POST", self.writing.create),
            ("/sobjects/<kind>/<row_id>", "PATCH", self.writing.update),
            ("/sobjects/<kind>/<field>/<value>", "PATCH", self.writing.upsert),
            ("/composite/sobjects", "PATCH", self.writing.update_many),
            ("/composite/sobjects/<kind>/<field>", "PATCH", self.writing.upsert_many),
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

    def fill(self) -> None:
        """A clinic and a hotel with a person each, and a case of the clinic."""
        clinic = self.add("Account", Name="东方诊所 Dongfang Clinic", Phone="021-12345678", BillingCity="上海")
        hotel = self.add("Account", Name="北海大酒店 Beihai Hotel", Phone="+86 10 6888 0000")
        nurse = self.add("Contact", FirstName="Na", LastName="Li 李", AccountId=clinic, MobilePhone="13511112222")
        self.add("Contact", FirstName="Wei", LastName="Wang 王", AccountId=hotel, Email="wang.wei@beihai.example")
        case = {"Subject": "冷水机报警 Chiller alarm", "Status": "New", "Priority": "High", "Origin": "Phone"}
        self.add("Case", AccountId=clinic, ContactId=nurse, **case)

    # --- what people over there do

    def add(self, kind: str, **doc: Any) -> str:
        """Somebody makes a record; says its id."""
        return self.writing.add(kind, doc).id

    def comment(self, case_id: str, text: str, *, published: bool = False, by: str = "Wang Li") -> str:
        """Somebody comments on a case; says its id."""
        known = (row.id for row in self.rows.of("User") if row.doc["Name"] == by)
        author = next(known, None) or self.add("User", Username=by, Name=by)
        return self.add("CaseComment", ParentId=case_id, CommentBody=text, IsPublished=published, CreatedById=author)

    def delete(self, kind: str, row_id: str) -> None:
        """Somebody moves a record to the recycle bin."""
        self.rows.remove(kind, row_id)

    def merge(self, kind: str, loser: str, winner: str) -> None:
        """Somebody merges a record into another one."""
        self.rows.by_kind[kind][loser].doc["MasterRecordId"] = winner
        self.rows.remove(kind, loser)

    def convert(self, lead_id: str) -> None:
        """Somebody converts a lead."""
        self.rows.change("Lead", lead_id, {"Status": "Closed - Converted", "IsConverted": True})

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


TWIN = Salesforce
