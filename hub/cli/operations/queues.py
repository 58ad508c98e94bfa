"""What waits or was given up."""

from hub.cli.operations.operation import Operation, operator
from hub.domain.documents import Doc
from hub.domain.instants import parse_instant
from hub.services import queue, routes
from hub.services.context import Hub
from hub.services.queue import Dead


def list_queue(hub: Hub, arguments: Doc) -> Doc:
    """What waits or was given up."""
    return {"items": queue.listing(hub, **arguments)}


def show_queued(hub: Hub, arguments: Doc) -> Doc:
    """One message or delivery."""
    return queue.show(hub, arguments["id"])


def replay(hub: Hub, arguments: Doc) -> Doc:
    """Try a given-up message or delivery again."""
    return queue.replay(hub, operator(hub), arguments["id"])


def count_dead(hub: Hub, arguments: Doc) -> Doc:
    """How many a mass replay would take up."""
    return queue.count_dead(hub, as_dead(arguments))


def replay_all(hub: Hub, arguments: Doc) -> Doc:
    """Try many again, so many a second."""
    return queue.replay_all(hub, operator(hub), as_dead(arguments), rate=arguments["rate"])


def as_dead(arguments: Doc) -> Dead:
    """Which of those that were given up are meant."""
    since = arguments.get("since")
    named = {name: arguments.get(name) or "" for name in ("system", "entity", "error_class")}
    return Dead(**named, since=parse_instant(since) if since else None)


def replay_with_original(hub: Hub, arguments: Doc) -> Doc:
    """Try one again, if its mapping is still the one with which it failed."""
    return queue.replay(hub, operator(hub), arguments["id"], mapping="original")


def drop(hub: Hub, arguments: Doc) -> Doc:
    """Give one up for good."""
    return queue.drop(hub, operator(hub), arguments["id"], arguments["reason"])


def reroute(hub: Hub, arguments: Doc) -> Doc:
    """Send the document of one that was given up through another system."""
    return routes.reroute(hub, operator(hub), arguments["id"], arguments["to"], arguments["reason"])


QUEUES: dict[str, Operation] = {
    "queue.list": Operation(list_queue, writes=False),
    "queue.show": Operation(show_queued, writes=False),
    "queue.replay": Operation(replay),
    "queue.replay_original": Operation(replay_with_original, systems=True),
    "queue.count": Operation(count_dead, writes=False),
    "queue.replay_all": Operation(replay_all),
    "queue.drop": Operation(drop),
    "queue.reroute": Operation(reroute, systems=True),
}
