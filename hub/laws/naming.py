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


def _name(remote: Doc, hub: Doc, rules: tuple[Rule, ...], entity: str, refs: Refs, place: str = "") -> None:
    for rule in rules:
        if isinstance(rule, ListRule):
            _name_members(remote, hub, rule, entity, refs, place)


def _name_members(remote: Doc, hub: Doc, rule: ListRule, entity: str, refs: Refs, place: str) -> None:
    crosswalk = f"{entity}.{place}{rule.hub.path}"
    found = rule.remote.path.read(remote)
    there = found if isinstance(found, list) else []
    ours = {
        _remote_id(own, crosswalk, refs) if rule.remote_ids else own: (own, each) for own, each in members(hub, rule)
    }
    taken = {key_of(member, rule) for member in there}
    free = iter([each for each in ours if each not in taken])
    for member in there:
        if rule.remote_ids and key_of(member, rule) is None:
            _give(member, rule, next(free, None))
        own, mine = ours.get(key_of(member, rule) or "", ("", None))
        if mine is not None:
            _name(member, mine, rule.rules, entity, refs, f"{place}{rule.hub.path}[{own}].")


def key_of(member: Doc, rule: ListRule) -> str | None:
    """The remote's key of a member as text, None where it has none."""
    parts = [path.read(member) for path in rule.remote.keys]
    return None if any(map(is_nothing, parts)) else "|".join(map(id_text, parts))


def _give(member: Doc, rule: ListRule, remote_id: str | None) -> None:
    if remote_id is not None:
        for path, part in zip(rule.remote.keys, remote_id.split("|"), strict=False):
            path.write(member, part)


def _remote_id(hub_key: str, entity: str, refs: Refs) -> str:
    """The id in the crosswalk; a member that was born over there carries its id behind the system's name."""
    return refs.to_remote(entity, hub_key) or hub_key.rpartition(":")[2]
