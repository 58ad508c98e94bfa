"""Which records the API shows under which name, and what may be done with them directly.

The plural is also the first word of scopes and permissions: ``tickets:read``. Records that services make (charges,
reservations, calls) can be read only; their changes are actions.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Entity:
    """One kind of record in the API."""

    plural: str
    can_create: bool = False
    can_patch: bool = False

    @property
    def reads(self) -> str:
        """The scope or permission for reading."""
        return f"{self.plural}:read"

    @property
    def writes(self) -> str:
        """The scope or permission for creating and patching."""
        return f"{self.plural}:write"


def kept(plural: str) -> Entity:
    """A record that people keep: it can be created and patched."""
    return Entity(plural, can_create=True, can_patch=True)


ENTITIES: Mapping[str, Entity] = {
    "asset": kept("assets"),
    "call": Entity("calls"),
    "charge": Entity("charges"),
    "comment": Entity("comments"),
    "consumption": Entity("consumptions"),
    "contact": kept("contacts"),
    "contract": kept("contracts"),
    "customer": kept("customers"),
    "evidence": Entity("evidence"),
    "follow_up": Entity("follow_ups"),
    "interaction": Entity("interactions"),
    "invoice": Entity("invoices"),
    "issue": Entity("issues"),
    "lead": Entity("leads", can_patch=True),
    "notification": Entity("notifications"),
    "part": kept("parts"),
    "part_request": Entity("part_requests"),
    "payment": Entity("payments"),
    "product": kept("products"),
    "release": Entity("releases"),
    "reservation": Entity("reservations"),
    "return": Entity("returns"),
    "sales_order": Entity("sales_orders"),
    "service_record": Entity("service_records"),
    "site": kept("sites"),
    "stock_level": Entity("stock_levels"),
    "technician": kept("technicians"),
    "ticket": kept("tickets"),
    "visit": Entity("visits", can_patch=True),
    "warehouse": kept("warehouses"),
}
