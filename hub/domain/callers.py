"""Callers: whom the number of a call's other side belongs to."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.domain.documents import Doc

MOST_MATCHES = 100


@dataclass(frozen=True)
class Hit:
    """A customer, or a contact and its customer, that has the number; a contact nobody has confirmed has none."""

    customer_id: str | None
    contact_id: str | None = None


def lookup_number(call: Doc) -> str | None:
    """The number of the other side: the caller's, on outbound calls the called one's; None when nobody may know it."""
    number: str | None = call.get("from" if call["direction"] == "in" else "to")
    return number


def match(call: Doc, hits: Iterable[Hit]) -> Doc:
    """The call with whom its number belongs to: nobody, one customer, several (an agent chooses), or withheld.

    A customer and its own contact are one hit, and a customer goes before a contact that has none. The customer is set
    only when there is exactly one, the contact only when there is exactly one as well. Privacy numbers are nobody's.
    """
    found = list(dict.fromkeys(hits))[:MOST_MATCHES]
    found = [hit for hit in found if hit.customer_id] or found
    customers = {hit.customer_id for hit in found}
    contacts = {hit.contact_id for hit in found if hit.contact_id}
    sole = {
        "customer_id": found[0].customer_id if len(customers) == 1 else None,
        "contact_id": next(iter(contacts)) if len(customers) == len(contacts) == 1 else None,
    }
    chosen = {name: value for name, value in sole.items() if value and name not in call}
    return {**call, "match": _word(call, len(customers)), "matches": [_line(hit) for hit in found], **chosen}


def _word(call: Doc, count: int) -> str:
    if call.get("is_anonymous"):
        return "anonymous"
    return ("none", "one")[count] if count in {0, 1} else "several"


def _line(hit: Hit) -> Doc:
    line = {
        "id": hit.contact_id or hit.customer_id,
        "entity": "contact" if hit.contact_id else "customer",
        "customer_id": hit.customer_id,
        "contact_id": hit.contact_id,
    }
    return {name: value for name, value in line.items() if value}
