"""Both sides compared, and brought together: plans, loads, sweeps."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from functools import partial

from hub.cli.operations.operation import Operation, need_system
from hub.domain.documents import Doc
from hub.domain.errors import InvalidError, NotFoundError
from hub.ports.runs import Run
from hub.services import comparing, loading, progress, reconciling, sweeping
from hub.services.context import Hub
from hub.services.reconciling import Change, Item

TURN = timedelta(seconds=2)  # how long a command works before it tells how far it is


def plan_sync(hub: Hub, arguments: Doc) -> Doc:
    """What a full comparison would change."""
    need_system(hub, arguments["system"])
    items = reconciling.plan(hub, arguments["system"], arguments["entities"], limit=arguments.get("limit"))
    return {"items": [asdict(item) for item in items]}


def diff_record(hub: Hub, arguments: Doc) -> Doc:
    """What a mapping would do to one record."""
    need_system(hub, arguments["system"])
    told = comparing.compare(
        hub, arguments["system"], arguments["record_id"], arguments["entity"], arguments["directions"]
    )
    return asdict(told)


def apply_sync(hub: Hub, arguments: Doc) -> Doc:
    """Carry out a plan."""
    need_system(hub, arguments["system"])
    items = [as_item(item) for item in arguments["items"]]
    return asdict(reconciling.apply(hub, arguments["system"], items, force=arguments["force"]))


def as_item(item: Doc) -> Item:
    """An item of a plan, from its JSON form; InvalidError when it is none."""
    try:
        changes = tuple(Change(**change) for change in item["changes"])
        return Item(**{**item, "changes": changes})
    except (TypeError, KeyError) as error:
        raise InvalidError("This is no plan: make one with 'tickethub sync plan SYSTEM --out FILE'.") from error


def load_sync(hub: Hub, arguments: Doc) -> Doc:
    """Go on with a load for some seconds; begins one where none is under way."""
    need_system(hub, arguments["system"])
    system = hub.systems[arguments["system"]]
    if arguments["stop"]:
        stopped = loading.stop(hub, system)
        return {"run": None if stopped is None else progress.run_row(stopped, hub.clock.now())}
    run = loading.start(hub, system, arguments["entities"], force=arguments["force"])
    return {"run": for_a_while(hub, run, partial(loading.advance, hub, system))}


def sweep_sync(hub: Hub, arguments: Doc) -> Doc:
    """Go on with the sweep of an object for some seconds; begins one where none is under way."""
    need_system(hub, arguments["system"])
    system = hub.systems[arguments["system"]]
    names = [mapping.object for mapping in sweeping.swept(system) if arguments["entity"] == mapping.entity]
    if not names:
        raise NotFoundError(
            "{system} has no mapping for {entity}: there are {known}.",
            system=system.name,
            entity=arguments["entity"],
            known=", ".join(mapping.entity for mapping in sweeping.swept(system)),
        )
    run = sweeping.start(hub, system, names[0], force=arguments["force"])
    return {"run": for_a_while(hub, run, partial(sweeping.advance, hub, system))}


def for_a_while(hub: Hub, run: Run, step: Callable[[Run], Run]) -> Doc:
    """Do steps of a run until it ends, or until it is time to tell how far it is."""
    until = hub.clock.now() + TURN
    while run.ended_at is None and hub.clock.now() < until:
        run = step(run)
    return progress.run_row(run, hub.clock.now())


def sync_status(hub: Hub, _: Doc) -> Doc:
    """How each feed and run goes."""
    return progress.status(hub)


SYNCING: dict[str, Operation] = {
    "map.diff": Operation(diff_record, writes=False, systems=True, alone=True),
    "sync.plan": Operation(plan_sync, writes=False, systems=True, alone=True),
    "sync.apply": Operation(apply_sync, systems=True),
    "sync.load": Operation(load_sync, systems=True),
    "sync.sweep": Operation(sweep_sync, systems=True),
    "sync.status": Operation(sync_status, writes=False, systems=True),
}
