"""Makes a counterexample short: takes away and simplifies whatever the breach does not need."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from hub.domain.documents import Doc
from hub.domain.mapping.values import clone
from hub.laws.corpus import Case

TRIES = 600
"""Most attempts for one counterexample: each costs about as much as a document of the corpus."""

Place = tuple[str | int, ...]
Breaks = Callable[[Case], bool]
SIMPLE: tuple[Any, ...] = ("", "0", "a", 0, 1)


@dataclass
class Shrinker:
    """Shrinks one case as long as it still breaks the same law by the same rule."""

    breaks: Breaks
    left: int = TRIES

    def shrink(self, case: Case) -> Case:
        """The smallest case that was found; ``breaks`` also says whether both documents are still allowed."""
        size = -1
        while size != _size(case) and self.left > 0:
            size = _size(case)
            case = self._smaller(self._smaller(case, of_hub=True), of_hub=False)
        return case

    def _smaller(self, case: Case, *, of_hub: bool) -> Case:
        for change in (_without, _simpler):
            at = 0
            places = list(_places(_side(case, of_hub=of_hub)))
            while at < len(places) and self.left > 0:
                found = self._first(case, places[at], change, of_hub=of_hub)
                if found is not None:
                    case = found
                    places = list(_places(_side(case, of_hub=of_hub)))
                else:
                    at += 1
        return case

    def _first(
        self, case: Case, place: Place, change: Callable[[Doc, Place], Iterator[Doc]], *, of_hub: bool
    ) -> Case | None:
        for doc in change(_side(case, of_hub=of_hub), place):
            self.left -= 1
            tried = replace(case, hub=doc) if of_hub else replace(case, remote=doc)
            if self.breaks(tried):
                return tried
        return None


def _side(case: Case, *, of_hub: bool) -> Doc:
    return case.hub if of_hub else case.remote


def _places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Every place, the outer ones first, so that whole blocks go at once."""
    inner: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    for name, _ in inner:
        yield (*place, name)
    for name, member in inner:
        yield from _places(member, (*place, name))


def _without(doc: Doc, place: Place) -> Iterator[Doc]:
    smaller: Doc = clone(doc)
    del _holder(smaller, place)[place[-1]]
    yield smaller


def _simpler(doc: Doc, place: Place) -> Iterator[Doc]:
    """A shorter value of the same kind."""
    value = _holder(doc, place)[place[-1]]
    if isinstance(value, dict | list | bool) or value is None:
        return
    shorter = [value[: len(value) // 2], value[:-1]] if isinstance(value, str) and value else []
    for other in (*SIMPLE, *shorter):
        if type(other) is type(value) and len(str(other)) < len(str(value)):
            changed: Doc = clone(doc)
            _holder(changed, place)[place[-1]] = other
            yield changed


def _holder(doc: Any, place: Place) -> Any:
    for name in place[:-1]:
        doc = doc[name]
    return doc


def _size(case: Case) -> int:
    return len(repr(case.hub)) + len(repr(case.remote))
