"""Parts move by documents: what may still be reserved, issued, used, brought back or set free, given those there are.

Nothing is counted up and down. A document draws on the one before it (an issue on its reservation); what is left of
one is its quantity less what live documents draw on it, and nothing may draw more than is left.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, FieldError, InvalidError, NotFoundError
from hub.domain.instants import parse_instant
from hub.domain.quantity import EXACT, parse_quantity, write_quantity

NOTHING = Decimal(0)
LIVE = frozenset({"draft", "approved", "sent", "done"})
HELD = LIVE | {"refused"}
"""What was handed over is out of the hand, whatever the ERP says of it: a person settles it there, and replays."""
FRESH_WITHIN = timedelta(minutes=15)
"""An older stock level proves no shortage: the ERP itself is asked, by sending it the reservation."""


@dataclass(frozen=True)
class Rule:
    """What a kind of document draws on, through which field, and which states of that document allow it."""

    source: str
    field: str
    ready: frozenset[str]


DRAWS: Mapping[str, Rule] = {
    "reservation": Rule("part_request", "part_request_id", frozenset({"approved"})),
    "issue": Rule("reservation", "reservation_id", frozenset({"done"})),
    "release": Rule("reservation", "reservation_id", frozenset({"done"})),
    "consumption": Rule("issue", "issue_id", frozenset({"approved", "sent", "done"})),
    "return": Rule("issue", "issue_id", frozenset({"approved", "sent", "done"})),
}
ENTITIES = ("part_request", *DRAWS)


@dataclass(frozen=True)
class Draw:
    """A document that may be made: so much of a part, drawn on a source (None: on the technician's stock)."""

    entity: str
    source_id: str | None
    part_id: str
    quantity: Decimal


@dataclass(frozen=True)
class Ledger:
    """The documents of some tickets by kind; a document with ``corrects_id`` takes back one of its own kind."""

    docs: Mapping[str, Sequence[Doc]]

    def source(self, entity: str, source_id: str) -> Doc:
        """The document that one of kind ``entity`` would draw on; NotFoundError when there is none."""
        kind = DRAWS[entity].source
        for doc in self.docs.get(kind, ()):
            if doc["id"] == source_id:
                return doc
        raise NotFoundError("There is no {entity} {id}.", entity=kind, id=source_id)

    def left(self, kind: str, doc_id: str) -> Decimal:
        """What may still be drawn on a document of a kind; nothing when it is not live."""
        own = quantity_of(doc for doc in self.docs.get(kind, ()) if doc_id in (doc["id"], doc.get("corrects_id")))
        drawn = (
            quantity_of((doc for doc in self.docs.get(entity, ()) if doc.get(rule.field) == doc_id), holding(entity))
            for entity, rule in DRAWS.items()
            if rule.source == kind
        )
        return EXACT.subtract(own, sum(drawn, NOTHING))

    def open(self, kind: str, part_id: str | None = None) -> Iterator[tuple[Doc, Decimal]]:
        """Live documents of a kind on which something is left, with what is left, oldest first."""
        for doc in sorted(self.docs.get(kind, ()), key=lambda each: (each.get("at", ""), each["id"])):
            wanted = part_id in (None, doc["part_id"]) and doc["state"] in LIVE and "corrects_id" not in doc
            left = self.left(kind, doc["id"]) if wanted else NOTHING
            if left > NOTHING:
                yield doc, left


def holding(entity: str) -> frozenset[str]:
    """The states in which a document of a kind holds what it draws: a refused reservation promises nothing."""
    return LIVE if entity == "reservation" else HELD


def quantity_of(docs: Iterable[Doc], states: frozenset[str] = LIVE) -> Decimal:
    """The quantity of documents in these states together; those that take one back count against it."""
    total = NOTHING
    for doc in docs:
        if doc["state"] in states:
            quantity = parse_quantity(doc["quantity"])
            total = EXACT.subtract(total, quantity) if doc.get("corrects_id") else EXACT.add(total, quantity)
    return total


def asked(part: Doc, quantity: str | Decimal) -> Decimal:
    """A quantity that may be asked for: above zero, whole pieces of a serialised part, of a part that is in use."""
    number = parse_quantity(quantity)
    if not part.get("active", True):
        raise ConflictError("{part} is no longer in use: ask for the part that replaces it.", part=part["sku"])
    whole = part.get("is_serialised") or part.get("uom") == "each"
    if number <= NOTHING or (whole and number != number.to_integral_value()):
        template = "{part} is counted in whole pieces: give 1 or more" if whole else "Give more than nothing of {part}"
        raise InvalidError("The quantity is wrong", fields=(FieldError("quantity", template, {"part": part["sku"]}),))
    return number


def draw(ledger: Ledger, entity: str, source_id: str, quantity: Decimal | None = None, *, part: Doc) -> Draw:
    """Decide on one more document of a kind, of all that is left when no quantity is given.

    ConflictError says which part, how many are left and what now.
    """
    source, rule = ledger.source(entity, source_id), DRAWS[entity]
    left = ledger.left(rule.source, source_id)
    params = {"part": part["sku"], "left": write_quantity(left), "state": source["state"], "id": source_id}
    if source["state"] not in rule.ready:
        raise ConflictError(_NOT_READY[entity], **params)
    wanted = left if quantity is None else quantity
    if wanted > left or wanted <= NOTHING:
        raise ConflictError(_TOO_MUCH[entity], asked=write_quantity(wanted), **params)
    return Draw(entity, source_id, source["part_id"], wanted)


def draw_on_issues(ledger: Ledger, entity: str, quantity: Decimal, *, part: Doc, in_van: Decimal) -> tuple[Draw, ...]:
    """Use or bring back a part: from what was issued for the ticket, oldest first, then (use only) from ``in_van``.

    ``in_van`` is what lies in the technician's own stock beside what is promised to tickets.
    """
    draws, rest = [], quantity
    for issue, left in ledger.open("issue", part["id"]):
        share = min(left, rest)
        if share > NOTHING:
            draws.append(Draw(entity, issue["id"], part["id"], share))
            rest = EXACT.subtract(rest, share)
    spare = in_van if entity == "consumption" else NOTHING
    if rest > max(spare, NOTHING):
        held = EXACT.subtract(quantity, rest)
        raise ConflictError(
            _TOO_MUCH[entity],
            part=part["sku"],
            asked=write_quantity(quantity),
            left=write_quantity(EXACT.add(held, max(spare, NOTHING))),
        )
    return (*draws, Draw(entity, None, part["id"], rest)) if rest > NOTHING else tuple(draws)


def promise(level: Doc | None, on_the_way: Iterable[Doc], quantity: Decimal, *, part: Doc, now: datetime) -> None:
    """Refuse a reservation that a fresh stock level shows to be too much; an old or unknown level proves nothing.

    ``on_the_way`` holds the reservations on the same warehouse and part that the level may not know yet.
    """
    if level is None or now - parse_instant(level["as_of"]) > FRESH_WITHIN:
        return
    unseen = quantity_of(doc for doc in on_the_way if not _is_in(doc, level))
    free = EXACT.subtract(available(level), unseen)
    if quantity > free:
        raise ConflictError(
            "{part}: {asked} asked for, {left} free in the warehouse: order it, or choose another warehouse.",
            part=part["sku"],
            asked=write_quantity(quantity),
            left=write_quantity(max(free, NOTHING)),
        )


def spare_in_van(level: Doc | None, issued: Ledger) -> Decimal:
    """What lies in a technician's stock beside what was issued for tickets and not yet used, by the last known level.

    ``issued`` holds the issues into that stock, and all that draws on them or on the stock itself.
    """
    if level is None:
        return NOTHING
    spoken_for = [left for issue, left in issued.open("issue", level["part_id"]) if _is_in(issue, level)]
    taken = quantity_of(
        doc
        for doc in (*issued.docs.get("consumption", ()), *issued.docs.get("return", ()))
        if doc["part_id"] == level["part_id"] and not _is_in(doc, level)
    )
    spare = EXACT.subtract(parse_quantity(level["on_hand"]), EXACT.add(sum(spoken_for, NOTHING), taken))
    return max(spare, NOTHING)


def available(level: Doc) -> Decimal:
    """What a level says is free to be promised."""
    if "available" in level:
        return parse_quantity(level["available"])
    return EXACT.subtract(parse_quantity(level["on_hand"]), parse_quantity(level.get("reserved", "0")))


def _is_in(doc: Doc, level: Doc) -> bool:
    """Whether the level was told after the owning system had carried the document out."""
    done_at = doc.get("done_at") or doc.get("updated_at")
    return doc["state"] == "done" and done_at is not None and parse_instant(done_at) <= parse_instant(level["as_of"])


_NOT_READY = {
    "reservation": "{part}: the request is {state}: approve it first, or make a new one.",
    "issue": "{part}: the reservation is {state}, not yet confirmed by the ERP: issue it once it is done.",
    "release": "{part}: the reservation is {state}: only a confirmed one can be released.",
    "consumption": "{part}: the issue is {state}: nothing of it can be used.",
    "return": "{part}: the issue is {state}: nothing of it can come back.",
}
_TOO_MUCH = {
    "reservation": "{part}: {asked} to reserve, {left} left of the request: make another request.",
    "issue": "{part}: {asked} to issue, {left} left of the reservation: issue less, or request more.",
    "release": "{part}: {asked} to release, {left} left of the reservation: release no more than that.",
    "consumption": "{part}: {asked} used, {left} in the technician's hands: have the rest issued first.",
    "return": "{part}: {asked} to bring back, {left} issued and not used: bring back no more than that.",
}
