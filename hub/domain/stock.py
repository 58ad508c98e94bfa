"""Parts: immutable movements and what they leave; a quantity is worked out from documents, never kept as a delta.

A reservation promises, issues draw on it, a release frees the rest. An issue fills the technician's stock, consumptions
and returns empty it. A correction is a document of the same kind that takes another back (``corrects_id``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError, NotFoundError
from hub.domain.instants import write_instant
from hub.domain.quantity import EXACT, parse_quantity, write_quantity

ZERO = Decimal(0)
NOT_COUNTED = frozenset({"refused", "cancelled"})
DRAWS_ON = {
    "reservation": ("part_request", "part_request_id"),
    "issue": ("reservation", "reservation_id"),
    "release": ("reservation", "reservation_id"),
    "consumption": ("issue", "issue_id"),
    "return": ("issue", "issue_id"),
}
"""Which document each kind of movement draws on, and the field that names it."""

_DRAWN_BY = {
    "part_request": ("reservation",),
    "reservation": ("issue", "release"),
    "issue": ("consumption", "return"),
}


@dataclass(frozen=True)
class Movements:
    """All parts documents of a ticket, by entity."""

    documents: Mapping[str, Sequence[Doc]]

    def of(self, entity: str) -> Sequence[Doc]:
        """The documents of one kind."""
        return self.documents.get(entity, ())

    def find(self, entity: str, record_id: str) -> Doc:
        """One document; NotFoundError names it when it is not among the ticket's."""
        found = next((each for each in self.of(entity) if each.get("id") == record_id), None)
        if found is None:
            raise NotFoundError("There is no {entity} {id} on this ticket", entity=entity, id=record_id)
        return found

    def net(self, entity: str, document: Doc) -> Decimal:
        """The quantity of a document less its corrections; nothing when it was refused or cancelled."""
        if document["state"] in NOT_COUNTED:
            return ZERO
        corrections = (each for each in self.of(entity) if each.get("corrects_id", "") == document.get("id"))
        return EXACT.subtract(_quantity(document), total_of(counting(corrections)))

    def left(self, entity: str, document: Doc) -> Decimal:
        """What of a request, reservation or issue nobody has drawn yet."""
        drawn = [
            self.net(kind, each)
            for kind in _DRAWN_BY[entity]
            for each in self.of(kind)
            if each.get(DRAWS_ON[kind][1], "") == document.get("id") and "corrects_id" not in each
        ]
        return EXACT.subtract(self.net(entity, document), sum(drawn, ZERO))


def request_part(ticket: Doc, part: Doc, quantity: str, *, by: str, now: datetime, **more: object) -> Doc:
    """Make a part request, as a draft that somebody approves."""
    document = {"ticket_id": ticket["id"], "part_id": part["id"], "quantity": write_quantity(positive(quantity))}
    return {**document, "state": "draft", "by": by, "at": write_instant(now), **more}


def draw(
    movements: Movements,
    entity: str,
    source: Doc,
    *,
    by: str,
    now: datetime,
    quantity: str | None = None,
    **more: object,
) -> Doc:
    """Make the movement that draws on ``source``: all that is left of it, or ``quantity``.

    ``entity`` is reservation (on a request), issue or release (on a reservation), consumption or return (on an issue);
    ``more`` are its own fields, such as warehouses and serials. ConflictError when not so much is left, or nothing is.
    """
    kind, link = DRAWS_ON[entity]
    left = movements.left(kind, source)
    wanted = left if quantity is None else positive(quantity)
    if kind == "part_request" and source["state"] == "draft":
        raise ConflictError("Part request {id} is not approved yet", id=source.get("id", ""))
    if wanted > left or not left:
        raise ConflictError(
            "{entity} {id}: {wanted} are wanted, {left} are left",
            entity=kind,
            id=source.get("id", ""),
            wanted=write_quantity(wanted),
            left=write_quantity(left),
        )
    shared: Doc = {name: source[name] for name in ("ticket_id", "visit_id", "part_id") if name in source}
    return {
        **shared,
        link: source["id"],
        "quantity": write_quantity(wanted),
        "state": "approved",
        "by": by,
        "at": write_instant(now),
        **_inherited(entity, source),
        **more,
    }


def correct(
    movements: Movements, entity: str, document: Doc, *, by: str, now: datetime, quantity: str | None = None
) -> Doc:
    """Make the counter-movement that takes back a document, whole or in part; ConflictError when others drew on it."""
    left = movements.left(entity, document) if entity in _DRAWN_BY else movements.net(entity, document)
    wanted = left if quantity is None else positive(quantity)
    if wanted > left or not left:
        raise ConflictError(
            "{entity} {id}: only {left} can be taken back", entity=entity, id=document["id"], left=write_quantity(left)
        )
    own = {name: value for name, value in document.items() if name not in _NOT_COPIED}
    changed = {"quantity": write_quantity(wanted), "state": "approved", "corrects_id": document["id"]}
    return {**own, **changed, "by": by, "at": write_instant(now)}


def leftovers(movements: Movements, *, by: str, now: datetime) -> list[tuple[str, Doc]]:
    """The documents that leave nothing behind: the unused returned, the undrawn released."""
    issues = [each for each in movements.of("issue") if "corrects_id" not in each and movements.left("issue", each)]
    kept = [each for each in movements.of("reservation") if _is_own(each) and movements.left("reservation", each)]
    returns = [("return", draw(movements, "return", each, by=by, now=now)) for each in issues]
    return returns + [("release", draw(movements, "release", each, by=by, now=now)) for each in kept]


_NOT_COPIED = frozenset({"id", "created_at", "updated_at", "version", "remote_number", "done_at", "error"})


def _inherited(entity: str, source: Doc) -> Doc:
    """What a movement takes over from the one that it draws on: a return goes the way of its issue, backwards."""
    fields = {
        "issue": {"from_warehouse_id": "warehouse_id", "to_warehouse_id": "to_warehouse_id"},
        "release": {"warehouse_id": "warehouse_id"},
        "reservation": {"warehouse_id": "from_warehouse_id"},
        "consumption": {"warehouse_id": "to_warehouse_id", "issue_kind": "issue_kind"},
        "return": {"from_warehouse_id": "to_warehouse_id", "to_warehouse_id": "from_warehouse_id"},
    }[entity]
    return {name: source[origin] for name, origin in fields.items() if origin in source}


def _is_own(document: Doc) -> bool:
    return "corrects_id" not in document


def _quantity(document: Doc) -> Decimal:
    return parse_quantity(document["quantity"])


def counting(documents: Iterable[Doc]) -> Iterable[Doc]:
    """Those that were neither refused nor cancelled."""
    return (each for each in documents if each["state"] not in NOT_COUNTED)


def total_of(documents: Iterable[Doc]) -> Decimal:
    """The sum of their quantities."""
    return sum(map(_quantity, documents), ZERO)


def positive(text: str) -> Decimal:
    """Read a quantity that moves something; InvalidError on zero and below."""
    quantity = parse_quantity(text)
    if quantity <= 0:
        raise InvalidError("A quantity of {quantity} moves nothing: give more than zero", quantity=text)
    return quantity
