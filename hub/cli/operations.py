"""What a command does to a hub: one table, run in this process or, while the hub is up, by the hub for us.

An operation takes and gives JSON values, so that both ways are the same.
"""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError, NotFoundError
from hub.ports.accounts import ApiKey, User
from hub.ports.runs import Run
from hub.ports.trace import Stop
from hub.services import accounts, audit, comparing, loading, progress, queue, reconciling, sweeping, trace
from hub.services.context import Actor, Hub
from hub.services.reconciling import Change, Item

TURN = timedelta(seconds=2)  # how long a command works before it tells how far it is


@dataclass(frozen=True)
class Operation:
    """``writes``: changes the database. ``systems``: asks the connected systems."""

    run: Callable[[Hub, Doc], Doc]
    writes: bool = True
    systems: bool = False


def operator(hub: Hub) -> Actor:
    """Who acts: the operator, who may do everything."""
    return hub.actor("operator")


def add_user(hub: Hub, arguments: Doc) -> Doc:
    """A new account; its roles are those of config/roles.yaml."""
    if unknown := sorted(set(arguments["roles"]) - set(hub.policies.roles)):
        raise InvalidError(
            "There is no role {unknown}: there are {known}.",
            unknown=", ".join(unknown),
            known=", ".join(hub.policies.roles),
        )
    return shown_user(accounts.add_user(hub, operator(hub), **arguments))


def list_users(hub: Hub, _: Doc) -> Doc:
    """All accounts."""
    return {"users": [shown_user(user) for user in accounts.users(hub)]}


def disable_user(hub: Hub, arguments: Doc) -> Doc:
    """Lock an account, or open it again."""
    user = by_login(hub, arguments["login"])
    return shown_user(accounts.change_user(hub, operator(hub), user.id, disabled=arguments["disabled"]))


def set_password(hub: Hub, arguments: Doc) -> Doc:
    """Another password."""
    user = by_login(hub, arguments["login"])
    return shown_user(accounts.set_password(hub, operator(hub), user.id, arguments["password"]))


def by_login(hub: Hub, login: str) -> User:
    """An account; NotFoundError when there is none."""
    user = hub.store.read(lambda tx: tx.accounts.by_login(login))
    if user is None:
        raise NotFoundError("There is no user {login}: see 'tickethub user list'.", login=login)
    return user


def shown_user(user: User) -> Doc:
    """An account without its hash."""
    return {
        "id": user.id,
        "login": user.login,
        "name": user.name,
        "roles": list(user.roles),
        "language": user.language,
        "technician_id": user.technician_id,
        "disabled": user.disabled,
    }


def add_key(hub: Hub, arguments: Doc) -> Doc:
    """A new API key; its text is given this once."""
    key, text = accounts.add_key(hub, operator(hub), secret=secrets.token_urlsafe(32), **arguments)
    return {**shown_key(key), "key": text}


def list_keys(hub: Hub, _: Doc) -> Doc:
    """All API keys."""
    return {"keys": [shown_key(key) for key in accounts.keys(hub)]}


def revoke_key(hub: Hub, arguments: Doc) -> Doc:
    """Take a key back."""
    accounts.revoke_key(hub, operator(hub), arguments["id"])
    return {"id": arguments["id"]}


def shown_key(key: ApiKey) -> Doc:
    """A key without its digest."""
    revoked = key.revoked_at.isoformat() if key.revoked_at else None
    made = key.created_at.isoformat()
    return {"id": key.id, "name": key.name, "scopes": list(key.scopes), "created_at": made, "revoked_at": revoked}


def list_queue(hub: Hub, arguments: Doc) -> Doc:
    """What waits or was given up."""
    return {"items": queue.listing(hub, **arguments)}


def show_queued(hub: Hub, arguments: Doc) -> Doc:
    """One message or delivery."""
    return queue.show(hub, arguments["id"])


def replay(hub: Hub, arguments: Doc) -> Doc:
    """Try a given-up message or delivery again."""
    return queue.replay(hub, operator(hub), arguments["id"])


def show_trace(hub: Hub, arguments: Doc) -> Doc:
    """The stops of a message or a record."""
    return {"stops": [shown_stop(stop) for stop in trace.story(hub, arguments["id"])]}


def shown_stop(stop: Stop) -> Doc:
    """A stop with its sentence."""
    return {
        "at": stop.at.isoformat(),
        "correlation": stop.correlation,
        "stop": stop.stop,
        "system": stop.system,
        "entity": stop.entity,
        "record_id": stop.record_id,
        "text": stop.template.format(**stop.params),
    }


def verify_audit(hub: Hub, _: Doc) -> Doc:
    """Recompute the audit chain."""
    verdict = audit.verify(hub)
    return {
        "sealed": verdict.sealed,
        "unsealed": verdict.unsealed,
        "head": verdict.head,
        "broken": verdict.broken,
    }


def plan_sync(hub: Hub, arguments: Doc) -> Doc:
    """What a full comparison would change."""
    need_system(hub, arguments["system"])
    items = reconciling.plan(hub, arguments["system"], arguments["entities"])
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


def need_system(hub: Hub, name: str) -> None:
    """NotFoundError when there is no such system."""
    if name not in hub.systems:
        raise NotFoundError(
            "There is no system {name}: hub.yaml has {names}.", name=name, names=", ".join(hub.systems) or "none"
        )


def as_item(item: Doc) -> Item:
    """An item of a plan, from its JSON form; InvalidError when it is none."""
    try:
        changes = tuple(Change(**change) for change in item["changes"])
        return Item(**{**item, "changes": changes})
    except (TypeError, KeyError) as error:
        raise InvalidError("This is no plan: make one with 'tickethub sync plan SYSTEM --out FILE'.") from error


OPERATIONS: dict[str, Operation] = {
    "user.add": Operation(add_user),
    "user.list": Operation(list_users, writes=False),
    "user.disable": Operation(disable_user),
    "user.password": Operation(set_password),
    "key.add": Operation(add_key),
    "key.list": Operation(list_keys, writes=False),
    "key.revoke": Operation(revoke_key),
    "queue.list": Operation(list_queue, writes=False),
    "queue.show": Operation(show_queued, writes=False),
    "queue.replay": Operation(replay),
    "map.diff": Operation(diff_record, writes=False, systems=True),
    "sync.plan": Operation(plan_sync, writes=False, systems=True),
    "sync.apply": Operation(apply_sync, systems=True),
    "sync.load": Operation(load_sync, systems=True),
    "sync.sweep": Operation(sweep_sync, systems=True),
    "sync.status": Operation(sync_status, writes=False, systems=True),
    "trace": Operation(show_trace, writes=False),
    "audit.verify": Operation(verify_audit, writes=False),
}
