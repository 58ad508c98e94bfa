"""NetBox 4.6 over its REST API: devices, their types, roles, sites, tenants, and the log of what was deleted.

Strict where its source, tests and documents are: who has no token is refused with 403, an address without its last
slash is sent on, a page has 1,000 rows at most, a time is ISO, an attribute that nobody knows is passed over without a
word, what is sent for a known one has to fit, tags are unique, and If-Match is held against the ETag. Stricter than any
document: a filter that there is not is refused rather than passed over.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as Answer

from hub.domain.documents import Doc
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Row
from hub.testing.twin.twin import Clock, Twin
from hub.testing.twins.netbox.objects import CHANGES, CHECKS, KINDS, TYPES, told

TOKEN = "nbt_aB3dE5gH7jK9.only-for-trying"  # noqa: S105 - of a fake
VERSION = "4.6.2"
CAP, USUAL = 1000, 50  # rows of a page
COMMON = frozenset({"limit", "offset", "ordering", "brief"})
BOUNDS: Mapping[str, Callable[[datetime, datetime], bool]] = {
    "__gte": lambda at, bound: at >= bound,
    "_after": lambda at, bound: at >= bound,
    "__lte": lambda at, bound: at <= bound,
    "_before": lambda at, bound: at <= bound,
}


class NetBox(Twin):
    """One inventory; ``locks``: whether it gives ETags, as it does since 4.6."""

    connector = "netbox"
    secrets: ClassVar[Mapping[str, str]] = {"token": TOKEN}

    def __init__(self, clock: Clock | None = None, *, locks: bool = True) -> None:
        super().__init__(clock)
        self.rows.grain = timedelta(microseconds=1)
        self.locks = locks
        self.may_write = True  # whether the token does more than read
        self._seed()

    def routes(self, app: Flask) -> None:
        """What it answers to, below /api."""
        app.url_map.strict_slashes = True
        app.before_request(self._let_in)
        app.add_url_rule("/api/status/", view_func=lambda: jsonify({"netbox-version": VERSION, "plugins": {}}))
        app.add_url_rule("/api/<app>/<name>/", view_func=self._list)
        app.add_url_rule("/api/<app>/<name>/<int:row_id>/", view_func=self._show)
        app.add_url_rule("/api/<app>/<name>/", view_func=self._create, methods=["POST"])
        app.add_url_rule("/api/<app>/<name>/<int:row_id>/", view_func=self._update, methods=["PATCH"])
        app.register_error_handler(404, lambda _: self.refusal(RefusedError(404, "absent", "Not found.")))
        app.register_error_handler(405, lambda _: self.refusal(RefusedError(405, "method", "Method not allowed.")))

    def refusal(self, error: RefusedError) -> Response:
        """What is wrong with each field, or a detail."""
        answer = jsonify({error.field: [error.reason]} if error.field else {"detail": error.reason})
        answer.status_code = error.status
        return answer

    def delete(self, kind: str, row_id: str) -> None:
        """A person deletes a record over there: the change log keeps that."""
        self.rows.remove(kind, row_id)
        change = {"action": "delete", "changed_object_type": KINDS[kind].type, "changed_object_id": int(row_id)}
        self.rows.add(CHANGES, change)

    # --- who may come in

    def _let_in(self) -> Answer | None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            given = request.headers.get("Authorization", "")
            words = "Invalid v2 token" if given else "Authentication credentials were not provided."
            raise RefusedError(403, "unknown", words)
        if request.method != "GET" and not self.may_write:
            raise RefusedError(403, "right", "You do not have permission to perform this action.")
        return None if request.path.endswith("/") else redirect(f"{request.path}/")

    # --- reading

    def _list(self, app: str, name: str) -> Response:
        kind = known(f"{app}/{name}")
        asked = request.args
        if wrong := sorted(set(asked) - COMMON - set(KINDS[kind].filters)):
            raise RefusedError(400, "filter", "Unknown filter", field=wrong[0])
        with self.rows.lock:
            found = [row for row in self.rows.of(kind) if self._is_meant(kind, row)]
            for field in reversed((asked.get("ordering") or "id").split(",")):
                found.sort(key=order_of(kind, field.removeprefix("-")), reverse=field.startswith("-"))
            limit, offset = whole("limit", USUAL), whole("offset", 0)
            limit = min(limit or CAP, CAP)
            page = [self._told(kind, row) for row in found[offset : offset + limit]]
        if asked.get("brief") == "true":
            page = [{word: one[word] for word in ("id", "url", "display")} for one in page]
        following = f"http://another.example/api/{kind}/?limit={limit}&offset={offset + limit}"
        return jsonify(
            {
                "count": len(found),
                "next": following if offset + limit < len(found) else None,
                "previous": None,
                "results": page,
            }
        )

    def _is_meant(self, kind: str, row: Row) -> bool:
        for name in set(request.args) - COMMON:
            values, field = request.args.getlist(name), KINDS[kind].filters[name]
            if name.endswith(tuple(BOUNDS)):
                holds = next(holds for end, holds in BOUNDS.items() if name.endswith(end))
                if not all(holds(row.changed_at, instant(name, value)) for value in values):
                    return False
            elif str((row.doc["custom_fields"] if name.startswith("cf_") else row.doc).get(field)) not in values:
                return False
        return True

    def _show(self, app: str, name: str, row_id: int) -> Response:
        return self._answered(f"{app}/{name}", self._row(known(f"{app}/{name}"), row_id))

    def _row(self, kind: str, row_id: int) -> Row:
        row = self.rows.get(kind, str(row_id))
        if row is None:
            raise RefusedError(404, "absent", f"No {TYPES[kind]} matches the given query.")
        return row

    def _answered(self, kind: str, row: Row, status: int = 200) -> Response:
        answer = jsonify(self._told(kind, row))
        answer.status_code = status
        if self.locks:
            answer.headers["ETag"] = etag(row)
        return answer

    def _told(self, kind: str, row: Row) -> Doc:
        return told(self.rows, kind, row)

    # --- writing

    def _create(self, app: str, name: str) -> Response:
        kind = written(f"{app}/{name}")
        with self.rows.lock:
            return self._answered(kind, self.rows.add(kind, CHECKS[kind](self.rows, sent(), None)), 201)

    def _update(self, app: str, name: str, row_id: int) -> Response:
        kind = written(f"{app}/{name}")
        with self.rows.lock:
            row = self._row(kind, row_id)
            if self.locks and request.headers.get("If-Match") not in {None, "*", etag(row)}:
                raise RefusedError(412, "stale", "Precondition failed.")
            row = self.rows.change(kind, row.id, CHECKS[kind](self.rows, sent(), row))
            return self._answered(kind, row)

    def _seed(self) -> None:
        def add(kind: str, **doc: Any) -> int:
            return int(self.rows.add(kind, doc).id)

        huaxin = add("tenancy/tenants", name="Huaxin Electronics 华信电子")
        add("tenancy/tenants", name="Beihai Hotel 北海大酒店")
        hall = add(
            "dcim/sites", name="Hall 3 & Yard", tenant=huaxin, physical_address="88 Zhangyang Rd\n上海",
            latitude=31.228725, longitude=121.517633, time_zone="Asia/Shanghai",
        )  # fmt: skip
        chiller = add("dcim/device-types", model="Chiller CH-200", part_number="CH-200", manufacturer="Acme")
        pump = add("dcim/device-types", model="Pump P & S", part_number="", manufacturer="Acme")
        role = add("dcim/device-roles", name="Plant")
        base = {"site": hall, "role": role, "tenant": huaxin, "description": "", "comments": "", "custom_fields": {}}
        add(
            "dcim/devices", name="Chiller 1", asset_tag="A-0001", serial="CH-7001", status="active",
            device_type=chiller, **{**base, "custom_fields": {"warranty_ends_on": "2028-01-31"}},
        )  # fmt: skip
        add("dcim/devices", name=None, asset_tag=None, serial="PU-1001", status="staged", device_type=pump, **base)


def known(kind: str) -> str:
    """A kind that there is."""
    if kind not in KINDS:
        raise RefusedError(404, "absent", "Not found.")
    return kind


def written(kind: str) -> str:
    """A kind that may be written here."""
    if known(kind) not in CHECKS:
        raise RefusedError(405, "method", "Method not allowed.")
    return kind


def whole(name: str, default: int) -> int:
    """A number of the address; what is none is passed over."""
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() else default


def instant(name: str, text: str) -> datetime:
    """A time of the address."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError(400, "form", "Enter a valid date/time.", field=name) from None
    if at.tzinfo is None:
        raise RefusedError(400, "form", "A time without a zone.", field=name)
    return at


def order_of(kind: str, field: str) -> Callable[[Row], Any]:
    """What rows are sorted by."""
    if field in {"last_updated", "time"}:
        return lambda row: row.changed_at
    if field == "id":
        return lambda row: int(row.id)
    if field not in KINDS[kind].fields:
        raise RefusedError(400, "ordering", "Unknown field", field="ordering")
    return lambda row: str(row.doc.get(field) or "")


def sent() -> Doc:
    """The JSON object that came."""
    doc = request.get_json(silent=True)
    if not isinstance(doc, dict):
        raise RefusedError(400, "json", "JSON parse error")
    return doc


def etag(row: Row) -> str:
    """The time of the last change, in quotes."""
    return f'"{row.changed_at.isoformat()}"'


TWIN = NetBox
