"""Connected systems: which there are, left alone and taken up again."""

from hub.cli.operations.operation import Operation, operator
from hub.domain.documents import Doc
from hub.services import connection_tests, pausing, systems
from hub.services.context import Hub


def list_systems(hub: Hub, _: Doc) -> Doc:
    """Every system, and whether it is paused, by whom and why."""
    return {"systems": systems.listing(hub)}


def show_system(hub: Hub, arguments: Doc) -> Doc:
    """All of one system."""
    return {"system": systems.show(hub, arguments["system"])}


def try_system(hub: Hub, arguments: Doc) -> Doc:
    """Test the connection to a system."""
    return {"test": connection_tests.ask(hub, operator(hub), arguments["system"])}


def pause_system(hub: Hub, arguments: Doc) -> Doc:
    """Leave a system alone."""
    made = pausing.pause(hub, operator(hub), arguments["system"], arguments["reason"])
    return hub.store.read(lambda tx: systems.standing(hub, tx, hub.systems[made.system]))


def resume_system(hub: Hub, arguments: Doc) -> Doc:
    """Go on with a system."""
    pausing.resume(hub, operator(hub), arguments["system"])
    return hub.store.read(lambda tx: systems.standing(hub, tx, hub.systems[arguments["system"]]))


SYSTEMS: dict[str, Operation] = {
    "system.list": Operation(list_systems, writes=False, systems=True),
    # it writes nothing, and is handed to a hub that is up: that knows how it stands with its calls
    "system.show": Operation(show_system, systems=True),
    "system.test": Operation(try_system, systems=True),
    "system.pause": Operation(pause_system, systems=True),
    "system.resume": Operation(resume_system, systems=True),
}
