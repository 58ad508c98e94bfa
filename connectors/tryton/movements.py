"""Movements of parts as Tryton's shipments; docs/adr/0005-parts-as-tryton-documents.md says which and why."""

from decimal import Decimal
from typing import Any

from connectors.tryton.models import Models
from connectors.tryton.records import Records
from connectors.tryton.shapes import Shape
from connectors.tryton.shipments import Shipment, Shipments, as_movement, quantity_of
from connectors.tryton.values import encode, tell_decimal
from connectors.tryton.wire import Wire
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError
from hub.ports.connector import Remote

FIXED = ("product", "quantity", "from_location", "to_location", "customer")  # what makes a movement that movement
NEEDED = {
    "internal": ("product", "quantity", "from_location", "to_location"),
    "outgoing": ("product", "quantity", "from_location", "customer"),
}
OPEN = ("draft", "waiting", "assigned")


class Movements:
    """Writes reservation, issue, release, consumption and return."""

    def __init__(self, wire: Wire, models: Models, records: Records, shipments: Shipments) -> None:
        self._wire = wire
        self._models = models
        self._records = records
        self._shipments = shipments

    def create(self, shape: Shape, doc: Doc) -> Remote:
        """Write the shipment as a draft, and read it back."""
        missing = [name for name in NEEDED[shape.shipment or "internal"] if not doc.get(name)]
        if missing:
            raise RejectedError("{object} needs {fields}", object=shape.name, fields=", ".join(missing))
        complete = self._outgoing if shape.shipment == "outgoing" else self._internal
        made = self._records.create(shape, complete(doc, self._records.values(shape, doc)))
        return self._wire.after_write(lambda: self._now(shape, made.id))

    def update(self, shape: Shape, seen: Remote, doc: Doc) -> Remote:
        """An issue may draw less than was reserved; nothing else about a movement is ever edited."""
        shipment = self._shipments.need(shape, seen.id)
        now = as_movement(shape, shipment)
        wrong = [name for name in FIXED if name in doc and name in now.doc and not _same(doc[name], now.doc[name])]
        if not wrong:
            return now
        less = wrong == ["quantity"] and Decimal(doc["quantity"]) < shipment.quantity
        if shape.kind != "draw" or not less or shipment.state not in OPEN:
            raise RejectedError(
                "{system}: {object} {id} is {state} there with another {fields}: "
                "a movement is never edited, make a counter-movement and a new one",
                system=self._wire.system,
                object=shape.name,
                id=seen.id,
                state=shipment.state,
                fields=", ".join(wrong),
            )
        self._set_rest_aside(shape, shipment, Decimal(doc["quantity"]))
        return self._wire.after_write(lambda: self._now(shape, seen.id))

    def act(self, shape: Shape, remote_id: str, action: str) -> None:
        """Press a button of the shipment; ``reserve`` gives back what it could assign when that was not all."""
        target = int(remote_id)
        if shape.kind == "undrawn":
            shipment = self._shipments.need(shape, remote_id)
            target = (shipment.undrawn or shipment).id
        button = "assign_try" if action == "reserve" else action
        self._wire.write(f"{shape.model}.{button}", [target], accept=shape.accept_warnings)
        if action == "reserve":
            self._wire.after_write(lambda: self._give_back_a_part(shape, target))

    def _now(self, shape: Shape, remote_id: str) -> Remote:
        return as_movement(shape, self._shipments.need(shape, remote_id))

    def _give_back_a_part(self, shape: Shape, shipment: int) -> None:
        """With too little stock Tryton assigns what there is and says nothing; nobody else could use that."""
        (row,) = self._wire.read(f"{shape.model}.read", [shipment], ["state", "partially_assigned"])
        if row["state"] == "waiting" and row["partially_assigned"]:
            self._wire.write(f"{shape.model}.wait", [shipment])

    def _set_rest_aside(self, shape: Shape, shipment: Shipment, drawn: Decimal) -> None:
        """Hang what is not drawn under the rest, without giving up its assignment for a moment.

        Two calls, each whole: split the move in which the draw ends, then move what lies beyond. After a crash
        between them the moves tell how far it came.
        """
        crossed = _crossed(shipment, drawn)
        if crossed:
            self._wire.split(*crossed)
            shipment = self._shipments.need(shape, str(shipment.id))
        add = [["add", _beyond(shipment, drawn)]]
        if shipment.rest:
            self._wire.write(f"{shape.model}.write", [shipment.rest.id], {"moves": add})
            return
        (row,) = self._wire.read(f"{shape.model}.read", [shipment.id], ["company", "from_location", "to_location"])
        reference = f"{shape.rest}{shipment.own.remote.doc['reference']}"
        rest = {name: row[name] for name in ("company", "from_location", "to_location")}
        self._wire.write(f"{shape.model}.create", [{**rest, "reference": reference, "moves": add}])

    def _internal(self, doc: Doc, values: dict[str, Any]) -> dict[str, Any]:
        ends = {name: values[name] for name in ("from_location", "to_location")}
        move = {**self._goods(doc), **ends}
        return {**values, "company": self._wire.company, "moves": [["create", [move]]]}

    def _outgoing(self, doc: Doc, values: dict[str, Any]) -> dict[str, Any]:
        """A customer shipment right out of the technician's own stock, which is its storage and its output at once."""
        stock, customer = values["warehouse_storage"], values["customer"]
        (place,) = self._wire.read("stock.location.read", [stock], ["warehouse"])
        (party,) = self._wire.read("party.party.read", [customer], ["customer_location"])
        known = {"customer": customer, "warehouse": place["warehouse"]}
        form = self._wire.read("stock.shipment.out.on_change", known, ["customer", "warehouse"])
        (company,) = self._wire.read("company.company.read", [self._wire.company], ["currency"])
        ends = {"from_location": stock, "to_location": party["customer_location"]}
        price = {"unit_price": tell_decimal(doc.get("unit_price") or "0"), "currency": company["currency"]}
        return {
            **values,
            "company": self._wire.company,
            "warehouse": place["warehouse"],
            "warehouse_output": stock,
            "delivery_address": form["delivery_address"],
            "moves": [["create", [{**self._goods(doc), **ends, **price}]]],
        }

    def _goods(self, doc: Doc) -> dict[str, Any]:
        product = encode("many2one", doc["product"], where="stock.move.product")
        if doc.get("unit"):
            unit = self._models.coded("product.uom", "symbol", doc["unit"])
        else:
            (row,) = self._wire.read("product.product.read", [product], ["default_uom"])
            unit = row["default_uom"]
        quantity = encode("float", doc["quantity"], where="stock.move.quantity")
        return {"product": product, "quantity": quantity, "unit": unit, "company": self._wire.company}


def _same(ours: Any, theirs: Any) -> bool:
    try:
        return Decimal(str(ours)) == Decimal(str(theirs))
    except ArithmeticError:
        return bool(ours == theirs)


def _crossed(shipment: Shipment, drawn: Decimal) -> tuple[int, float] | None:
    """The move in which a draw ends, and how much of it is drawn."""
    for move in shipment.moves:
        if 0 < drawn < quantity_of(move):
            return move["id"], float(drawn)
        drawn -= quantity_of(move)
    return None


def _beyond(shipment: Shipment, drawn: Decimal) -> list[int]:
    """The moves after a draw."""
    beyond = []
    for move in shipment.moves:
        if drawn <= 0:
            beyond.append(move["id"])
        drawn -= quantity_of(move)
    return beyond
