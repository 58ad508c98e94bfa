"""Odoo's transfers from 17 on: what their buttons do to moves and quants, and what they refuse or ask back.

One transfer has moves; what a move keeps back is its ``quantity``. A button that needs an answer gives a wizard, which
is an action to be opened and no error: nothing has been done then.
"""

from collections.abc import Callable, Mapping
from typing import Any

from hub.testing.twin.rows import Row, Rows
from hub.testing.twins.odoo.exceptions import USER, refused

ENDED = {"done", "cancel"}
Button = Callable[[list[Row], dict[str, Any]], Any]


class Stock:
    """Transfers, moves and quants of one database."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.buttons: Mapping[str, Button] = {
            "action_confirm": self._confirm,
            "action_assign": self._assign,
            "do_unreserve": self._unreserve,
            "action_cancel": self._cancel,
            "button_validate": self._validate,
        }

    def has(self, name: Any) -> bool:
        """Whether a transfer has this name already."""
        return any(row.doc["name"] == name for row in self.rows.of("stock.picking"))

    def numbered(self, row: Row) -> str:
        """The name that the operation type gives."""
        return f"WH/{self._type(row).doc['code'][:3].upper()}/{int(row.id):05}"

    def moves(self, transfer: Row) -> list[Row]:
        """The moves of a transfer."""
        return [move for move in self.rows.of("stock.move") if move.doc["picking_id"] == int(transfer.id)]

    def state(self, transfer: Row) -> str:
        """The state of a transfer, which that of its moves makes."""
        states = [move.doc["state"] for move in self.moves(transfer)]
        if not states or "draft" in states:
            return "draft"
        if set(states) <= ENDED:
            return "done" if "done" in states else "cancel"
        (state, *_) = [state for state in states if state not in ENDED]
        if state == "partially_available":
            return "confirmed" if transfer.doc["move_type"] == "one" else "assigned"
        return str(state)

    def set_quantity(self, move: Row, quantity: float) -> None:
        """Somebody writes a quantity: it is kept back, whether there is so much or not; of a done move it is moved."""
        more = float(quantity) - move.doc["quantity"]
        if move.doc["state"] == "done":
            self._carry(move, more)
        elif move.doc["state"] != "cancel":
            self._keep(move, more)

    # --- buttons

    def _confirm(self, transfers: list[Row], context: dict[str, Any]) -> bool:
        for transfer in transfers:
            for move in self.moves(transfer):
                if move.doc["state"] == "draft":
                    self.rows.change("stock.move", move.id, {"state": "confirmed"})
            if self._type(transfer).doc["reservation_method"] == "at_confirm":
                self._assign([transfer], context)
        return True

    def _assign(self, transfers: list[Row], _context: dict[str, Any]) -> bool:
        for transfer in transfers:
            if self.state(transfer) == "draft":
                self._confirm([transfer], _context)
            waiting = [move for move in self.moves(transfer) if move.doc["state"] not in ENDED]
            if not waiting:
                raise refused(USER, "Nothing to check the availability for.")
            for move in waiting:
                quant = self._quant(move, "location_id")
                free = max(0.0, quant.doc["quantity"] - quant.doc["reserved_quantity"])
                self._keep(move, min(free, move.doc["product_uom_qty"] - move.doc["quantity"]))
        return True

    def _unreserve(self, transfers: list[Row], _context: dict[str, Any]) -> None:
        for move in (move for transfer in transfers for move in self.moves(transfer)):
            if move.doc["state"] == "done":
                raise refused(USER, "You cannot unreserve a stock move that has been set to 'Done'.")
            if move.doc["state"] != "cancel":
                self._keep(move, -move.doc["quantity"])

    def _cancel(self, transfers: list[Row], _context: dict[str, Any]) -> bool:
        moves = [move for transfer in transfers for move in self.moves(transfer)]
        if any(move.doc["state"] == "done" for move in moves):
            words = (
                "You cannot cancel a stock move that has been set to 'Done'. Create a return in order to reverse it."
            )
            raise refused(USER, words)
        for move in moves:
            if move.doc["state"] != "cancel":
                self._keep(move, -move.doc["quantity"])
                self.rows.change("stock.move", move.id, {"state": "cancel"})
        return True

    def _validate(self, transfers: list[Row], context: dict[str, Any]) -> Any:
        for transfer in (one for one in transfers if self.state(one) != "done"):
            if self.state(transfer) == "draft":  # the screen of a new transfer does it all at once
                self._confirm([transfer], context)
                for move in self.moves(transfer):
                    self._keep(move, move.doc["product_uom_qty"] - move.doc["quantity"])
            moves = [move for move in self.moves(transfer) if move.doc["state"] not in ENDED]
            if not any(move.doc["quantity"] for move in moves):
                words = "You cannot validate a transfer if no quantities are reserved. Encode quantities to force it."
                raise refused(USER, words)
            if self._asks_for_a_text(transfer, context):
                return {"type": "ir.actions.act_window", "res_model": "confirm.stock.sms", "target": "new"}
            short = any(move.doc["quantity"] < move.doc["product_uom_qty"] for move in moves)
            if short and not context.get("skip_backorder"):
                return {"type": "ir.actions.act_window", "res_model": "stock.backorder.confirmation", "target": "new"}
            given_up = int(transfer.id) in context.get("picking_ids_not_to_backorder", ())
            for move in moves:
                self._do(transfer, move, given_up=given_up)
        return True

    # --- what they do

    def _asks_for_a_text(self, transfer: Row, context: dict[str, Any]) -> bool:
        """Whether a customer with a telephone would be sent a text message, which a wizard asks about."""
        partner = self.rows.get("res.partner", str(transfer.doc["partner_id"]))
        is_told = self._type(transfer).doc["code"] == "outgoing" and partner is not None and bool(partner.doc["phone"])
        return is_told and not context.get("skip_sms")

    def _do(self, transfer: Row, move: Row, *, given_up: bool) -> None:
        """Carry a move out; what is left of it is cancelled, or waits in a transfer of its own."""
        rest = move.doc["product_uom_qty"] - move.doc["quantity"]
        if rest > 0:
            left = {
                **move.doc,
                "product_uom_qty": rest,
                "quantity": 0.0,
                "state": "cancel" if given_up else "confirmed",
            }
            if not given_up:
                later = self.rows.add("stock.picking", {**transfer.doc, "backorder_id": int(transfer.id)})
                later.doc["name"] = self.numbered(later)
                left["picking_id"] = int(later.id)
            self.rows.add("stock.move", left)
        quantity = move.doc["quantity"]
        self._quant(move, "location_id").doc["reserved_quantity"] -= quantity
        self._carry(move, quantity)
        self.rows.change("stock.move", move.id, {"product_uom_qty": quantity, "state": "done", "picked": True})

    def _carry(self, move: Row, quantity: float) -> None:
        for end, sign in (("location_id", -1), ("location_dest_id", 1)):
            quant = self._quant(move, end)
            self.rows.change("stock.quant", quant.id, {"quantity": quant.doc["quantity"] + sign * quantity})

    def _keep(self, move: Row, more: float) -> None:
        """Keep more back for a move, or less; its state says how far it is."""
        quant = self._quant(move, "location_id")
        self.rows.change("stock.quant", quant.id, {"reserved_quantity": quant.doc["reserved_quantity"] + more})
        kept = move.doc["quantity"] + more
        state = (
            "assigned" if kept >= move.doc["product_uom_qty"] else "partially_available" if kept > 0 else "confirmed"
        )
        self.rows.change("stock.move", move.id, {"quantity": kept, "state": state})

    def _quant(self, move: Row, end: str) -> Row:
        place, product = move.doc[end], move.doc["product_id"]
        for quant in self.rows.of("stock.quant"):
            if (quant.doc["location_id"], quant.doc["product_id"]) == (place, product):
                return quant
        nothing = {"product_id": product, "location_id": place, "quantity": 0.0, "reserved_quantity": 0.0}
        return self.rows.add("stock.quant", nothing)

    def _type(self, transfer: Row) -> Row:
        return self.rows.by_kind["stock.picking.type"][str(transfer.doc["picking_type_id"])]
