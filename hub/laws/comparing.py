"""Which differences between two documents break a law: not those that a rule says on purpose."""

from collections.abc import Iterable, Iterator

from hub.domain.mapping import FieldChange
from hub.domain.mapping.rules import CreateOnly, Direction, ListRule, Members


def unlike_here(changes: Iterable[FieldChange], dormant: set[str], *, creating: bool) -> Iterator[FieldChange]:
    """What differs in the hub after a push and a pull."""
    for change in changes:
        if isinstance(change.rule, ListRule):
            if _hub_decides(change.rule, creating=creating):
                yield change
        elif (
            change.rule.direction is Direction.BOTH
            and change.path not in dormant
            and (creating or change.rule.create_only is CreateOnly.NO)
        ):
            yield change


def unlike_there(changes: Iterable[FieldChange], dormant: set[str], *, creating: bool) -> Iterator[FieldChange]:
    """What differs over there after a pull and a push."""
    for change in changes:
        if isinstance(change.rule, ListRule):
            if _remote_decides(change.rule, creating=creating):
                yield change
        elif change.path not in dormant and (
            change.rule.direction is Direction.BOTH
            if creating
            else change.rule.direction.pulls and change.rule.create_only in (CreateOnly.NO, CreateOnly.PUSH)
        ):
            yield change


def _hub_decides(rule: ListRule, *, creating: bool) -> bool:
    return rule.direction is Direction.BOTH and (creating or rule.members is not Members.REMOTE)


def _remote_decides(rule: ListRule, *, creating: bool) -> bool:
    return rule.direction is Direction.BOTH and (creating or rule.members is not Members.HUB)
