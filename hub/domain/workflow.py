"""Workflows: the parsed table of a ticket type, and the two ways through it.

A **command** is what somebody wants: it is guarded and may be refused. A **fact** is what has happened elsewhere: it is
never refused; where the table does not expect it, the status stays, the fact stands in the history, and a review opens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, FieldError, ForbiddenError, InvalidError, NotFoundError
from hub.domain.events import TICKET_EVENTS, TicketEvent
from hub.domain.expression import Expression
from hub.domain.gates import FollowUpRule
from hub.domain.matching import value_at
from hub.domain.ticket import entered
from hub.domain.ticket_effects import EFFECTS, Act
from hub.domain.ticket_guards import GUARDS
from hub.domain.visit import is_open_visit


@dataclass(frozen=True)
class Hold:
    """A reason to wait, and whether the SLA clock stops meanwhile."""

    reason: str
    title: Mapping[str, str]
    stops_clock: bool


@dataclass(frozen=True)
class Transition:
    """One line of the table.

    ``target`` None keeps the status. ``sets`` are the parameters that become fields of the ticket, ``takes`` the
    others. ``require`` are paths that must hold something afterwards, in the ticket or the parameters.
    """

    name: str
    title: Mapping[str, str]
    event: str
    sources: frozenset[str]
    target: str | None = None
    who: frozenset[str] = frozenset()
    sets: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    when: Expression | None = None
    effects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workflow:
    """The rules of one ticket type: its commands, facts, holds and closing gates."""

    name: str
    version: int
    title: Mapping[str, str]
    commands: Mapping[str, Transition]
    facts: Mapping[str, Transition]
    roll_up: Mapping[str, str | None]
    holds: Mapping[str, Hold]
    gates: tuple[str, ...]
    settlement: str
    follow_up: FollowUpRule


@dataclass(frozen=True)
class Command:
    """What somebody wants to be done: the transition's name, who asks in which roles, and the parameters."""

    name: str
    by: str
    roles: frozenset[str]
    params: Doc = field(default_factory=dict)


@dataclass(frozen=True)
class Review:
    """A fact that the rules did not expect: for a person to look at."""

    template: str
    params: Mapping[str, str]


@dataclass(frozen=True)
class Decision:
    """The ticket as it is to be stored, what has happened, and what a service must still do (``effects``)."""

    ticket: Doc
    events: tuple[TicketEvent, ...]
    effects: tuple[str, ...] = ()
    reviews: tuple[Review, ...] = ()


SERVICE_EFFECTS = frozenset({"plan_visit", "cancel_visits", "free_parts", "work_out_charges"})
"""Effects that reach beyond the ticket: a workflow may name them, a service carries them out."""


def apply(workflow: Workflow, ticket: Doc, command: Command, *, now: datetime, visits: Sequence[Doc] = ()) -> Decision:
    """Carry out a command on a ticket.

    NotFoundError: no such command; ForbiddenError: not for these roles; ConflictError: not in this state;
    InvalidError: a required field is missing or a parameter unknown.
    """
    transition = workflow.commands.get(command.name)
    if transition is None:
        raise NotFoundError("A {type} has no command '{name}'", type=workflow.name, name=command.name)
    _check_role(transition, command, ticket)
    _check_params(transition, command.params)
    act = _act(workflow, ticket, command.params, by=command.by, now=now, visits=visits)
    obstacle = obstacle_to(transition, act)
    if obstacle:
        raise ConflictError(obstacle.template, **obstacle.params)
    _merge(act, transition)
    lacking = lacking_fields(transition, act.ticket, command.params)
    if lacking:
        raise InvalidError("Ticket {number}: something is missing", number=ticket.get("number", ""), fields=lacking)
    return _carry_out(transition, act)


def record(
    workflow: Workflow, ticket: Doc, fact: str, params: Doc, *, by: str, now: datetime, visits: Sequence[Doc] = ()
) -> Decision:
    """Record what happened elsewhere; never refused. NotFoundError only when the workflow does not know the word."""
    transition = workflow.facts.get(fact)
    if transition is None:
        raise NotFoundError("A {type} knows no fact '{name}'", type=workflow.name, name=fact)
    act = _act(workflow, ticket, params, by=by, now=now, visits=visits)
    obstacle = obstacle_to(transition, act) or _gap(transition, act)
    if obstacle is None:
        _merge(act, transition)
        return _carry_out(transition, act)
    kept = entered(act.ticket, transition.event, at=now, by=by, note=act.note)
    return Decision(kept, (_event(transition, kept, by, now, act.note),), reviews=(obstacle,))


HAPPENED = {"new": "reopened", "in_service": "arrived", "closed": "closed_elsewhere"}
"""What has happened where another system gives a ticket a status; else what is called as the status is."""


def follow_elsewhere(workflow: Workflow, before: Doc, ticket: Doc, *, by: str, now: datetime) -> Decision:
    """Let the history follow what a system that owns status or priority made of them.

    That is a fact, too, and never refused. A status that no command leads to from where the ticket was opens a review.
    """
    old, new = str(before["status"]), str(ticket["status"])
    event = "priority_changed" if old == new else HAPPENED.get(new, new)
    kept = entered(ticket, event, at=now, by=by)
    known = any(old in each.sources and each.target == new for each in workflow.commands.values())
    template = "Ticket {number} was {status}: another system made it {new}, to which no command leads: look what is due"
    params = {"number": str(ticket.get("number", "")), "status": old, "new": new}
    reviews = () if old == new or known else (Review(template, params),)
    return Decision(kept, (TICKET_EVENTS[event](now, by, ticket.get("id", ""), ""),), reviews=reviews)


