"""Guards: named claims about a ticket that a workflow may demand before a transition."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hub.domain.gates import gates_are_met
from hub.domain.ticket_effects import Act
from hub.domain.visit import is_open_visit, is_under_way


@dataclass(frozen=True)
class Guard:
    """A claim, and what to tell the person when it does not hold (a template: what is wrong, and what to do)."""

    holds: Callable[[Act], bool]
    otherwise: str


def _has_open_visit(act: Act) -> bool:
    return any(map(is_open_visit, act.visits))


def _somebody_is_under_way(act: Act) -> bool:
    return any(map(is_under_way, act.visits))


def _into_another(act: Act) -> bool:
    into = act.params.get("into")
    return into is None or into != act.ticket.get("id")


GUARDS: Mapping[str, Guard] = {
    "is_draft": Guard(lambda act: bool(act.ticket.get("is_draft")), "it is confirmed already"),
    "is_confirmed": Guard(lambda act: not act.ticket.get("is_draft"), "it is a draft: confirm it first"),
    "is_held": Guard(lambda act: "hold" in act.ticket, "it is not on hold"),
    "is_not_held": Guard(lambda act: "hold" not in act.ticket, "it is on hold already: resume it first"),
    "is_assigned": Guard(lambda act: "assignment" in act.ticket, "nobody is assigned: assign a technician first"),
    "has_no_open_visit": Guard(
        lambda act: not _has_open_visit(act), "a visit is still open: finish, reassign or cancel it first"
    ),
    "has_open_visit": Guard(_has_open_visit, "no visit is open: assign a technician instead"),
    "nobody_under_way": Guard(
        lambda act: not _somebody_is_under_way(act), "a technician is on the way or on site: end the visit first"
    ),
    "gates_are_met": Guard(lambda act: gates_are_met(act.ticket), "closing gates are open: meet or waive them"),
    "merges_into_another": Guard(_into_another, "it cannot be merged into itself"),
}
