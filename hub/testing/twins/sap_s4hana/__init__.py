"""SAP S/4HANA over its released OData 2 services, as far as public documents say what they do.

Codes and words of refusals are of the right form, not the product's own. What the documents leave open is as strict as
they allow: unknown and read-only properties are refused, every write needs a token with its session's cookies, and an
entity with a version is changed under that version only.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from hub.process.clock import SystemClock
from hub.testing.twin.odata.gateway import GatewayTwin
from hub.testing.twin.odata.store import Row, Store
from hub.testing.twin.odata.types import Kind
from hub.testing.twin.twin import Clock
from hub.testing.twins.sap_s4hana.billing import Billing
from hub.testing.twins.sap_s4hana.partners import Partners
from hub.testing.twins.sap_s4hana.services import SERVICES
from hub.testing.twins.sap_s4hana.stocks import Stocks

PLANT, MAIN, VAN = "1710", "171A", "V001"
MATERIALS = {
    "P-FILT-01": ("Air filter", "空气滤芯", "ERSA"),
    "P-CTRL-01": ("Control board", "控制板", "ERSA"),
    "CALL-OUT": ("Call-out", "上门费", "SERV"),
    "LABOUR": ("Labour", "人工费", "SERV"),
    "TRAVEL": ("Travel", "差旅费", "SERV"),
    "INSPECTION": ("Inspection", "检测费", "SERV"),
}


class S4Rules:
    """Which rules are of which service."""

    def __init__(self, store: Store) -> None:
        self.partners = Partners(store)
        self.stocks = Stocks(store)
        self.billing = Billing(store)

    def making(self, kind: Kind, row: Row) -> None:
        """See ``Rules``."""
        self._of(kind).making(kind, row)

    def made(self, kind: Kind, row: Row) -> None:
        """See ``Rules``."""
        self._of(kind).made(kind, row)

    def changed(self, kind: Kind, row: Row, values: Row) -> None:
        """See ``Rules``."""
        del values
        rules = self._of(kind)
        if not isinstance(rules, Stocks):
            rules.changed(kind, row)

    def call(self, name: str, given: Mapping[str, str]) -> tuple[Kind, Row]:
        """See ``Rules``."""
        del name  # the one function there is
        return self.stocks.cancel(given["MaterialDocumentYear"], given["MaterialDocument"])

    def _of(self, kind: Kind) -> Partners | Stocks | Billing:
        if kind.set.startswith(("A_Debit", "A_Credit")):
            return self.billing
        return self.stocks if kind.set.startswith(("A_Material", "A_Reservation")) else self.partners


class S4HanaTwin(GatewayTwin):
    """One tenant with some materials, a main storage location and a technician's own."""

    connector: ClassVar[str] = "sap_s4hana"
    settings: ClassVar[Mapping[str, Any]] = {
        "user": GatewayTwin.user,
        "client": GatewayTwin.client,
        "sales_organization": "1710",
        "distribution_channel": "10",
        "division": "00",
        "cost_center": "17101101",
    }
    secrets: ClassVar[Mapping[str, str]] = {"password": GatewayTwin.password}

    def __init__(self, clock: Clock | None = None) -> None:
        clock = clock or SystemClock().now
        store = Store(SERVICES, clock)
        self.own = S4Rules(store)
        super().__init__(SERVICES, self.own, store, clock)
        self._seed()

    def _seed(self) -> None:
        today = self.clock().date()
        for code, (name, name_zh, kind) in MATERIALS.items():
            self.store.keep("A_Product", Product=code, ProductType=kind, BaseUnit="PC", CreationDate=today)
            self.store.keep("A_ProductDescription", Product=code, Language="EN", ProductDescription=name)
            self.store.keep("A_ProductDescription", Product=code, Language="ZH", ProductDescription=name_zh)
        for code, many in (("P-FILT-01", 20), ("P-CTRL-01", 3)):
            self.own.stocks.level(code, PLANT, MAIN)["MatlWrhsStkQtyInMatlBaseUnit"] = Decimal(many)


TWIN = S4HanaTwin
