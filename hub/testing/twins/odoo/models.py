"""The models and fields of an Odoo that our connector speaks of, and which ones it does not let anybody write."""

from collections.abc import Mapping
from dataclasses import dataclass

OURS = "x_tickethub_ref"  # added by an administrator, as the connector file asks


@dataclass(frozen=True)
class Column:
    """One field: its type in Odoo's words, and the model that it points at."""

    kind: str
    of: str | None = None
    required: bool = False
    computed: bool = False
    values: tuple[str, ...] = ()
    inverse: str = ""  # of a one2many: the field over there that points back


CHAR, TEXT, YES_NO, FLOAT, MONEY, DATE, TIME = (
    Column(kind) for kind in ("char", "text", "boolean", "float", "monetary", "date", "datetime")
)
COMPUTED = Column("monetary", computed=True)


def one(model: str, *, required: bool = False) -> Column:
    """A many2one."""
    return Column("many2one", model, required)


def rows(model: str, inverse: str) -> Column:
    """A one2many."""
    return Column("one2many", model, inverse=inverse)


def choice(*values: str, computed: bool = False, required: bool = False) -> Column:
    """A selection."""
    return Column("selection", values=values, computed=computed, required=required)


LOGGED: Mapping[str, Column] = {
    "id": Column("integer", computed=True),
    "display_name": Column("char", computed=True),
    "create_date": Column("datetime", computed=True),
    "write_date": Column("datetime", computed=True),
}
PARTNER: Mapping[str, Column] = {
    "name": Column("char", required=True),
    "ref": CHAR,
    "is_company": YES_NO,
    "parent_id": one("res.partner"),
    "type": choice("contact", "invoice", "delivery", "other"),
    "function": CHAR,
    "vat": CHAR,
    "phone": CHAR,
    "email": CHAR,
    "lang": choice("en_US", "zh_CN"),
    "street": CHAR,
    "zip": CHAR,
    "city": CHAR,
    "active": YES_NO,
    OURS: CHAR,
}
TEMPLATE: Mapping[str, Column] = {
    "name": Column("char", required=True),
    "type": choice("consu", "service", "combo", required=True),
    "list_price": FLOAT,
    "active": YES_NO,
    "product_variant_id": Column("many2one", "product.product", computed=True),
}
PRODUCT: Mapping[str, Column] = {
    "product_tmpl_id": one("product.template", required=True),
    "default_code": CHAR,
    "name": Column("char", computed=True),  # of the template, as the next two
    "type": choice("consu", "service", "combo", computed=True),
    "lst_price": Column("float", computed=True),
    "uom_id": one("uom.uom"),
    "active": YES_NO,
}
MOVE: Mapping[str, Column] = {
    "move_type": choice("entry", "out_invoice", "out_refund", "in_invoice", "in_refund", required=True),
    "name": Column("char", computed=True),
    "ref": CHAR,
    "partner_id": one("res.partner"),
    "currency_id": one("res.currency"),
    "invoice_date": DATE,
    "state": choice("draft", "posted", "cancel", computed=True),
    "payment_state": choice(
        "not_paid", "in_payment", "paid", "partial", "reversed", "blocked", "invoicing_legacy", computed=True
    ),
    "amount_untaxed": COMPUTED,
    "amount_tax": COMPUTED,
    "amount_total": COMPUTED,
    "amount_residual": COMPUTED,
    "invoice_line_ids": rows("account.move.line", "move_id"),
    OURS: CHAR,
}
LINE: Mapping[str, Column] = {
    "move_id": one("account.move", required=True),
    "product_id": one("product.product"),
    "name": CHAR,
    "quantity": FLOAT,
    "price_unit": FLOAT,
    "price_subtotal": COMPUTED,
    OURS: CHAR,
}
TRANSFER: Mapping[str, Column] = {
    "name": CHAR,  # numbered by its operation type, unless it is given
    "origin": CHAR,
    "picking_type_id": one("stock.picking.type", required=True),
    "partner_id": one("res.partner"),
    "move_type": choice("direct", "one"),
    "location_id": one("stock.location", required=True),
    "location_dest_id": one("stock.location", required=True),
    "backorder_id": one("stock.picking"),
    "state": choice("draft", "waiting", "confirmed", "assigned", "done", "cancel", computed=True),
    "move_ids": rows("stock.move", "picking_id"),
}
STOCK_MOVE: Mapping[str, Column] = {
    "picking_id": one("stock.picking"),
    "product_id": one("product.product", required=True),
    "product_uom_qty": FLOAT,  # what is wanted
    "quantity": FLOAT,  # what is kept back, and in the end moved
    "picked": YES_NO,
    "location_id": one("stock.location", required=True),
    "location_dest_id": one("stock.location", required=True),
    "state": choice(
        "draft", "waiting", "confirmed", "partially_available", "assigned", "done", "cancel", computed=True
    ),
}
MODELS: Mapping[str, Mapping[str, Column]] = {
    name: {**LOGGED, **columns}
    for name, columns in {
        "res.partner": PARTNER,
        "res.currency": {"name": Column("char", required=True)},
        "uom.uom": {"name": Column("char", required=True)},
        "product.template": TEMPLATE,
        "product.product": PRODUCT,
        "stock.location": {
            "complete_name": Column("char", required=True),
            "barcode": CHAR,
            "usage": choice("internal", "customer", "supplier", "inventory", "view", required=True),
            "active": YES_NO,
        },
        "stock.quant": {
            "product_id": one("product.product", required=True),
            "location_id": one("stock.location", required=True),
            "quantity": FLOAT,
            "reserved_quantity": FLOAT,
        },
        "sale.order": {
            "name": Column("char", required=True),
            "partner_id": one("res.partner", required=True),
            "date_order": TIME,
            "state": choice("draft", "sent", "sale", "cancel"),
            "currency_id": one("res.currency"),
            "amount_untaxed": MONEY,
            "amount_tax": MONEY,
            "amount_total": MONEY,
        },
        "stock.picking.type": {
            "name": Column("char", required=True),
            "code": choice("incoming", "outgoing", "internal", required=True),
            "reservation_method": choice("at_confirm", "manual", "by_date"),
        },
        "stock.picking": TRANSFER,
        "stock.move": STOCK_MOVE,
        "account.move": MOVE,
        "account.move.line": LINE,
        "account.payment": {
            "name": CHAR,
            "partner_id": one("res.partner"),
            "payment_type": choice("inbound", "outbound", required=True),
            "amount": MONEY,
            "currency_id": one("res.currency"),
            "date": DATE,
            "state": choice("draft", "in_process", "paid", "canceled", "rejected"),
            "reconciled_invoice_ids": Column("many2many", "account.move"),
        },
    }.items()
}
MODELS_BEFORE_19: Mapping[str, Mapping[str, Column]] = {
    **MODELS,
    "stock.move": {**MODELS["stock.move"], "name": Column("char", required=True)},
}
