"""Runs the examples that stand beside a mapping."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import HubError
from hub.domain.mapping.compiled import Mapping as CompiledMapping
from hub.domain.mapping.rules import Example
from hub.domain.mapping.values import normal
from hub.files.problems import Problem


@dataclass(frozen=True)
class ExampleLinks:
    """The crosswalk that an example states: entity to hub id to remote id."""

    links: Mapping[str, Mapping[str, str]]

    def to_remote(self, entity: str, hub_id: str) -> str | None:
        """The remote id that the example gives."""
        return self.links.get(entity, {}).get(hub_id)

    def to_hub(self, entity: str, remote_id: str) -> str | None:
        """The hub id that the example gives."""
        return {remote: hub for hub, remote in self.links.get(entity, {}).items()}.get(remote_id)


def run_examples(mapping: CompiledMapping) -> list[Problem]:
    """The examples of a mapping that fail, each with what came out instead; what is expected may be a part."""
    return [problem for example in mapping.spec.examples for problem in _run(mapping, example)]


def _run(mapping: CompiledMapping, example: Example) -> Iterator[Problem]:
    try:
        found, expected = _carry(mapping, example)
    except HubError as error:
        if example.expect_error is None or example.expect_error not in str(error):
            yield _problem(mapping, example, "fails: {error}", error=str(error))
        return
    if example.expect_error is not None:
        yield _problem(mapping, example, "gives {found}, not the expected error", found=repr(found))
        return
    for place, template, params in _differences(expected, found, ""):
        yield _problem(mapping, example, template, place=place, **params)


def _carry(mapping: CompiledMapping, example: Example) -> tuple[Doc, Any]:
    refs = ExampleLinks(example.links)
    if _pushes(example):
        return mapping.push(example.hub or {}, example.remote, refs), example.expect_remote
    return mapping.pull(example.remote or {}, example.hub, refs), example.expect_hub


def _pushes(example: Example) -> bool:
    if example.direction is not None:
        return example.direction == "push"
    return example.expect_remote is not None or (example.expect_hub is None and example.remote is None)


def _differences(expected: Any, found: Any, place: str) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Where the found document lacks what is expected; objects may hold more, lists must be as long."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, value in expected.items():
            yield from _differences(value, found.get(name), f"{place}.{name}" if place else str(name))
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from _differences(one, other, f"{place}[{index}]")
    elif normal(expected) != normal(found):
        yield place, "{place} is {found}, expected {expected}", {"found": repr(found), "expected": repr(expected)}


def _problem(mapping: CompiledMapping, example: Example, template: str, **params: object) -> Problem:
    return Problem(example.file or mapping.spec.file, example.line, f"test '{example.name}'", template, params)
