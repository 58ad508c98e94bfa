"""What is left of a document when everything that rules write is taken out of it: it must not change."""

from collections.abc import Iterator
from typing import Any

from hub.domain.documents import Doc
from hub.domain.mapping.paths import ListPath, Path, Select, satisfies
from hub.domain.mapping.rules import FieldRule, ListRule, Rule
from hub.domain.mapping.values import clone, is_nothing
from hub.laws.sides import written_paths
from hub.laws.taken import list_of


def remains(doc: Doc, rules: tuple[Rule, ...], *, of_hub: bool) -> Doc:
    """The document without what the rules write on this side; members that come and go are left out."""
    left: Doc = clone(doc)
    _strip(left, rules, of_hub=of_hub)
    return left


def _strip(doc: Doc, rules: tuple[Rule, ...], *, of_hub: bool) -> None:
    for rule in rules:
        if isinstance(rule, ListRule):
            _strip_members(doc, rule, of_hub=of_hub)
    for path in _once(_written(rules, of_hub=of_hub)):
        _take(doc, path.steps)


def _once(paths: Iterator[Path]) -> Iterator[Path]:
    """The paths, of those that select the same member only the first: with it the member is gone."""
    seen: set[tuple[Path, object]] = set()
    for path in paths:
        held = list_of(path)
        if held is not None:
            select = path.steps[len(held.steps)]
            member = (held, select.where if isinstance(select, Select) else None)
            if member in seen:
                continue
            seen.add(member)
        yield path


def _written(rules: tuple[Rule, ...], *, of_hub: bool) -> Iterator[Path]:
    for rule in rules:
        if isinstance(rule, FieldRule) and (rule.direction.pulls if of_hub else rule.direction.pushes):
            yield from written_paths(rule, of_hub=of_hub)


def _strip_members(doc: Doc, rule: ListRule, *, of_hub: bool) -> None:
    """Our members become what no rule writes of them, by key; strangers stay as they are."""
    if not (rule.direction.pulls if of_hub else rule.direction.pushes):
        return
    at = rule.hub if of_hub else rule.remote
    members = at.path.read(doc)
    if is_nothing(members):
        members = []  # there may be something empty around it
    if not isinstance(members, list):
        return
    strangers = [member for member in members if not (_ours(member, at) or (rule.remote_ids and not of_hub))]
    _take(doc, at.path.steps)
    if strangers:
        at.path.write(doc, strangers)


def _ours(member: Any, at: ListPath) -> bool:
    keyed = isinstance(member, dict) and not any(is_nothing(path.read(member)) for path in at.keys)
    return keyed and satisfies(member, at.where)


def _take(holder: Any, steps: tuple[Any, ...]) -> None:
    """Take a place out, and what is empty around it."""
    if not isinstance(holder, dict):
        return
    first, *rest = steps
    inner = holder.get(first.name)
    if not rest:
        holder.pop(first.name, None)
        return
    if isinstance(rest[0], Select):
        _leave_strangers(holder, first.name, rest[0])
    elif isinstance(inner, dict):
        _take(inner, tuple(rest))
        if not inner:
            holder.pop(first.name)
    elif inner is None:
        holder.pop(first.name, None)


def _leave_strangers(holder: Doc, name: str, select: Select) -> None:
    """Take the member out that the selector means; those behind it that would fit are strangers too."""
    members = holder.get(name)
    listed = members if isinstance(members, list) else []
    meant = next((each for each in listed if satisfies(each, select.where)), None)
    left = [each for each in listed if each is not meant]
    if left:
        holder[name] = left
    else:
        holder.pop(name, None)


def members_kept(old: Doc, new: Doc, rule: ListRule, *, of_hub: bool) -> Iterator[tuple[str, Doc, Doc]]:
    """The members of a list that are in both documents, by key."""
    at = rule.hub if of_hub else rule.remote
    before, after = (_by_key(doc, at) for doc in (old, new))
    yield from ((key, before[key], after[key]) for key in before if key in after)


def _by_key(doc: Doc, at: ListPath) -> dict[str, Doc]:
    members = at.path.read(doc)
    listed = members if isinstance(members, list) else []
    return {"|".join(str(path.read(each)) for path in at.keys): each for each in listed if _ours(each, at)}
