"""Connected systems: which there are, left alone and taken up again."""

from hub.cli.operations.operation import Operation, operator
from hub.domain.documents import Doc
from hub.services import pausing
from hub.services.context import Hub


def list_systems(hub: Hub, _: Doc) -> Doc:
    """Every system, and whether it is paused, by whom and why."""
    pauses = hub.store.read(lambda tx: tx.pauses.all())
    return {"systems": [row(name, system.paused, pauses.get(name)) for name, system in hub.systems.items()]}


def row(name: str, by_settings: bool, pause: pausing.Pause | None) -> Doc:  # noqa: FBT001 - what the settings say
    """One system."""
    told = {} if pause is None else {"at": pause.at.isoformat(), "by": pause.by, "reason": pause.reason}
    return {"name": name, "paused": by_settings or pause is not None, "by_settings": by_settings, **told}


def pause_system(hub: Hub, arguments: Doc) -> Doc:
    """Leave a system alone."""
    made = pausing.pause(hub, operator(hub), arguments["system"], arguments["reason"])
    return row(made.system, by_settings=False, pause=made)


def resume_system(hub: Hub, arguments: Doc) -> Doc:
    """Go on with a system."""
    pausing.resume(hub, operator(hub), arguments["system"])
    return row(arguments["system"], by_settings=False, pause=None)


SYSTEMS: dict[str, Operation] = {
    "system.list": Operation(list_systems, writes=False, systems=True),
    "system.pause": Operation(pause_system, systems=True),
    "system.resume": Operation(resume_system, systems=True),
}
