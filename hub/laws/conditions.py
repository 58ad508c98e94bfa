"""Where the condition of a rule does not hold: the laws say nothing of it there."""

from collections.abc import Iterator
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import HubError
from hub.domain.mapping.paths import Path
from hub.domain.mapping.rules import FieldRule, ListRule, Rule
from hub.domain.mapping.values import is_nothing


def dormant(rules: tuple[Rule, ...], doc: Doc) -> set[str]:
    """The places of a hub document whose rule does not apply, as changes name them: ``lines[L1].qty``."""
    return set(_dormant(rules, doc, doc, ""))


def _dormant(rules: tuple[Rule, ...], doc: Doc, root: Doc, prefix: str) -> Iterator[str]:
    for rule in rules:
        if isinstance(rule, ListRule):
            for key, member in members(doc, rule):
                yield from _dormant(rule.rules, member, root, f"{prefix}{rule.hub.path}[{key}].")
        elif rule.when is not None and not _holds(rule, doc, root):
            yield f"{prefix}{rule.path}"


def _holds(rule: FieldRule, doc: Doc, root: Doc) -> bool:
    names: Doc = doc if doc is root else {**doc, "record": root}
    try:
        return rule.when is None or bool(rule.when.evaluate(names))
    except HubError:
        return False


def members(doc: Doc, rule: ListRule) -> Iterator[tuple[str, Doc]]:
    """The hub's members of a list, by key."""
    found: Any = rule.hub.path.read(doc)
    for member in found if isinstance(found, list) else []:
        keys = [path.read(member) for path in rule.hub.keys]
        if not any(map(is_nothing, keys)):
            yield "|".join(map(str, keys)), member


def awake(rules: tuple[Rule, ...], doc: Doc) -> set[int]:
    """The rules with a condition that holds somewhere in a hub document, where they have a value to carry; by id."""
    return set(_awake(rules, doc, doc))


def _awake(rules: tuple[Rule, ...], doc: Doc, root: Doc) -> Iterator[int]:
    for rule in rules:
        if isinstance(rule, ListRule):
            for _, member in members(doc, rule):
                yield from _awake(rule.rules, member, root)
        elif rule.when is not None and _holds(rule, doc, root):
            sends = rule.direction.pushes and isinstance(rule.hub, Path)
            if not sends or not is_nothing(rule.hub.read(doc)):  # type: ignore[union-attr]  # a path, as just seen
                yield id(rule)


def has_conditions(rules: tuple[Rule, ...]) -> bool:
    """Whether any rule has one."""
    return any(has_conditions(r.rules) if isinstance(r, ListRule) else r.when is not None for r in rules)
