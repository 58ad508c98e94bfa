"""The remote's answer to a push, as far as it assigns ids: members that were made get theirs."""

from collections.abc import Iterator

from hub.domain.documents import Doc
from hub.domain.mapping.codecs.links import id_text
from hub.domain.mapping.links import Refs
from hub.domain.mapping.rules import ListRule, MappingSpec, Rule
from hub.domain.mapping.values import clone, is_nothing
from hub.laws.conditions import members


def named(pushed: Doc, hub: Doc, spec: MappingSpec, refs: Refs) -> Doc:
    """The pushed document, with an id for every member that has none yet: the one that the crosswalk holds for it."""
    if not any(rule.remote_ids for rule in _lists(spec.rules)):
        return pushed
    answer: Doc = clone(pushed)
    _name(answer, hub, spec.rules, spec.entity, refs)
    return answer


def _lists(rules: tuple[Rule, ...]) -> Iterator[ListRule]:
    for rule in rules:
        if isinstance(rule, ListRule):
            yield rule
            yield from _lists(rule.rules)


def _name(remote: Doc, hub: Doc, rules: tuple[Rule, ...], entity: str, refs: Refs) -> None:
    for rule in rules:
        if isinstance(rule, ListRule):
            _name_members(remote, hub, rule, f"{entity}.{rule.hub.path}", refs)


def _name_members(remote: Doc, hub: Doc, rule: ListRule, entity: str, refs: Refs) -> None:
    found = rule.remote.path.read(remote)
    there = found if isinstance(found, list) else []
    key = rule.remote.keys[0]
    if rule.remote_ids:
        taken = {id_text(key.read(member)) for member in there if not is_nothing(key.read(member))}
        ids = [_remote_id(own, entity, refs) for own, _ in members(hub, rule)]
        free = iter([each for each in ids if each not in taken])
        for member in there:
            if is_nothing(key.read(member)):
                key.write(member, next(free, None))
    ours = {_remote_id(own, entity, refs) if rule.remote_ids else own: member for own, member in members(hub, rule)}
    for member in there:
        mine = ours.get(str(key.read(member)))
        if mine is not None:
            _name(member, mine, rule.rules, entity, refs)


def _remote_id(hub_key: str, entity: str, refs: Refs) -> str:
    """The id in the crosswalk; a member that was born over there carries its id behind the system's name."""
    return refs.to_remote(entity, hub_key) or hub_key.rpartition(":")[2]
