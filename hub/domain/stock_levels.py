"""Stock levels: what a system said lies where, how old that is, and what may still be taken."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError
from hub.domain.instants import parse_instant, write_instant
from hub.domain.quantity import EXACT, parse_quantity, write_quantity
from hub.domain.stock import ZERO, counting, positive, total_of


def choose_warehouse(
    levels: Iterable[Doc], part_id: str, quantity: Decimal, preferred: Sequence[str] = ()
) -> Doc | None:
    """The stock level that can give the quantity: preferred warehouses first, then the fullest; None when none can."""
    enough = [each for each in levels if each["part_id"] == part_id and _available(each) >= quantity]
    rank = {warehouse: index for index, warehouse in enumerate(preferred)}
    ordered = sorted(
        enough,
        key=lambda level: (rank.get(level["warehouse_id"], len(rank)), -_available(level), level["warehouse_id"]),
    )
    return next(iter(ordered), None)


def is_fresh(level: Doc, *, within: timedelta, now: datetime) -> bool:
    """Whether a level is young enough to decide on; an older one is read through first."""
    return now - parse_instant(level["as_of"], path="as_of") <= within


def consume_from_own_stock(
    level: Doc | None, consumptions: Iterable[Doc], *, ticket: Doc, part: Doc, quantity: str, by: str, now: datetime
) -> Doc:
    """Make the consumption of a part that the technician carries without an issue for this ticket.

    ``consumptions`` are all from the same stock; what the ERP did is in the level. ConflictError: too little.
    """
    pending = (each for each in counting(consumptions) if each["state"] != "done" and "issue_id" not in each)
    left = EXACT.subtract(parse_quantity(level["on_hand"]) if level else ZERO, total_of(pending))
    wanted = positive(quantity)
    if level is None or wanted > left:
        raise ConflictError(
            "Part {sku}: {wanted} are wanted, the own stock has {left}",
            sku=part.get("sku", part["id"]),
            wanted=write_quantity(wanted),
            left=write_quantity(left),
        )
    return {
        "ticket_id": ticket["id"],
        "part_id": part["id"],
        "warehouse_id": level["warehouse_id"],
        "quantity": write_quantity(wanted),
        "state": "approved",
        "by": by,
        "at": write_instant(now),
    }


def _available(level: Doc) -> Decimal:
    return parse_quantity(level["available"] if "available" in level else level["on_hand"])
