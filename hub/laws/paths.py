"""The rules of a mapping by canonical path, and where a document's paths belong."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from hub.domain.mapping.rules import FieldRule, ListRule, MappingSpec, Rule, rules_by_path
from hub.laws.sides import written_paths

_MEMBER = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True)
class RuleBook:
    """Finds a rule by itself, by canonical path, or by a place in a document."""

    spec: MappingSpec

    @cached_property
    def paths(self) -> dict[int, str]:
        """The canonical path of each rule, by identity."""
        return {id(rule): path for path, rule in rules_by_path(self.spec.rules)}

    @cached_property
    def rules(self) -> tuple[tuple[str, Rule], ...]:
        """Every rule with its path, lists before their members."""
        return tuple(rules_by_path(self.spec.rules))

    def path(self, rule: FieldRule | ListRule, place: str) -> str:
        """The canonical path of a rule; of an unknown one, that of the place."""
        return self.paths.get(id(rule)) or shape(place)

    def at(self, place: tuple[str, ...], *, of_hub: bool) -> tuple[str, Rule] | None:
        """The rule that writes the longest part of a place, which is given by names alone."""
        best: tuple[str, Rule] | None = None
        longest = 0
        for path, rule, names in self._hub if of_hub else self._remote:
            if place[: len(names)] == names and len(names) >= longest:
                best, longest = (path, rule), len(names)
        return best

    def called(self, place: str) -> tuple[str, Rule] | None:
        """The rule whose canonical path a place has: ``-> title`` for one without a field of ours."""
        return next((each for each in self.rules if each[0] == shape(place)), None)

    @cached_property
    def _hub(self) -> tuple[tuple[str, Rule, tuple[str, ...]], ...]:
        return tuple(_named(self.spec.rules, "", (), of_hub=True))

    @cached_property
    def _remote(self) -> tuple[tuple[str, Rule, tuple[str, ...]], ...]:
        return tuple(_named(self.spec.rules, "", (), of_hub=False))


def shape(place: str) -> str:
    """A place without its keys: ``lines[L1].qty`` is ``lines[].qty``."""
    return _MEMBER.sub("[]", place)


def _named(
    rules: tuple[Rule, ...], prefix: str, names: tuple[str, ...], *, of_hub: bool
) -> Iterator[tuple[str, Rule, tuple[str, ...]]]:
    for rule in rules:
        if isinstance(rule, ListRule):
            inner = (*names, *(rule.hub if of_hub else rule.remote).path.names)
            yield f"{prefix}{rule.hub.path}[]", rule, inner
            yield from _named(rule.rules, f"{prefix}{rule.hub.path}[].", inner, of_hub=of_hub)
            continue
        for path in written_paths(rule, of_hub=of_hub):
            yield f"{prefix}{rule.path}", rule, (*names, *path.names)
