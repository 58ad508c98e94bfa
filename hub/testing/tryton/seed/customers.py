"""The customers of the seeded company, what they bought, and what they owe."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from hub.testing.tryton.rpc import TrytonRpc
from hub.testing.tryton.seed.books import Books


@dataclass(frozen=True)
class Buyer:
    """One customer; ``tax_id`` is a unified social credit code 统一社会信用代码."""

    name: str
    street: str
    city: str
    postal_code: str
    contacts: tuple[tuple[str, str, str], ...]
    language: str = "zh_CN"
    tax_id: str | None = None


BUYERS = (
    Buyer(
        name="Huaxin Electronics 华信电子有限公司",
        street="1188 Century Avenue 世纪大道1188号",
        city="Shanghai 上海",
        postal_code="200120",
        contacts=(
            ("mobile", "+86 138 1234 5678", "Wang Fang 王芳"),
            ("phone", "+86 21 5888 1188", ""),
            ("email", "wang.fang@huaxin.example", "Wang Fang 王芳"),
        ),
        tax_id="91310115MA1K3XQ27U",
    ),
    Buyer(
        name="Jiangnan Cold Chain 江南冷链物流有限公司",
        street="66 Taihu Road 太湖路66号",
        city="Suzhou 苏州",
        postal_code="215000",
        contacts=(
            ("mobile", "+86 139 8765 4321", "Chen Jie 陈杰"),
            ("email", "service@jiangnan.example", ""),
        ),
    ),
    Buyer(
        name="Beihai Hotel 北海大酒店",
        street="9 Donghu Road 东湖路9号",
        city="Hangzhou 杭州",
        postal_code="310000",
        contacts=(("phone", "+86 571 8700 6600", "Front desk 前台"),),
    ),
    Buyer(
        name="Northwind Trading (China) Ltd.",
        street="500 Hongqiao Road",
        city="Shanghai",
        postal_code="200030",
        contacts=(
            ("mobile", "+86 137 0000 1111", "Alice Brown"),
            ("email", "alice@northwind.example", "Alice Brown"),
        ),
        language="en",
    ),
)
TAX_ID = "cn_vat"  # the name of the unified social credit code since Tryton 6.8
SETTLED_LONG_AGO = {"invoice_method": "manual", "shipment_method": "manual"}  # touches neither stock nor books
BOUGHT = {"P-COMP-01": 2, "P-FILT-01": 10}
OWED = {"INSPECTION": 1, "P-SENS-01": 3}


def welcome_customers(erp: TrytonRpc, books: Books, products: dict[str, int], day: dt.date) -> None:
    """Create the customers; the first two have orders, and the first owes an invoice of the day."""
    parties = [_create_party(erp, books, buyer) for buyer in BUYERS]
    for party in parties[:2]:
        _sell(erp, books, party, products, day)
    _bill(erp, books, parties[0], products, day)


def _create_party(erp: TrytonRpc, books: Books, buyer: Buyer) -> int:
    address = {
        "street": buyer.street,
        "city": buyer.city,
        "postal_code": buyer.postal_code,
        "country": books.country,
        "invoice": True,
        "delivery": True,
    }
    contacts = [{"type": kind, "value": value, "name": name or None} for kind, value, name in buyer.contacts]
    identifiers = [{"type": TAX_ID, "code": buyer.tax_id}] if buyer.tax_id else []
    return erp.create(
        "party.party",
        name=buyer.name,
        lang=erp.one("ir.lang", [["code", "=", buyer.language]]),
        customer_payment_term=books.payment_term,
        addresses=[["create", [address]]],
        contact_mechanisms=[["create", contacts]],
        identifiers=[["create", identifiers]],
    )


def _sell(erp: TrytonRpc, books: Books, party: int, products: dict[str, int], day: dt.date) -> None:
    around = {"party": party, "company": books.company, "currency": books.currency}
    parent = {f"_parent_sale.{name}": value for name, value in around.items()}
    sale = erp.create(
        "sale.sale",
        **{**erp.filled("sale.sale", around, "party"), **SETTLED_LONG_AGO},
        sale_date=day,
        lines=[["create", [_line(erp, "sale.line", parent, products[code], n) for code, n in BOUGHT.items()]]],
    )
    for button in ("quote", "confirm", "process"):
        erp.press("sale.sale", button, sale)


def _bill(erp: TrytonRpc, books: Books, party: int, products: dict[str, int], day: dt.date) -> None:
    around = {"party": party, "company": books.company, "currency": books.currency}
    line = {**around, "invoice_type": "out"}
    invoice = erp.create(
        "account.invoice",
        **erp.filled("account.invoice", {**around, "type": "out"}, "type", "party"),
        lines=[["create", [_line(erp, "account.invoice.line", line, products[code], n) for code, n in OWED.items()]]],
    )
    erp.call("account.invoice.write", [invoice], {"invoice_date": day})
    for button in ("validate_invoice", "post"):
        erp.press("account.invoice", button, invoice)


def _line(erp: TrytonRpc, model: str, around: dict[str, Any], product: int, quantity: int) -> dict[str, Any]:
    known = {"type": "line", "product": product, "quantity": float(quantity), **around}
    price = erp.read("product.product", product, "template.list_price")["template."]["list_price"]
    return {**erp.filled(model, known, "product"), "unit_price": price}
