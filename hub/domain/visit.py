"""The visit: one technician, one trip. Its states, who moves it, and what must be there before it may be finished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, FieldError, ForbiddenError, InvalidError, NotFoundError
from hub.domain.instants import write_instant
from hub.domain.sop import Missing


@dataclass(frozen=True)
class Step:
    """One move of a visit: from which statuses, to which, the field that takes the time, and what it needs."""

    sources: frozenset[str]
    target: str
    stamps: tuple[str, ...]
    takes: Mapping[str, str] = field(default_factory=dict)
    require: tuple[str, ...] = ()
    needs_sop: bool = False


_PLANNED = frozenset({"planned", "accepted"})
_UNDER_WAY = frozenset({"en_route", "on_site"})
_OPEN = _PLANNED | _UNDER_WAY
_ENDED_WITH = {"reason": "unfinished_reason", "note": "unfinished_note", "travel_km": "travel_km"}

STEPS: Mapping[str, Step] = {
    "accept": Step(frozenset({"planned"}), "accepted", ("accepted_at",)),
    "decline": Step(_PLANNED, "cancelled", (), {"reason": "unfinished_note"}, ("reason",)),
    "cancel": Step(_PLANNED, "cancelled", (), {"reason": "unfinished_note"}),
    "depart": Step(frozenset({"accepted"}), "en_route", ("departed_at",)),
    "check_in": Step(frozenset({"accepted", "en_route"}), "on_site", ("checked_in_at",), {"place": "check_in_place"}),
    "finish": Step(
        frozenset({"on_site"}),
        "finished",
        ("finished_at", "checked_out_at"),
        {"travel_km": "travel_km", "place": "check_out_place"},
        needs_sop=True,
    ),
    "unfinished": Step(_OPEN - {"planned"}, "unfinished", ("finished_at",), _ENDED_WITH, ("reason",)),
}
"""The life of a visit. A technician who forgot to depart may still check in."""


def plan_visit(ticket: Doc, technician_id: str, *, sequence: int, now: datetime, window: Doc | None = None) -> Doc:
    """Make the visit of an assignment; the caller adds the id. ``window`` has window_start and window_end."""
    return {
        "ticket_id": ticket["id"],
        "technician_id": technician_id,
        "sequence": sequence,
        "status": "planned",
        "planned_at": write_instant(now),
        **(window or {}),
    }


def move_visit(
    visit: Doc, name: str, params: Doc, *, technician_id: str | None, now: datetime, missing: Sequence[Missing] = ()
) -> Doc:
    """Move a visit on.

    ``technician_id`` is who asks, None for a dispatcher; ``missing`` is what the SOP still wants. NotFoundError: no
    such move; ForbiddenError: another technician's visit; ConflictError: not in this status; InvalidError: something
    is missing, all of it named at once.
    """
    step = STEPS.get(name)
    if step is None:
        raise NotFoundError("A visit has no move '{name}'", name=name)
    _check(visit, step, name, technician_id)
    lacking = [*_lacking(step, params), *(_field_error(each) for each in missing if step.needs_sop)]
    if lacking:
        raise InvalidError("Visit {id}: '{name}' needs more", id=visit.get("id", ""), name=name, fields=tuple(lacking))
    given = {target: params[source] for source, target in step.takes.items() if source in params}
    return {**visit, **given, **dict.fromkeys(step.stamps, write_instant(now)), "status": step.target}


def possible_moves(visit: Doc) -> tuple[str, ...]:
    """The moves that the visit's status allows: the buttons of the technician's page."""
    return tuple(name for name, step in STEPS.items() if visit["status"] in step.sources)


def is_open_visit(visit: Doc) -> bool:
    """Whether the visit is still to be made or going on."""
    return visit["status"] in _OPEN


def is_under_way(visit: Doc) -> bool:
    """Whether the technician has left for it or is there."""
    return visit["status"] in _UNDER_WAY


def with_answer(visit: Doc, answer: Doc) -> Doc:
    """The visit with the answer to one step; a later answer replaces the earlier one."""
    others = [each for each in visit.get("answers", ()) if each["step"] != answer["step"]]
    return {**visit, "answers": [*others, answer]}


def _check(visit: Doc, step: Step, name: str, technician_id: str | None) -> None:
    if technician_id is not None and technician_id != visit["technician_id"]:
        raise ForbiddenError("Visit {id} belongs to another technician", id=visit.get("id", ""))
    if visit["status"] not in step.sources:
        raise ConflictError(
            "Visit {id} is {status}: '{name}' is not possible now",
            id=visit.get("id", ""),
            status=visit["status"],
            name=name,
        )


def _lacking(step: Step, params: Doc) -> list[FieldError]:
    return [FieldError(name, "is required", {}) for name in step.require if not params.get(name)]


def _field_error(missing: Missing) -> FieldError:
    return FieldError(f"steps.{missing.step}", missing.template, missing.params)