def follow_visit(
    workflow: Workflow, ticket: Doc, visit: Doc, *, by: str, now: datetime, visits: Sequence[Doc]
) -> Decision | None:
    """Let the ticket follow a visit that has just changed; None when this status of a visit moves no ticket.

    ``visits`` are all visits of the ticket, the changed one as it is now.
    """
    others_open = any(each["id"] != visit["id"] and is_open_visit(each) for each in visits)
    alone = workflow.roll_up.get(visit["status"])
    fact = workflow.roll_up.get(f"{visit['status']}_while_others_are_open", alone) if others_open else alone
    if fact is None:
        return None
    params: Doc = {name: visit[name] for name in ("unfinished_reason", "technician_id") if name in visit}
    return record(workflow, ticket, fact, params, by=by, now=now, visits=visits)


def available(
    workflow: Workflow, ticket: Doc, roles: frozenset[str], *, visits: Sequence[Doc] = ()
) -> list[Transition]:
    """The commands that these roles may give now, in the order of the file: the buttons of the ticket page."""
    possible = (each for each in workflow.commands.values() if each.who & roles)
    when = datetime.min  # noqa: DTZ901  # guards look at states, never at the time
    act = _act(workflow, ticket, {}, by="", now=when, visits=visits)
    return [each for each in possible if obstacle_to(each, act) is None]


def obstacle_to(transition: Transition, act: Act) -> Review | None:
    """What in the ticket's state forbids the transition; None when nothing does."""
    number, status = str(act.ticket.get("number", "")), act.ticket["status"]
    if status not in transition.sources:
        template = "Ticket {number} is {status}: '{name}' is not possible now"
        return Review(template, {"number": number, "status": status, "name": transition.name})
    for guard in transition.guards:
        if not GUARDS[guard].holds(act):
            return Review("Ticket {number}: " + GUARDS[guard].otherwise, {"number": number})
    if transition.when and not transition.when.evaluate({**act.ticket, "params": act.params}):
        return Review("Ticket {number}: the rule {rule} forbids it", {"number": number, "rule": str(transition.when)})
    return None


def lacking_fields(transition: Transition, ticket: Doc, params: Doc) -> tuple[FieldError, ...]:
    """The required fields that neither the ticket nor the parameters hold."""
    paths = (path for path in transition.require if _is_empty(ticket, path) and _is_empty(params, path))
    return tuple(FieldError(path, "is required for '{name}'", {"name": transition.name}) for path in paths)


def needed_to_finish(workflow: Workflow, ticket: Doc) -> tuple[FieldError, ...]:
    """What the ticket must say before its last visit may be finished: cause, remedy, as the workflow demands."""
    fact = workflow.facts.get(workflow.roll_up.get("finished") or "")
    return lacking_fields(fact, ticket, {}) if fact else ()


def _gap(transition: Transition, act: Act) -> Review | None:
    paths = ", ".join(each.path for each in lacking_fields(transition, act.ticket, act.params))
    template = "Ticket {number}: '{name}' was reported while {paths} is empty: fill it in"
    params = {"number": str(act.ticket.get("number", "")), "name": transition.name, "paths": paths}
    return Review(template, params) if paths else None


def _act(workflow: Workflow, ticket: Doc, params: Doc, *, by: str, now: datetime, visits: Sequence[Doc]) -> Act:
    return Act(
        ticket=dict(ticket),
        params=params,
        by=by,
        now=now,
        visits=tuple(visits),
        stopping_holds=frozenset(hold.reason for hold in workflow.holds.values() if hold.stops_clock),
        gates=workflow.gates,
        settlement=workflow.settlement,
        follow_up=workflow.follow_up,
    )


def _carry_out(transition: Transition, act: Act) -> Decision:
    """Set the status, run the effects, write the history."""
    act.ticket["status"] = transition.target or act.ticket["status"]
    for effect in transition.effects:
        if effect in EFFECTS:
            EFFECTS[effect](act)
    ticket = entered(act.ticket, transition.event, at=act.now, by=act.by, note=act.note)
    left = tuple(effect for effect in transition.effects if effect in SERVICE_EFFECTS)
    return Decision(ticket, (_event(transition, ticket, act.by, act.now, act.note),), left)


def _event(transition: Transition, ticket: Doc, by: str, now: datetime, note: str) -> TicketEvent:
    return TICKET_EVENTS[transition.event](now, by, ticket.get("id", ""), note)


def _merge(act: Act, transition: Transition) -> None:
    """Put the parameters that are fields into the ticket; objects are merged, everything else replaced."""
    for name in transition.sets:
        if name in act.params:
            old, new = act.ticket.get(name), act.params[name]
            act.ticket[name] = {**old, **new} if isinstance(old, dict) and isinstance(new, dict) else new


def _check_role(transition: Transition, command: Command, ticket: Doc) -> None:
    if not transition.who & command.roles:
        raise ForbiddenError(
            "Ticket {number}: '{name}' is for {who}",
            number=ticket.get("number", ""),
            name=transition.name,
            who=", ".join(sorted(transition.who)),
        )


def _check_params(transition: Transition, params: Doc) -> None:
    unknown = sorted(set(params) - {*transition.sets, *transition.takes})
    if unknown:
        known = ", ".join((*transition.sets, *transition.takes)) or "nothing"
        fields = tuple(FieldError(each, "is not known here: there are {known}", {"known": known}) for each in unknown)
        raise InvalidError("'{name}' does not take this", name=transition.name, fields=fields)


def _is_empty(doc: Mapping[str, Any], path: str) -> bool:
    return value_at(doc, path) in (None, "", [], {})
