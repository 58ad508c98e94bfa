"""What the seeded company sells and stores: services, spare parts, the technicians' own stock, first quantities."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from hub.testing.tryton.rpc import TrytonRpc
from hub.testing.tryton.seed.books import Books

MAIN_STOCK = "STO"  # the storage zone of the warehouse that Tryton ships
VANS = {"VAN-LI": "Van Li Wei 李伟", "VAN-ZHANG": "Van Zhang Min 张敏"}


@dataclass(frozen=True)
class Sold:
    """One product: code, name, unit, list price and cost in CNY; ``in_stock`` is None for a service."""

    code: str
    name: str
    unit: str
    price: str
    cost: str
    in_stock: int | None = None


PRODUCTS = (
    Sold("CALL-OUT", "Call-out 上门费", "u", "150.00", "60.00"),
    Sold("LABOUR", "Labour hour 人工工时", "h", "180.00", "90.00"),
    Sold("TRAVEL", "Travel per kilometre 差旅里程", "km", "2.50", "1.20"),
    Sold("INSPECTION", "Inspection fee 检测费", "u", "80.00", "40.00"),
    Sold("P-COMP-01", "Compressor 压缩机", "u", "1280.00", "860.00", in_stock=12),
    Sold("P-FILT-01", "Air filter 空气滤芯", "u", "68.00", "24.50", in_stock=200),
    Sold("P-CTRL-01", "Control board 控制主板", "u", "560.00", "310.00", in_stock=20),
    Sold("P-SENS-01", "Temperature sensor 温度传感器", "u", "95.00", "38.00", in_stock=60),
    Sold("P-FAN-01", "Fan motor 风扇电机", "u", "320.00", "175.00", in_stock=8),
    Sold("P-VALV-01", "Expansion valve 膨胀阀", "u", "240.00", "120.00", in_stock=0),
)


def stock_goods(erp: TrytonRpc, books: Books, opening: dt.date) -> dict[str, int]:
    """Create products, vans and first quantities; returns the products by code."""
    categories = {
        "service": _create_category(
            erp, "Services 服务", books.service_revenue, books.cost_of_sales, books.service_tax
        ),
        "goods": _create_category(erp, "Spare parts 备件", books.goods_revenue, books.cost_of_sales, books.goods_tax),
    }
    products = {sold.code: _create_product(erp, sold, categories) for sold in PRODUCTS}
    _park_vans(erp)
    counted = {products[sold.code]: sold.in_stock for sold in PRODUCTS if sold.in_stock}
    _count(erp, books.company, counted, opening)
    return products


def _create_category(erp: TrytonRpc, name: str, revenue: int, expense: int, tax: int) -> int:
    return erp.create(
        "product.category",
        name=name,
        accounting=True,
        account_revenue=revenue,
        account_expense=expense,
        customer_taxes=[["add", [tax]]],
    )


def _create_product(erp: TrytonRpc, sold: Sold, categories: dict[str, int]) -> int:
    unit = erp.one("product.uom", [["symbol", "=", sold.unit]])
    kind = "service" if sold.in_stock is None else "goods"
    template = erp.create(
        "product.template",
        name=sold.name,
        code=sold.code,
        type=kind,
        default_uom=unit,
        sale_uom=unit,
        salable=True,
        list_price=Decimal(sold.price),
        account_category=categories[kind],
        products=[["create", [{"cost_price": Decimal(sold.cost)}]]],
    )
    return erp.one("product.product", [["template", "=", template]])


def _park_vans(erp: TrytonRpc) -> None:
    warehouse = erp.one("stock.location", [["type", "=", "warehouse"]])
    for code, name in VANS.items():
        erp.create("stock.location", name=name, code=code, type="storage", parent=warehouse)


def _count(erp: TrytonRpc, company: int, counted: dict[int, int], day: dt.date) -> None:
    lines = [{"product": product, "quantity": float(quantity)} for product, quantity in counted.items()]
    storage = erp.one("stock.location", [["code", "=", MAIN_STOCK]])
    inventory = erp.create("stock.inventory", company=company, location=storage, date=day, lines=[["create", lines]])
    erp.press("stock.inventory", "confirm", inventory)
