"""Snipe-IT 8 over its REST API.

Strict where its published source is: who asks for no JSON is sent to the log-in page; most refusals are a 200 that says
error; texts come with the escapes of HTML, times without a zone; an unknown field is passed over without a word;
archived assets are left out of the listing; a tag and a serial number are unique among what is not deleted; 120
requests a minute and no more. A maintenance is like any other: nothing about it has to be unique. A custom field is
passed over for an asset whose model has none.
"""

from collections.abc import Callable, Container, Mapping
from datetime import date, datetime, timedelta
from html import escape
from typing import Any, ClassVar

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as Answer

from hub.testing.twin.limits import RateLimit
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Row
from hub.testing.twin.twin import Clock, Twin

TOKEN = "only-for-trying"  # noqa: S105 - of a fake
CAP = 500  # rows of a page, whatever is asked for
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
FILTERS: Mapping[str, tuple[str, ...]] = {
    "hardware": ("asset_tag", "serial", "status_id", "model_id", "location_id", "company_id"),
    "models": ("name", "model_number"),
    "locations": ("name", "city", "zip", "country"),
    "companies": ("name", "email"),
    "statuslabels": ("name",),
    "maintenances": ("asset_id", "supplier_id", "asset_maintenance_type"),
}
SORTED: Mapping[str, tuple[str, ...]] = {
    "hardware": ("id", "asset_tag", "serial", "name", "created_at", "updated_at"),
    "models": ("id", "name", "model_number", "created_at", "updated_at"),
    "locations": ("id", "name", "created_at", "updated_at"),
    "companies": ("id", "name", "created_at", "updated_at"),
    "statuslabels": ("id", "name", "created_at"),
    "maintenances": ("id", "name", "start_date", "completion_date", "notes", "is_warranty"),
}
FILLABLE: Mapping[str, int | None] = {  # of an asset, with the most characters that each takes
    "asset_tag": 255, "serial": 255, "name": 255, "notes": 65535, "order_number": 191, "model_id": None,
    "status_id": None, "company_id": None, "location_id": None, "rtd_location_id": None, "purchase_date": None,
    "warranty_months": None, "_snipeit_pressure_1": 65535,
}  # fmt: skip
PRESSURE = "_snipeit_pressure_1"  # the column of a custom field, which only chillers have
MAINTENANCE = (
    "name", "asset_id", "asset_maintenance_type", "start_date", "completion_date", "is_warranty", "notes",
)  # fmt: skip
SEARCHED = ("name", "notes", "asset_maintenance_type", "start_date", "completion_date")
DAYS = ("start_date", "completion_date")
NAME_LENGTH = 100  # of a maintenance
REFERENCES: Mapping[str, str] = {
    "model_id": "models",
    "status_id": "statuslabels",
    "company_id": "companies",
    "location_id": "locations",
    "rtd_location_id": "locations",
}
REQUIRED = ("asset_tag", "model_id", "status_id")
Record = dict[str, Any]


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
            told = {
                "status": "error", "messages": error.reason, "status_code": 429,
                "retryAfter": int(error.headers["Retry-After"]),
            }  # fmt: skip
            answer = jsonify(told)
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
        asked = request.args
        with self.rows.lock:
            found = [row for row in self.rows.of(self._known(kind)) if self._is_listed(kind, row)]
            for name in FILTERS[kind]:
                if asked.get(name):
                    found = [row for row in found if str(row.doc.get(name, "")).lower() == asked[name].lower()]
            if kind == "maintenances" and asked.get("search"):
                found = [row for row in found if self._mentions(row, asked["search"])]
            sort = asked.get("sort", "")
            found.sort(
                key=self._order(sort if sort in SORTED[kind] else "created_at"), reverse=asked.get("order") != "asc"
            )
            offset = min(self._whole("offset", 0), len(found))
            page = found[offset : offset + min(CAP, self._whole("limit", 50) or CAP)]
            return jsonify({"total": len(found), "rows": [self._told(kind, row) for row in page]})

    def _is_listed(self, kind: str, row: Row) -> bool:
        status = request.args.get("status", "")
        if kind not in {"hardware", "models"} or status.lower() == "deleted":
            is_wanted = status.lower() == "deleted" if kind in {"hardware", "models"} else False
            return (row.doc.get("deleted_at") is not None) == is_wanted
        if row.doc.get("deleted_at") is not None:
            return False
        if kind == "hardware" and not request.args.get("status_id"):
            return (self._status_type(row) == "archived") == (status == "Archived")
        return True

    def _mentions(self, row: Row, sought: str) -> bool:
        """Whether a maintenance or its asset holds the text somewhere; " OR " stands between two texts."""
        asset = self.rows.by_kind["hardware"][str(row.doc["asset_id"])].doc
        texts = [row.doc.get(name) for name in SEARCHED] + [asset.get(name) for name in ("name", "asset_tag", "serial")]
        return any(part.lower() in str(text or "").lower() for part in sought.split(" OR ") for text in texts)

    @staticmethod
    def _order(name: str) -> Callable[[Row], Any]:
        if name in {"created_at", "updated_at"}:
            return lambda row: (row.created_at if name == "created_at" else row.changed_at, int(row.id))
        return lambda row: int(row.id) if name == "id" else str(row.doc.get(name) or "")

    @staticmethod
    def _whole(name: str, default: int) -> int:
        text = request.args.get(name, "")
        return int(text) if text.isdecimal() else default

    def _show(self, kind: str, row_id: int) -> Response:
        row = self.rows.get(self._known(kind), str(row_id))
        if row is None or (kind != "hardware" and row.doc.get("deleted_at") is not None):
            raise RefusedError(200, "absent", f"{NAMES[kind]} {ABSENT}")
        return jsonify(self._told(kind, row))

    @staticmethod
    def _known(kind: str) -> str:
        if kind not in NAMES:
            raise RefusedError(404, "endpoint", "404 endpoint not found")
        return kind

    # --- writing

    def _store(self) -> Response:
        with self.rows.lock:
            doc = self._checked(self._sent(), None)
            return self._success(self.rows.add("hardware", doc), "Asset created successfully. :)")

    def _update(self, row_id: int) -> Response:
        with self.rows.lock:
            row = self.rows.get("hardware", str(row_id))
            if row is None or row.doc.get("deleted_at") is not None:
                raise RefusedError(200, "absent", "Asset not found")
            sent = self._sent()
            if "rtd_location_id" in sent and "location_id" not in sent:
                sent["location_id"] = sent["rtd_location_id"]
            changed = {name: value for name, value in self._checked(sent, row).items() if value != row.doc.get(name)}
            if changed:
                row = self.rows.change("hardware", row.id, changed)
            return self._success(row, "Asset updated successfully.")

    def _begin(self) -> Response:
        with self.rows.lock:
            doc = self._maintained({"is_warranty": False} | self._sent(MAINTENANCE))
            return self._success(self.rows.add("maintenances", doc), "Maintenance created successfully.")

    def _mend(self, row_id: int) -> Response:
        with self.rows.lock:
            row = self.rows.get("maintenances", str(row_id))
            if row is None:
                raise RefusedError(200, "absent", "Maintenance not found")
            doc = self._maintained({**row.doc, **self._sent(MAINTENANCE)})
            changed = {name: value for name, value in doc.items() if value != row.doc.get(name)}
            if changed:
                row = self.rows.change("maintenances", row.id, changed)
            return self._success(row, "Maintenance edited successfully.")

    def _maintained(self, doc: Record) -> Record:
        """A maintenance as it is to be kept. Nothing about it has to be unique."""
        for name in ("asset_id", "asset_maintenance_type", "name", "start_date"):
            if doc.get(name) is None:
                raise RefusedError(200, "missing", f"The {name} field is required.", field=name)
        if not self._is_there("hardware", doc["asset_id"]):
            raise RefusedError(200, "value", "The selected asset_id is invalid.", field="asset_id")
        if not isinstance(doc["name"], str) or len(doc["name"]) > NAME_LENGTH:
            raise RefusedError(200, "form", "The name may not be greater than 100 characters.", field="name")
        if doc["is_warranty"] not in (True, False, 0, 1, "0", "1"):
            raise RefusedError(200, "form", "The is warranty field must be true or false.", field="is_warranty")
        for name in DAYS:
            self._check_date(doc.get(name), name)
        if doc.get("completion_date") is not None and doc["completion_date"] < doc["start_date"]:
            words = "The completion date must be a date after or equal to start date."
            raise RefusedError(200, "order", words, field="completion_date")
        return doc

    @staticmethod
    def _sent(names: Container[str] = FILLABLE) -> Record:
        """What was sent, without what it does not know; texts are trimmed, and blank ones are nothing."""
        told = request.get_json(silent=True)
        if not isinstance(told, dict):
            raise RefusedError(422, "json", "Invalid JSON")
        known = {name: value for name, value in told.items() if name in names}
        return {name: (value.strip() or None) if isinstance(value, str) else value for name, value in known.items()}

    def _checked(self, sent: Record, row: Row | None) -> Record:
        doc = {**(row.doc if row else {}), **sent}
        for name in REQUIRED:
            if doc.get(name) is None:
                raise RefusedError(200, "missing", f"The {name} field is required.", field=name)
        for name, kind in REFERENCES.items():
            if doc.get(name) is not None and not self._is_there(kind, doc[name]):
                raise RefusedError(200, "value", f"The selected {name} is invalid.", field=name)
        for name, most in FILLABLE.items():
            value = doc.get(name)
            if most is not None and value is not None and (not isinstance(value, str) or len(value) > most):
                raise RefusedError(200, "form", f"The {name} must be a string of {most} characters.", field=name)
        if not self._has_pressure(doc):
            doc.pop(PRESSURE, None)
        self._check_date(doc.get("purchase_date"))
        self._check_unique(doc, row)
        return doc

    def _is_there(self, kind: str, row_id: Any) -> bool:
        is_number = isinstance(row_id, int) and not isinstance(row_id, bool)
        row = self.rows.get(kind, str(row_id)) if is_number else None
        return row is not None and row.doc.get("deleted_at") is None

    @staticmethod
    def _check_date(value: Any, name: str = "purchase_date") -> None:
        try:
            if value is None or date.fromisoformat(value).isoformat() == value:
                return
        except (TypeError, ValueError):
            pass
        words = f"The {name.replace('_', ' ')} is not a valid date."
        raise RefusedError(200, "form", words, field=name)

    def _check_unique(self, doc: Record, row: Row | None) -> None:
        others = [
            one
            for one in self.rows.of("hardware")
            if one.doc.get("deleted_at") is None and (not row or one.id != row.id)
        ]
        for name in ("asset_tag", "serial"):
            value = doc.get(name)
            if value and any(str(one.doc.get(name) or "").lower() == value.lower() for one in others):
                raise RefusedError(200, "unique", f"The {name} must be unique.", field=name)

    def _success(self, row: Row, words: str) -> Response:
        """The flat record: references as ids, no escapes."""
        flat = {**row.doc, "id": int(row.id), "updated_at": row.changed_at.isoformat()}
        return jsonify({"status": "success", "messages": words, "payload": flat})

    # --- telling

    def _told(self, kind: str, row: Row) -> Record:
        doc = {"id": int(row.id), "created_at": when(row.created_at), "updated_at": when(row.changed_at)}
        if kind in {"hardware", "models"}:
            doc["deleted_at"] = when(row.doc.get("deleted_at"))
        told: Record = getattr(self, f"_{kind}")(row)
        return doc | told

    def _hardware(self, row: Row) -> Record:
        doc = row.doc
        label = self.rows.by_kind["statuslabels"][str(doc["status_id"])]
        months = doc.get("warranty_months")
        bought = doc.get("purchase_date")
        ends = later(date.fromisoformat(bought), months) if bought and months else None
        return {
            "name": e(doc.get("name")),
            "asset_tag": e(doc["asset_tag"]),
            "serial": e(doc.get("serial")),
            "model": self._named("models", doc["model_id"]),
            "status_label": {
                "id": int(label.id), "name": e(label.doc["name"]), "status_type": label.doc["type"],
                "status_meta": label.doc["type"],
            },
            "notes": e(doc.get("notes")) or None,
            "company": self._named("companies", doc.get("company_id")),
            "location": self._named("locations", doc.get("location_id")),
            "rtd_location": self._named("locations", doc.get("rtd_location_id")),
            "assigned_to": None,
            "warranty_months": f"{months} months" if months else None,
            "warranty_expires": day(ends),
            "purchase_date": day(date.fromisoformat(bought)) if bought else None,
            "custom_fields": self._custom_fields(row),
        }  # fmt: skip

    def _has_pressure(self, doc: Record) -> bool:
        return bool(self.rows.by_kind["models"][str(doc["model_id"])].doc.get("category") == "Cooling")

    def _custom_fields(self, row: Row) -> Record:
        """By their labels, where the model has a set of them."""
        if not self._has_pressure(row.doc):
            return {}
        told = {"field": PRESSURE, "value": e(row.doc.get(PRESSURE)), "field_format": "ANY", "element": "text"}
        return {"Pressure": told}

    def _maintenances(self, row: Row) -> Record:
        doc = row.doc
        asset = self.rows.by_kind["hardware"][str(doc["asset_id"])]
        known = {name: e(asset.doc.get(name)) or None for name in ("name", "asset_tag", "serial")}
        days = {name: day(date.fromisoformat(doc[name])) if doc.get(name) else None for name in DAYS}
        return {
            "asset": {"id": int(asset.id), **known},
            "name": e(doc["name"]),
            "title": e(doc["name"]),
            "notes": e(doc.get("notes")).replace("\n", "<br />\n") or None,  # it is told marked up
            "asset_maintenance_type": e(doc["asset_maintenance_type"]),
            **days,
            "is_warranty": doc["is_warranty"] in (True, 1, "1"),
        }

    def _models(self, row: Row) -> Record:
        doc = row.doc
        told = {
            name: {"id": 1, "name": e(doc[name])} if doc.get(name) else None for name in ("category", "manufacturer")
        }
        return {"name": e(doc["name"]), "model_number": e(doc.get("model_number")) or None, **told}

    def _locations(self, row: Row) -> Record:
        names = ("address", "address2", "city", "state", "zip", "country")
        told = {name: e(row.doc.get(name)) or None for name in names}
        return {"name": e(row.doc["name"]), **told, "company": self._named("companies", row.doc.get("company_id"))}

    def _companies(self, row: Row) -> Record:
        return {"name": e(row.doc["name"]), **{name: e(row.doc.get(name)) or None for name in ("phone", "email")}}

    def _statuslabels(self, row: Row) -> Record:
        return {"name": e(row.doc["name"]), "type": row.doc["type"]}

    def _status_type(self, row: Row) -> str:
        return str(self.rows.by_kind["statuslabels"][str(row.doc["status_id"])].doc["type"])

    def _named(self, kind: str, row_id: int | None) -> Record | None:
        row = None if row_id is None else self.rows.get(kind, str(row_id))
        return None if row is None else {"id": int(row.id), "name": e(row.doc["name"])}

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


def e(text: str | None) -> str:
    """A text as it is told."""
    return escape(text or "").replace("&#x27;", "&#039;")


def when(at: datetime | None) -> Record | None:
    """A time of the server, which is in UTC here."""
    if at is None:
        return None
    return {"datetime": at.strftime("%Y-%m-%d %H:%M:%S"), "formatted": at.strftime("%a %b %d, %Y %I:%M%p")}


def day(on: date | None) -> Record | None:
    """A date."""
    return None if on is None else {"date": on.isoformat(), "formatted": on.strftime("%a %b %d, %Y")}


def later(on: date, months: int) -> date:
    """So many months later; the last day of a shorter month."""
    years, month = divmod(on.month - 1 + int(months), 12)
    for back in range(4):
        try:
            return date(on.year + years, month + 1, on.day - back)
        except ValueError:
            continue
    raise ValueError(on)


TWIN = SnipeIt
