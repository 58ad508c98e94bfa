"""YAML files, read by the rules of YAML 1.2 (``no``, ``on`` and ``y`` are words), with the line of every value."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from hub.domain.problems import Problem

Place = tuple[str | int, ...]


class UnreadableError(Exception):
    """A file that is no YAML at all; ``problem`` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True)
class YamlFile:
    """What a file says, and on which line each value stands."""

    path: Path
    value: Any
    lines: dict[Place, int] = field(default_factory=dict)

    def where(self, place: Place) -> str:
        """The file with the line of a value, or of what is nearest around it."""
        near = next(place[:size] for size in range(len(place), -1, -1) if place[:size] in self.lines or size == 0)
        line = self.lines.get(near)
        return f"{self.path}:{line}" if line else str(self.path)


def read(path: Path) -> YamlFile:
    """Read a file; UnreadableError when it is missing or not YAML."""
    try:
        text = path.read_text("utf-8")
        return YamlFile(path, reader().load(text), dict(places(reader().compose(text), ())))
    except OSError as error:
        raise UnreadableError(
            Problem(str(path), f"cannot be read ({type(error).__name__}).", "Put it there.")
        ) from None
    except UnicodeDecodeError:
        raise UnreadableError(Problem(str(path), "is not UTF-8 text.", "Save it as UTF-8.")) from None
    except YAMLError as error:
        raise UnreadableError(broken(path, error)) from None


def reader() -> YAML:
    """A reader that makes plain values only, and refuses a key that stands twice."""
    return YAML(typ="safe", pure=True)


def broken(path: Path, error: YAMLError) -> Problem:
    """Where a file stops being YAML."""
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    where = f"{path}:{mark.line + 1}" if mark else str(path)
    what = error.problem if isinstance(error, MarkedYAMLError) and error.problem else type(error).__name__
    return Problem(where, f"is not YAML: {what.splitlines()[0]}.", "Mend that line.")


def places(node: Node | None, place: Place) -> Iterator[tuple[Place, int]]:
    """The line of each value below a node."""
    if node is None:
        return
    yield place, node.start_mark.line + 1
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield from places(value, (*place, key.value))
            yield (*place, key.value), key.start_mark.line + 1
    elif isinstance(node, SequenceNode):
        for number, value in enumerate(node.value):
            yield from places(value, (*place, number))
