"""A small service company: enough records for every page to show something."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hub.domain.documents import Doc
from hub.ports.outbox import Delivery
from hub.ports.reviews import Review
from hub.ports.store import UnitOfWork
from hub.ports.trace import STOPS, Stop
from hub.services.context import Hub

DOCUMENTS = Path(__file__).parents[2] / "data" / "world.json"
MOMENT = re.compile(r"@(-?[0-9.]+)")


def documents(now: datetime) -> dict[str, list[Doc]]:
    """Records by entity; in the file ``@-5`` stands for the instant five minutes ago."""
    found: dict[str, list[Doc]] = dated(json.loads(DOCUMENTS.read_text("utf-8")), now)
    return found


def dated(value: Any, now: datetime) -> Any:
    """A value with its instants."""
    if isinstance(value, dict):
        return {name: dated(one, now) for name, one in value.items()}
    if isinstance(value, list):
        return [dated(one, now) for one in value]
    match = MOMENT.fullmatch(value) if isinstance(value, str) else None
    return (now + timedelta(minutes=float(match[1]))).isoformat() if match else value


def fill(hub: Hub) -> None:
    """Store the world."""
    now = hub.clock.now()

    def work(tx: UnitOfWork) -> None:
        stamps = dated({"created_at": "@-200", "updated_at": "@-3"}, now)
        for entity, docs in documents(now).items():
            for doc in docs:
                hub.schemas.check(entity, doc | stamps)
                tx.records.add(entity, doc | stamps)
                tx.audit.write("li", "create", entity, doc["id"], "corr-1", {n: [None, v] for n, v in doc.items()})
        queue(tx, now)

    hub.store.run(work)


def queue(tx: UnitOfWork, now: datetime) -> None:
    """Messages: one on its way, one given up, one to be settled, one traced."""
    delivery = Delivery("d1", "erp", "charge", "ch1", "corr-2", now - timedelta(minutes=12), goal="posted")
    tx.outbox.enqueue(delivery)
    dead = Delivery("d2", "erp", "consumption", "co1", "corr-3", now - timedelta(minutes=30))
    tx.outbox.enqueue(dead)
    for claimed in tx.outbox.claim("erp", now=now, lease_for=timedelta(seconds=1), limit=9):
        if claimed.id == "d2":
            tx.outbox.dead(claimed, error="RejectedError 409")
        else:
            tx.outbox.later(claimed, not_before=now + timedelta(minutes=1), error="RetryableError 503")
    tx.reviews.open(
        Review(
            "rv1",
            "conflict",
            "customer",
            "c1",
            "erp",
            {"path": "phone", "field": "phone", "hub": "+86138", "remote": "+86139", "why": "both_changed"},
            "corr-4",
            now,
        )
    )
    for number, stop in enumerate(STOPS[:6]):
        words = "The customer was {what}."
        tx.trace.note(
            Stop("corr-4", now - timedelta(seconds=9 - number), stop, "erp", "customer", "c1", words, {"what": stop})
        )
