"""Which records the API shows under which name, and what may be done with them directly.

``area`` is the first word of the scope or permission. Records that services make (charges, reservations, calls) can
be read only; their changes are actions.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Entity:
    """One kind of record in the API."""

    plural: str
    area: str
    can_create: bool = False
    can_patch: bool = False

    @property
    def reads(self) -> str:
        """The scope or permission for reading."""
        return f"{self.area}:read"

    @property
    def writes(self) -> str:
        """The scope or permission for creating and patching."""
        return f"{self.area}:write"


def kept(plural: str, area: str) -> Entity:
    """A record that people keep: it can be created and patched."""
    return Entity(plural, area, can_create=True, can_patch=True)


ENTITIES: Mapping[str, Entity] = {
    "asset": kept("assets", "customers"),
    "call": Entity("calls", "calls"),
    "charge": Entity("charges", "billing"),
    "consumption": Entity("consumptions", "stock"),
    "contact": kept("contacts", "customers"),
    "contract": kept("contracts", "customers"),
    "customer": kept("customers", "customers"),
    "evidence": Entity("evidence", "tickets"),
    "follow_up": Entity("follow-ups", "tickets"),
    "invoice": Entity("invoices", "billing"),
    "issue": Entity("issues", "stock"),
    "notification": Entity("notifications", "tickets"),
    "part": kept("parts", "stock"),
    "part_request": Entity("part-requests", "stock"),
    "payment": Entity("payments", "billing"),
    "product": kept("products", "stock"),
    "release": Entity("releases", "stock"),
    "reservation": Entity("reservations", "stock"),
    "return": Entity("returns", "stock"),
    "sales_order": Entity("sales-orders", "customers"),
    "site": kept("sites", "customers"),
    "stock_level": Entity("stock-levels", "stock"),
    "technician": kept("technicians", "technicians"),
    "ticket": kept("tickets", "tickets"),
    "visit": Entity("visits", "tickets", can_patch=True),
    "warehouse": kept("warehouses", "stock"),
}
