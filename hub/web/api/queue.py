"""What was given up, over the API: seen, tried again one by one or many at once, or dropped with a reason."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from flask import Blueprint, Response, request

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, InvalidError
from hub.domain.instants import parse_instant
from hub.ports.store import UnitOfWork
from hub.services import queue, routes
from hub.services.idempotency import Reply
from hub.services.queue import Dead
from hub.web.api.answers import body, idempotent, idempotent_in_parts, reason, shown
from hub.web.api.records import limit
from hub.web.api.reviews import sees_personal
from hub.web.auth import Rule, guarded
from hub.web.state import actor, hub

READS = Rule(scope="sync:read", permission="sync")
WRITES = Rule(scope="sync:write", permission="sync")
RATE = 5.0  # a second, unless somebody says otherwise


def register_queue(api: Blueprint) -> None:
    """The routes of the queues."""
    api.add_url_rule("/queue", "queue-list", guarded(READS)(listing))
    api.add_url_rule("/queue/<item_id>", "queue-get", guarded(READS)(show))
    api.add_url_rule("/queue/<item_id>/replay", "queue-replay", guarded(WRITES)(replay), methods=["POST"])
    api.add_url_rule("/queue/<item_id>/drop", "queue-drop", guarded(WRITES)(drop), methods=["POST"])
    api.add_url_rule("/queue/<item_id>/reroute", "queue-reroute", guarded(WRITES)(reroute), methods=["POST"])
    api.add_url_rule("/queue/replay", "queue-replay_all", guarded(WRITES)(replay_all), methods=["POST"])


def listing() -> Response:
    """The newest messages and deliveries."""
    asked = request.args
    found = queue.listing(hub(), state=asked.get("state"), system=asked.get("system"), limit=limit(asked))
    return shown({"items": found})


def show(item_id: str) -> Response:
    """One, with what it carries."""
    return shown(queue.show(hub(), item_id, sees_personal=sees_personal()))


def replay(item_id: str) -> Response:
    """Try one again, with the current mapping or the original one."""
    context, who, mapping = hub(), actor(), str(body().get("mapping", "current"))
    return idempotent(answering(lambda tx: queue.replay_one(context, tx, who, item_id, mapping=mapping)))


def drop(item_id: str) -> Response:
    """Drop one, with a reason."""
    who, why = actor(), reason()
    return idempotent(answering(lambda tx: queue.drop_one(tx, who, item_id, why)))


def reroute(item_id: str) -> Response:
    """Send the document of one through another system, with a reason."""
    context, who, values = hub(), actor(), body()
    to, why = str(values.get("to", "")), reason()
    return idempotent(answering(lambda tx: routes.reroute_one(context, tx, who, item_id, to, why)))


def replay_all() -> Response:
    """Try many again; with ``preview`` only say how many there are."""
    values = body()
    wanted = dead_of(values)
    if values.get("preview"):
        return shown(queue.count_dead(hub(), wanted))
    context, who, rate = hub(), actor(), rate_of(values.get("rate", RATE))
    return idempotent_in_parts(lambda: queue.replay_all(context, who, wanted, rate=rate))


def answering(work: Callable[[UnitOfWork], Doc]) -> Callable[[UnitOfWork], Reply]:
    """Work whose outcome is the answer."""
    return lambda tx: (200, orjson.dumps(work(tx)))


def dead_of(values: Doc) -> Dead:
    """Which ones are meant; InvalidError names what is no text."""
    texts = {name: values.get(name, "") for name in ("system", "entity", "error_class", "since")}
    wrong = tuple(
        FieldError(name, "This field is missing or wrong.", {}) for name in texts if not _is_text(texts[name])
    )
    if wrong:
        raise InvalidError("Some entries are wrong.", fields=wrong)
    since: datetime | None = parse_instant(texts["since"]) if texts["since"] else None
    return Dead(texts["system"], texts["entity"], texts["error_class"], since)


def rate_of(value: Any) -> float:
    """How many a second; InvalidError for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidError("The rate is the number of messages a second: give one above 0.")
    return float(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
