"""Tryton's shipments, read as movements of one product: a shipment, its moves, and the rest of a part draw.

A reservation that was drawn in part leaves a second shipment, its rest, whose reference carries the same key behind
a prefix of its own. Reservation, issue and release are three ways to look at these two; nothing else is remembered.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from connectors.tryton.records import Loaded, Records
from connectors.tryton.shapes import Shape
from connectors.tryton.values import decimal_text
from connectors.tryton.wire import Wire
from hub.domain.errors import RejectedError
from hub.ports.connector import Remote

Move = dict[str, Any]


@dataclass(frozen=True)
class Shipment:
    """A shipment with its moves, in the order in which a draw takes them, and its rest where it has one."""

    own: Loaded
    moves: tuple[Move, ...]
    rest: "Shipment | None" = None

    @property
    def id(self) -> int:
        """Its id."""
        return int(self.own.remote.id)

    @property
    def state(self) -> str:
        """Its state, as Tryton calls it."""
        return str(self.own.remote.doc["state"])

    @property
    def quantity(self) -> Decimal:
        """What its moves sum up to."""
        return sum((quantity_of(move) for move in self.moves), Decimal(0))

    @property
    def undrawn(self) -> "Shipment | None":
        """The shipment that still keeps parts back: the rest, or itself as long as nothing was drawn."""
        return self.rest or (None if self.state == "done" else self)


def quantity_of(move: Move) -> Decimal:
    """A move's quantity; Tryton keeps it as a float."""
    return Decimal(repr(move["quantity"]))


class Shipments:
    """Reads shipments."""

    def __init__(self, wire: Wire, records: Records) -> None:
        self._wire = wire
        self._records = records

    def load(self, shape: Shape, ids: Iterable[int]) -> list[Shipment]:
        """The shipments that are meant by the shape, each once; a rest stands for its reservation."""
        loaded = self._records.load(shape, self._with_reservations(shape, list(ids)))
        rests = self._rests(shape, loaded)
        moves = self._moves(shape.model, [one.remote.id for one in [*loaded, *rests.values()]])
        return [
            Shipment(own, moves[own.remote.id], Shipment(rest, moves[rest.remote.id]) if rest else None)
            for own in loaded
            for rest in [rests.get(own.remote.doc["reference"])]
        ]

    def need(self, shape: Shape, remote_id: str) -> Shipment:
        """One shipment; RejectedError when it is gone."""
        for found in self.load(shape, [int(remote_id)]):
            return found
        raise RejectedError(
            "{system}: the shipment {id} of {object} is gone there",
            system=self._wire.system,
            id=remote_id,
            object=shape.name,
        )

    def _with_reservations(self, shape: Shape, ids: list[int]) -> list[int]:
        if shape.key is None or shape.rest is None:
            return ids
        domain = [["id", "in", ids], ["reference", "like", f"{shape.rest}%"]]
        rests = self._wire.read(f"{shape.model}.search_read", domain, 0, None, None, ["reference"])
        references = [shape.key.prefix + row["reference"].removeprefix(shape.rest) for row in rests]
        of = self._wire.read(f"{shape.model}.search", [["reference", "in", references]]) if rests else []
        return [*ids, *of]

    def _rests(self, shape: Shape, loaded: Sequence[Loaded]) -> dict[str, Loaded]:
        """The rests of the shipments, by our key."""
        if shape.key is None or shape.rest is None:
            return {}
        references = [shape.rest + one.remote.doc["reference"] for one in loaded if one.remote.doc["reference"]]
        ids = self._wire.read(f"{shape.model}.search", [["reference", "in", references]]) if references else []
        rest = replace(shape, domain=(), key=replace(shape.key, prefix=shape.rest))
        return {one.remote.doc["reference"]: one for one in self._records.load(rest, ids)} if ids else {}

    def _moves(self, model: str, shipments: list[str]) -> dict[str, tuple[Move, ...]]:
        domain = [["shipment", "in", [f"{model},{shipment}" for shipment in shipments]], ["quantity", ">", 0]]
        asked = ["shipment", "product", "quantity", "unit.symbol", "state", *self._wire.series.dated]
        rows = self._wire.read("stock.move.search_read", domain, 0, None, [["id", "ASC"]], asked) if shipments else []
        rows = [{**row, "changed_at": self._wire.series.changed_at(row).isoformat()} for row in rows]
        return {
            shipment: tuple(row for row in rows if row["shipment"] == f"{model},{shipment}") for shipment in shipments
        }


def as_movement(shape: Shape, shipment: Shipment) -> Remote:
    """A shipment as the object's document: the whole of a movement, what an issue draws, or what was not drawn."""
    facet, state, quantity = shipment, shipment.state, shipment.quantity
    if shape.kind == "movement" and shipment.rest:
        quantity += shipment.rest.quantity
    if shape.kind == "undrawn":
        facet = shipment.undrawn or shipment
        state = facet.state if shipment.undrawn else "cancelled"  # drawn whole: there is nothing left to give back
        quantity = facet.quantity if shipment.undrawn else Decimal(0)
    first = next(iter(shipment.moves), None)
    doc = {
        **shipment.own.remote.doc,
        "number": facet.own.remote.doc["number"],
        "state": state,
        "product": str(first["product"]) if first else None,
        "quantity": decimal_text(float(quantity)),
        "unit": first["unit."]["symbol"] if first else None,
    }
    return shipment.own.remote._replace(doc=doc, version=_version(shipment))


def _version(shipment: Shipment) -> str:
    parts = [shipment, *([shipment.rest] if shipment.rest else [])]
    stamps = [(part.own.remote.version, [(m["id"], m["state"], m["changed_at"]) for m in part.moves]) for part in parts]
    return hashlib.sha256(repr(stamps).encode()).hexdigest()[:20]
