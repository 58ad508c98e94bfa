"""Odoo 19 over its JSON-2 API, and what the versions before it answer over XML-RPC and JSON-RPC.

Strict where Odoo's documents and the public threads say so: unknown models, methods, fields and arguments are refused
in its own words; many2one values are numbers; times have no zone; a posted invoice is not edited; nothing keeps two
records from having the same key of ours. The database dates changes to the microsecond and tells whole seconds.
"""

import xmlrpc.client
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from flask import Flask, Response, jsonify, request

from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.twin import Clock, Twin
from hub.testing.twins.odoo.exceptions import USER, refused
from hub.testing.twins.odoo.models import MODELS, Column
from hub.testing.twins.odoo.orm import ACCESS, MISSING, Orm

KEY = "only-for-trying"
USER_ID = 7
DENIED = (401, "werkzeug.exceptions.Unauthorized")
CODES = {"odoo.exceptions.AccessError": 4, "odoo.exceptions.AccessDenied": 3, "odoo.exceptions.UserError": 2}
USER_ERRORS = {USER[1], MISSING[1], "odoo.exceptions.ValidationError"}
POSITIONAL: Mapping[str, tuple[str, ...]] = {
    "search_read": ("domain", "fields", "offset", "limit", "order"),
    "search": ("domain", "offset", "limit", "order"),
    "create": ("vals_list",),
    "fields_get": ("allfields",),
    "write": ("vals",),
}
MODEL_METHODS = frozenset({"search_read", "search", "create", "fields_get"})  # they take no ids

TYPES: Mapping[str, int] = {"internal_type": 1, "delivery_type": 2, "used_location": 3}  # as they are seeded


