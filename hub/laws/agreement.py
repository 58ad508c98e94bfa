"""The last law: a recorded pair, on which both systems agreed, gives a mapping nothing to do."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from hub.domain.errors import HubError
from hub.domain.mapping import FieldChange
from hub.domain.mapping.rules import FieldRule
from hub.domain.mapping.values import is_nothing, normal
from hub.laws.breaches import Breach, Law
from hub.laws.corpus import Case, Recorded
from hub.laws.laws import REFUSED, Trial, shown

PULLED = "recorded as {old}, pulled as {new}"
PUSHED = "recorded as {old}, pushed as {new}"


def disagreements(trial: Trial, recorded: Recorded) -> Iterator[Breach]:
    """Where the mapping makes something else of the recorded documents than what was recorded."""
    if recorded.hub is None or recorded.remote is None:
        return
    case = Case(recorded.hub, recorded.remote, recorded.refs, recorded.name)
    try:
        if trial.mapping.pulls:
            yield from _pulled(trial, case)
        if trial.mapping.pushes:
            yield from _pushed(trial, case)
    except HubError as error:
        yield Breach(Law.AGREES, "", case.name, REFUSED, {"reason": str(error)}, case)


def _pulled(trial: Trial, case: Case) -> Iterator[Breach]:
    made = trial.mapping.pull(case.remote, None, case.refs)
    changes = trial.mapping.changed_hub(case.hub, made)
    meant = {change.path for change in changes}
    yield from _told(trial, case, [each for each in changes if _pulls(each)], PULLED)
    yield from _rounded(trial, case, case.hub, made, meant, of_hub=True)


def _pushed(trial: Trial, case: Case) -> Iterator[Breach]:
    again = trial.mapping.push(case.hub, case.remote, case.refs)
    changes = trial.mapping.changed_remote(case.remote, again, case.refs)
    yield from _told(trial, case, [each for each in changes if not _is_ours(trial, each)], PUSHED)
    made = trial.mapping.push(case.hub, None, case.refs)
    yield from _rounded(trial, case, case.remote, made, set(), of_hub=False)


def _is_ours(trial: Trial, change: FieldChange) -> bool:
    """Whether it is our id over there, which an adopted record gets with its next change."""
    own = trial.mapping.identity.external_id
    return isinstance(change.rule, FieldRule) and own == (change.rule.hub, change.rule.remote)


def _pulls(change: FieldChange) -> bool:
    return isinstance(change.rule, FieldRule) and change.rule.direction.pulls and not is_nothing(change.new)


def _told(trial: Trial, case: Case, changes: list[FieldChange], template: str) -> Iterator[Breach]:
    for change in changes:
        params = {"old": shown(change, change.old), "new": shown(change, change.new)}
        path = trial.book.path(change.rule, change.path)
        yield Breach(Law.AGREES, path, f"{case.name}: {change.path}", template, params, case, change.rule)


def _rounded(trial: Trial, case: Case, recorded: Any, made: Any, told: set[str], *, of_hub: bool) -> Iterator[Breach]:
    """Numbers that the codec finds equal although digits are gone."""
    for names, old, new in _numbers(recorded, made, ()):
        found = trial.book.at(names, of_hub=of_hub)
        if found is not None and found[0] not in told:
            params = {"old": repr(old), "new": repr(new)}
            place = f"{case.name}: {'.'.join(names)}"
            yield Breach(Law.AGREES, found[0], place, PULLED if of_hub else PUSHED, params, case, found[1])


def _numbers(old: Any, new: Any, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in old.keys() & new.keys():
            yield from _numbers(old[name], new[name], (*names, name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for one, other in zip(old, new, strict=True):
            yield from _numbers(one, other, names)
    else:
        one, other = _number(old), _number(new)
        if one is not None and other is not None and one != other and normal(old) != normal(new):
            yield names, old, new


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
