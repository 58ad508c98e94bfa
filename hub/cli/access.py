"""How a command reaches the hub's data: in this process, or through the hub that is up."""

from hub.bootstrap import build
from hub.cli.loopback import ask
from hub.cli.operations import OPERATIONS
from hub.cli.place import Place
from hub.domain.documents import Doc
from hub.process.lock import HeldError


def perform(place: Place, name: str, /, **arguments: object) -> Doc:
    """Run an operation.

    On SQLite a hub that is up is the only writer: what writes is handed to it. What reads opens the database beside it,
    and on PostgreSQL everything does.
    """
    operation = OPERATIONS[name]
    settings = place.settings()
    named = {str(arguments.get("system"))} & set(settings.systems) if operation.alone else set[str]()
    wanted = (named or set(settings.systems)) if operation.systems else set[str]()
    try:
        container = build(settings, place.environment, writes=operation.writes, systems=wanted)
    except HeldError:
        return ask(place.directory, name, arguments)
    with container:
        return operation.run(container.hub, arguments)