class Odoo(Twin):
    """One database with a company, some customers, products and stock."""

    connector = "odoo"
    settings: ClassVar[Mapping[str, Any]] = {"database": "company", **TYPES}
    secrets: ClassVar[Mapping[str, str]] = {"api_key": KEY}
    wrong: ClassVar[str] = "werkzeug.exceptions.BadRequest"
    version: ClassVar[str] = "19.0"
    models: ClassVar[Mapping[str, Mapping[str, Column]]] = MODELS

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self.rows.grain = timedelta(microseconds=1)
        self.orm = Orm(self.rows, self.models)
        self.rolled_back = 0  # how many coming writes end in a serialization failure, after Odoo's own repetitions
        self._seed()

    def routes(self, app: Flask) -> None:
        """The addresses of the three APIs."""
        app.add_url_rule("/web/version", view_func=self._version, methods=["GET"])
        app.add_url_rule("/json/2/<model>/<method>", view_func=self._json2, methods=["POST"])

    def refusal(self, error: RefusedError) -> Response:
        """The error object of JSON-2."""
        body = {"name": error.code, "message": error.reason, "arguments": [error.reason], "context": {}, "debug": ""}
        answer = jsonify(body)
        answer.status_code = error.status
        return answer

    def run(self, model: str, method: str, ids: list[int], named: dict[str, Any]) -> Any:
        """A method in a transaction of its own."""
        if self.rolled_back and method not in {"search_read", "search", "fields_get"}:
            self.rolled_back -= 1
            words = "could not serialize access due to concurrent update"
            raise refused((500, "psycopg2.errors.SerializationFailure"), words)
        return self.orm.call(model, method, ids, named)

    def _version(self) -> Response:
        return jsonify({"version_info": [19, 0, 0, "final", 0, ""], "version": self.version})

    def _json2(self, model: str, method: str) -> Response:
        if request.headers.get("X-Odoo-Database", "company") != "company":
            raise refused((404, "werkzeug.exceptions.NotFound"), "no such database")
        if request.headers.get("Authorization", "").partition(" ")[::2] != ("bearer", KEY):
            raise refused(DENIED, "Invalid apikey")
        if request.mimetype != "application/json":
            raise refused((400, "werkzeug.exceptions.BadRequest"), "not JSON")
        told = request.get_json()
        if not isinstance(told, dict):
            raise refused((400, "werkzeug.exceptions.BadRequest"), "no JSON object")
        ids = told.pop("ids", [])
        if method in MODEL_METHODS and ids:
            words = f"cannot call {model}.{method} with ids"
            raise refused((422, "werkzeug.exceptions.UnprocessableEntity"), words)
        return jsonify(self.run(model, method, ids, told))

    def _seed(self) -> None:
        def add(model: str, **values: Any) -> int:
            (made,) = self.orm.call(model, "create", [], {"vals_list": [values]})
            return int(made)

        for name, code in (("Internal Transfers", "internal"), ("Delivery Orders", "outgoing")):  # 1 and 2
            add("stock.picking.type", name=name, code=code, reservation_method="at_confirm")
        customers = add("stock.location", complete_name="Customers", usage="customer")  # 3
        cny = add("res.currency", name="CNY")
        add("res.currency", name="EUR")
        unit = add("uom.uom", name="Units")
        huaxin = add(
            "res.partner", name="Huaxin Electronics 华信电子", is_company=True, vat="91310115MA1K3XQ27U", lang="zh_CN"
        )
        add("res.partner", name="Wang Fang 王芳", parent_id=huaxin, type="contact", phone="+86 138 1234 5678")
        add("res.partner", name="Store 仓库", parent_id=huaxin, type="delivery")
        parts = {}
        for code, name, price, kind in (
            ("CALL-OUT", "Call-out 上门费", 150.0, "service"),
            ("LABOUR", "Labour hour 人工工时", 180.0, "service"),
            ("P-CTRL-01", "Control board 控制主板", 560.0, "consu"),
            ("P-FAN-01", "Fan motor 风扇电机", 320.5, "consu"),
        ):
            template = add("product.template", name=name, type=kind, list_price=price)
            parts[code] = add("product.product", product_tmpl_id=template, default_code=code, uom_id=unit)
        stock = add("stock.location", complete_name="WH/Stock", barcode="STO", usage="internal")
        van = add("stock.location", complete_name="WH/Van Li Wei 李伟", barcode="VAN-LI", usage="internal")
        for place, quantity in ((stock, 12.0), (van, 2.0), (customers, 3.0)):
            add(
                "stock.quant",
                product_id=parts["P-CTRL-01"],
                location_id=place,
                quantity=quantity,
                reserved_quantity=1.0,
            )
        add(
            "sale.order", name="S00001", partner_id=huaxin, date_order="2026-01-31 08:00:00", state="sale",
            currency_id=cny, amount_untaxed=560.0, amount_tax=72.8, amount_total=632.8,
        )  # fmt: skip


TWIN = Odoo


def fault_of(error: RefusedError) -> xmlrpc.client.Fault:
    """A refusal as a fault: its number says little, a traceback much."""
    code = 2 if error.code in USER_ERRORS else CODES.get(error.code, 1)
    words = (
        error.reason if code != 1 else f"Traceback (most recent call last):\n  File ...\n{error.code}: {error.reason}\n"
    )
    return xmlrpc.client.Fault(code, words)


def by_position(method: str, params: list[Any], named: dict[str, Any]) -> tuple[list[int], dict[str, Any]]:
    """Ids and named arguments of what ``execute_kw`` was given."""
    params = list(params)
    ids: list[int] = [] if method in MODEL_METHODS else list(params.pop(0)) if params else []
    names = POSITIONAL.get(method, ())
    if len(params) > len(names):
        raise refused((500, "builtins.TypeError"), "too many arguments")
    return ids, {**dict(zip(names, params, strict=False)), **named}


def denied() -> RefusedError:
    """What every call with a wrong user or key is answered."""
    return refused((403, "odoo.exceptions.AccessDenied"), "Access Denied")


__all__ = ["ACCESS", "KEY", "TWIN", "USER_ID", "Odoo", "by_position", "denied", "fault_of"]
