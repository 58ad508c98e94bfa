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
from hub.domain.instants import parse_instant
from hub.ports.accounts import ApiKey, User
from hub.ports.reports import Report
from hub.ports.reviews import Wanted
from hub.ports.runs import Run
from hub.ports.trace import Stop
from hub.services import (
    accounts,
    audit,
    auditing,
    comparing,
    loading,
    progress,
    provenance,
    queue,
    reconciliation,
    reconciling,
    reviewing,
    routes,
    suggesting,
    sweeping,
    trace,
)
from hub.services.context import Actor, Hub
from hub.services.decisions import Decision
from hub.services.queue import Dead
from hub.services.reconciling import Change, Item
from hub.services.walk import Passage

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


def list_reviews(hub: Hub, arguments: Doc) -> Doc:
    """What a person has to settle."""
    wanted = Wanted(**{name: value for name, value in arguments.items() if name != "limit" and value})
    return {"items": reviewing.listing(hub, wanted, limit=arguments["limit"])}


def show_review(hub: Hub, arguments: Doc) -> Doc:
    """One review with both sides."""
    return hub.store.read(lambda tx: reviewing.show(hub, tx, arguments["id"], sees_personal=True))


def settle_review(hub: Hub, arguments: Doc) -> Doc:
    """Decide; StaleError when the values have changed since they were seen."""
    decision = Decision(**{**arguments["decision"], "fields": tuple(map(tuple, arguments["decision"]["fields"]))})
    outcome = hub.store.run(lambda tx: reviewing.settle(hub, tx, operator(hub), arguments["id"], decision))
    if outcome.moved:
        raise reviewing.asked_anew(outcome.review.id, outcome.review.state)
    return reviewing.row(outcome.review, sees_personal=True)


def find_duplicates(hub: Hub, _: Doc) -> Doc:
    """Ask about customers that are likely one."""
    return {"asked": suggesting.find_duplicates(hub, operator(hub))}


def show_trace(hub: Hub, arguments: Doc) -> Doc:
    """The stops of a message, or of all messages that concerned a record."""
    found = hub.store.read(lambda tx: trace.subject(hub, tx, arguments["id"]))
    stops = [shown_stop(stop) for stop in trace.story(hub, arguments["id"])]
    if found.correlation is None:
        return {"stops": stops, "walk": []}
    return {"stops": stops, "walk": [shown_passage(one) for one in trace.passages(hub, found.correlation)]}


def shown_passage(one: Passage) -> Doc:
    """One of the eight stops with its sentences."""
    facts = [(note.template, note.params) for note in one.notes] + [(fact.template, fact.params) for fact in one.facts]
    return {
        "stop": one.stop,
        "state": one.state,
        "at": one.at.isoformat() if one.at else None,
        "took_seconds": one.took.total_seconds() if one.took is not None else None,
        "told": [template.format(**params) for template, params in facts],
    }


def show_fields(hub: Hub, arguments: Doc) -> Doc:
    """Where each value of a record came from."""
    entity, record_id = hub.store.read(lambda tx: trace.record_of(hub, tx, arguments["id"]))
    told = [provenance.document(one, sees_personal=True) for one in trace.fields(hub, entity, record_id)]
    return {"entity": entity, "record_id": record_id, "fields": told}


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


def measure_drift(hub: Hub, arguments: Doc) -> Doc:
    """Audit the fields of a sample."""
    need_system(hub, arguments["system"])
    runs = auditing.audit(hub, arguments["system"], arguments["entities"], sample=arguments["sample"])
    return {"audits": [shown_audit(run) for run in runs]}


def shown_audit(run: Report) -> Doc:
    """A field audit, with the records that differ."""
    kept = {name: run.detail.get(name) for name in ("entity", "differing", "error")}
    return {"id": run.id, "object": run.object, "state": run.state, "counts": run.counts, **kept}


def reconcile(hub: Hub, arguments: Doc) -> Doc:
    """A reconciliation report."""
    need_system(hub, arguments["system"])
    period = reconciliation.period_of(arguments["first"], arguments["last"])
    run = reconciliation.reconcile(hub, operator(hub), arguments["system"], period)
    return {**asdict(run), "started_at": run.started_at.isoformat(), "ended_at": None}


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
    "queue.replay_original": Operation(replay_with_original, systems=True),
    "queue.count": Operation(count_dead, writes=False),
    "queue.replay_all": Operation(replay_all),
    "queue.drop": Operation(drop),
    "queue.reroute": Operation(reroute, systems=True),
    "review.list": Operation(list_reviews, writes=False),
    "review.show": Operation(show_review, writes=False, systems=True),
    "review.settle": Operation(settle_review, systems=True),
    "review.suggest": Operation(find_duplicates),
    "map.diff": Operation(diff_record, writes=False, systems=True),
    "sync.plan": Operation(plan_sync, writes=False, systems=True),
    "sync.apply": Operation(apply_sync, systems=True),
    "drift": Operation(measure_drift, systems=True),
    "reconcile": Operation(reconcile, systems=True),
    "sync.load": Operation(load_sync, systems=True),
    "sync.sweep": Operation(sweep_sync, systems=True),
    "sync.status": Operation(sync_status, writes=False, systems=True),
    "trace": Operation(show_trace, writes=False),
    "trace.fields": Operation(show_fields, writes=False, systems=True),
    "audit.verify": Operation(verify_audit, writes=False),
}
