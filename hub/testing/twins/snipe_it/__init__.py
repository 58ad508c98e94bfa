"""Snipe-IT 8 over its REST API.

Strict where its published source is: who asks for no JSON is sent to the log-in page; most refusals are a 200 that says
error; texts come with the escapes of HTML, times without a zone; an unknown field is passed over without a word;
archived assets are left out of the listing; a tag and a serial number are unique among what is not deleted; 120
requests a minute and no more. A maintenance is like any other: nothing about it has to be unique. A custom field is
passed over for an asset whose model has none.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as Answer

from hub.testing.twin.limits import RateLimit
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Row
from hub.testing.twin.twin import Clock, Twin
from hub.testing.twins.snipe_it.assets import FILLABLE, checked
from hub.testing.twins.snipe_it.checks import sent
from hub.testing.twins.snipe_it.listing import listed
from hub.testing.twins.snipe_it.maintenances import MAINTENANCE, maintained
from hub.testing.twins.snipe_it.telling import told

TOKEN = "only-for-trying"  # noqa: S105 - of a fake
MINUTE = timedelta(minutes=1)
ABSENT = "does not exist."
NAMES: Mapping[str, str] = {
    "hardware": "Asset",
    "models": "AssetModel",
    "locations": "Location",
    "companies": "Company",
    "statuslabels": "Statuslabel",
    "maintenances": "Maintenance",
}


class SnipeIt(Twin):
    """One inventory with two companies, their places, two models and three assets."""

    connector = "snipe_it"
    secrets: ClassVar[Mapping[str, str]] = {"token": TOKEN}

    def __init__(self, clock: Clock | None = None, *, per_minute: int = 120) -> None:
        self.limit = RateLimit(per_minute, MINUTE)
        super().__init__(clock)
        self._seed()

    def routes(self, app: Flask) -> None:
        """What it answers to, below /api/v1."""
        app.before_request(self._let_in)
        app.add_url_rule("/api/v1/version", view_func=self._version)
        app.add_url_rule("/api/v1/<kind>", view_func=self._list)
        app.add_url_rule("/api/v1/<kind>/<int:row_id>", view_func=self._show)
        app.add_url_rule("/api/v1/hardware", view_func=self._store, methods=["POST"])
        app.add_url_rule("/api/v1/hardware/<int:row_id>", view_func=self._update, methods=["PATCH", "PUT"])
        app.add_url_rule("/api/v1/maintenances", view_func=self._begin, methods=["POST"])
        app.add_url_rule("/api/v1/maintenances/<int:row_id>", view_func=self._mend, methods=["PATCH", "PUT"])
        app.register_error_handler(404, lambda _: self._error("404 endpoint not found", 404))
        app.register_error_handler(405, lambda _: self._error("Method not allowed", 405))

    def refusal(self, error: RefusedError) -> Response:
        """An answer that says error, most often with the status 200."""
        if error.status == 429:  # noqa: PLR2004 - too many requests
            body = {
                "status": "error", "messages": error.reason, "status_code": 429,
                "retryAfter": int(error.headers["Retry-After"]),
            }  # fmt: skip
            answer = jsonify(body)
        elif error.status == 401:  # noqa: PLR2004 - not known
            answer = jsonify({"error": error.reason})
        else:
            return self._error({error.field: [error.reason]} if error.field else error.reason, error.status)
        answer.status_code = error.status
        answer.headers.update(error.headers)
        return answer

    def delete(self, kind: str, row_id: str) -> None:
        """A person deletes a record over there: it is kept, with the time of that."""
        at = self.rows.stamp()
        self.rows.change(kind, row_id, {"deleted_at": at})

    def restore(self, kind: str, row_id: str) -> None:
        """A person takes a deleted record back."""
        self.rows.change(kind, row_id, {"deleted_at": None})

    # --- who may come in

    def _let_in(self) -> Answer | None:
        if "json" not in request.headers.get("Accept", ""):
            return redirect("/login")
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise RefusedError(401, "unknown", "Unauthorized or unauthenticated.")
        wait = self.limit.wait("api", self.clock())
        if wait is not None:
            seconds = str(int(wait.total_seconds()) + 1)
            headers = {"Retry-After": seconds, "X-RateLimit-Limit": str(self.limit.calls), "X-RateLimit-Remaining": "0"}
            raise RefusedError(429, "often", f"Too many requests. Try again in {seconds} seconds.", headers=headers)
        return None

    @staticmethod
    def _error(messages: Any, status: int) -> Response:
        answer = jsonify({"status": "error", "messages": messages, "payload": None})
        answer.status_code = status
        return answer

    # --- reading

    @staticmethod
    def _version() -> Response:
        version = "v8.3.4"
        return jsonify({"version": version, "build_version": "19000", "full_version": f"{version} - build 19000"})

    def _list(self, kind: str) -> Response:
        with self.rows.lock:
            return jsonify(listed(self.rows, self._known(kind)))

    def _show(self, kind: str, row_id: int) -> Response:
        row = self.rows.get(self._known(kind), str(row_id))
        if row is None or (kind != "hardware" and row.doc.get("deleted_at") is not None):
            raise RefusedError(200, "absent", f"{NAMES[kind]} {ABSENT}")
        return jsonify(told(self.rows, kind, row))

    @staticmethod
    def _known(kind: str) -> str:
        if kind not in NAMES:
            raise RefusedError(404, "endpoint", "404 endpoint not found")
        return kind

    # --- writing

    def _store(self) -> Response:
        with self.rows.lock:
            doc = checked(self.rows, sent(FILLABLE), None)
            return self._success(self.rows.add("hardware", doc), "Asset created successfully. :)")

    def _update(self, row_id: int) -> Response:
        with self.rows.lock:
            row = self.rows.get("hardware", str(row_id))
            if row is None or row.doc.get("deleted_at") is not None:
                raise RefusedError(200, "absent", "Asset not found")
            wanted = sent(FILLABLE)
            if "rtd_location_id" in wanted and "location_id" not in wanted:
                wanted["location_id"] = wanted["rtd_location_id"]
            doc = checked(self.rows, wanted, row)
            changed = {name: value for name, value in doc.items() if value != row.doc.get(name)}
            if changed:
                row = self.rows.change("hardware", row.id, changed)
            return self._success(row, "Asset updated successfully.")

    def _begin(self) -> Response:
        with self.rows.lock:
            doc = maintained(self.rows, {"is_warranty": False} | sent(MAINTENANCE))
            return self._success(self.rows.add("maintenances", doc), "Maintenance created successfully.")

    def _mend(self, row_id: int) -> Response:
        with self.rows.lock:
            row = self.rows.get("maintenances", str(row_id))
            if row is None:
                raise RefusedError(200, "absent", "Maintenance not found")
            doc = maintained(self.rows, {**row.doc, **sent(MAINTENANCE)})
            changed = {name: value for name, value in doc.items() if value != row.doc.get(name)}
            if changed:
                row = self.rows.change("maintenances", row.id, changed)
            return self._success(row, "Maintenance edited successfully.")

    def _success(self, row: Row, words: str) -> Response:
        """The flat record: references as ids, no escapes."""
        flat = {**row.doc, "id": int(row.id), "updated_at": row.changed_at.isoformat()}
        return jsonify({"status": "success", "messages": words, "payload": flat})

    def _seed(self) -> None:
        def add(kind: str, **doc: Any) -> int:
            return int(self.rows.add(kind, doc).id)

        ready = add("statuslabels", name="Ready to Deploy", type="deployable")
        add("statuslabels", name="Pending", type="pending")
        add("statuslabels", name="Out for Repair", type="undeployable")
        archived = add("statuslabels", name="Archived", type="archived")
        huaxin = add("companies", name="Huaxin Electronics 华信电子", phone="+86 21 6888 0000")
        add("companies", name="Beihai Hotel 北海大酒店")
        hall = add(
            "locations", name="Hall 3 & Yard", company_id=huaxin, address="88 Zhangyang Rd", city="上海", country="CN"
        )
        chiller = add(
            "models", name='Chiller <CH-200> 2"', model_number="CH-200", category="Cooling", manufacturer="Acme"
        )
        pump = add("models", name="Pump P & S", category="Pumps")
        base = {"company_id": huaxin, "location_id": hall, "status_id": ready}
        add("hardware", asset_tag="A-0001", serial="CH-7001", name="Chiller 1 & 2", model_id=chiller, **base)
        add("hardware", asset_tag="A-0002", serial="PU-1001", model_id=pump, **base)
        add("hardware", asset_tag="A-0003", serial="PU-0999", model_id=pump, **{**base, "status_id": archived})


TWIN = SnipeIt
