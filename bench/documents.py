"""Pairs of documents for the mapping benchmark: a record of the hub, and what the other side holds of it.

Most fields agree, some were edited on one side, some optional ones are missing, and both hold what no rule names.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Doc = dict[str, Any]
WORDS = ("pump", "valve", "boiler", "暖通", "compressor", "fan", "锅炉", "relay", "filter", "sensor")


@dataclass(frozen=True)
class Pair:
    """What is pushed onto what, and the other way round."""

    hub: Doc
    remote: Doc


def words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(count))


def structure(chance: random.Random) -> Doc:
    """A ticket of the hub."""
    doc: Doc = {
        "id": f"T{chance.randrange(10**8)}",
        "number": f"2026-{chance.randrange(10**6)}",
        "title": words(chance, 4),
        "text": words(chance, 12),
        "type": chance.choice(["repair", "inspection"]),
        "channel": chance.choice(["call", "web"]),
        "language": "zh",
        "priority": chance.choice(["p1", "p2", "p3"]),
        "state": chance.choice(["new", "assigned", "done"]),
        "queue": "north",
        "opened_at": "2026-01-31T08:00:00+00:00",
        "due_at": "2026-02-01T08:00:00+00:00",
        "customer": {"id": f"C{chance.randrange(10**4)}", "name": words(chance, 2), "phone": "+8613812345678"},
        "site": {
            "id": "S1",
            "name": words(chance, 1),
            "street": "1 Road",
            "city": "上海",
            "zip": "200000",
            "country": "CN",
        },
        "asset": {"id": "A1", "serial": str(chance.randrange(10**9)), "model": "X200", "maker": "Acme"},
        "lines": [
            {
                "id": f"L{at}",
                "sku": f"P{chance.randrange(999)}",
                "text": words(chance, 3),
                "unit": "each",
                "warehouse": "W1",
                "position": at,
            }
            for at in range(3)
        ],
        "audit": {"by": "u1", "seen": [1, 2, 3]},
    }
    optional = [(doc, "note", words(chance, 6)), (doc, "worker", "E7"), (doc["customer"], "email", "a@example.org")]
    for holder, name, value in [*optional, (doc, "closed_at", "2026-02-01T07:00:00+00:00")]:
        if chance.random() < 0.6:
            holder[name] = value
    return doc


def decimal(chance: random.Random, most: int, places: int) -> str:
    """A decimal string without zeros at its end."""
    digits = f"{chance.randrange(most * 10**places) / 10**places:.{places}f}"
    return digits.rstrip("0").rstrip(".") or "0"


def values(chance: random.Random) -> Doc:
    """An invoice of the hub."""
    doc: Doc = {
        "id": f"I{chance.randrange(10**8)}",
        "number": f"2026-{chance.randrange(10**6)}",
        "state": chance.choice(["draft", "issued", "void"]),
        "payment": {"status": chance.choice(["unpaid", "partial", "paid"])},
        "language": chance.choice(["zh", "en"]),
        "terms": chance.choice(["now", "d15", "d30"]),
        "kind": chance.choice(["service", "repair", "warranty"]),
        "priority": chance.choice(["p1", "p2", "p3"]),
        "customer": {
            "id": f"C{chance.randrange(10**4)}",
            "name": words(chance, 2),
            "business": chance.random() < 0.7,
            "vip": chance.random() < 0.2,
            "email": "a@example.org",
        },
        "issued_on": f"2026-01-{chance.randrange(10, 30)}",
        "due_on": f"2026-02-{chance.randrange(10, 28)}",
        "currency": "CNY",
        "rate": decimal(chance, 9, 4),
        "discount": chance.choice(["0", "0.05", "0.1", "0.125"]),
        "totals": {
            "net": f"{chance.randrange(10**7) / 100:.2f}",
            "tax": f"{chance.randrange(10**6) / 100:.2f}",
            "gross": f"{chance.randrange(10**7) / 100:.2f}",
            "rounding": decimal(chance, 1, 2),
        },
        "paid": {"amount": f"{chance.randrange(10**7) / 100:.2f}", "on": f"2026-02-{chance.randrange(10, 28)}"},
        "urgent": chance.random() < 0.3,
        "hours": decimal(chance, 40, 2),
        "distance": decimal(chance, 300, 1),
        "lines": [
            {
                "id": f"L{at}",
                "sku": f"P{chance.randrange(999)}",
                "quantity": decimal(chance, 20, 3),
                "unit": chance.choice(["hour", "each", "km"]),
                "price": f"{chance.randrange(10**5) / 100:.2f}",
                "tax_rate": chance.choice(["0.13", "0.06", "0.09", "0"]),
                "tax": chance.choice(["standard", "reduced", "none"]),
                "position": at,
            }
            for at in range(3)
        ],
        "audit": {"by": "u1", "seen": [1, 2, 3]},
    }
    if chance.random() < 0.6:
        doc["note"] = words(chance, 6)
    if chance.random() < 0.8:
        doc["customer"]["tax_id"] = f"91{chance.randrange(10**9)}"
    return doc


def edited(chance: random.Random, doc: Doc, other: Doc) -> Doc:
    """The document with about a fifth of its fields from another one; which lines there are does not change."""
    mixed: Doc = {}
    for name, value in doc.items():
        if isinstance(value, dict):
            mixed[name] = edited(chance, value, other.get(name, value))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            mixed[name] = [edited(chance, one, two) for one, two in zip(value, other[name], strict=True)]
        else:
            mixed[name] = other[name] if name in other and chance.random() < 0.2 else value
    return mixed


def pairs(make: Any, push: Any, *, count: int, seed: int = 7) -> Iterator[Pair]:
    """So many pairs, always the same ones; ``push`` makes the other side's document of an edited record."""
    chance = random.Random(seed)  # noqa: S311 - invented documents
    for _ in range(count):
        hub = make(chance)
        extra = {"modified": "2026-01-31", "owner": "erp", "flags": [1, 2], "nested": {"a": 1}}
        remote = push(edited(chance, hub, make(chance)), extra)
        for item in remote["items"]:
            item["idx"] = chance.randrange(9)
        yield Pair(hub, remote)
