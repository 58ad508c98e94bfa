"""Paths into records: names with dots between, numbers that count in lists, ``[name=value]`` that chooses a row."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from hub.domain.documents import Doc
from hub.transport.places import Reply, as_text, found_at

Reader = Callable[[Any], Any]
STEP = re.compile(r"(?P<name>[^.\[\]]*)(?:\[(?P<field>[^=\]]+)=(?P<value>[^\]]*)\])?(?:\.|$)")
COUNTED = re.compile(r"\.\d+(\.|$)|\[")


def reader(path: str) -> Reader:
    """What reads the value at a path; None where there is no such path. A name that has dots itself is tried first."""
    if "." not in path and "[" not in path:
        return lambda node: node.get(path) if isinstance(node, dict) else None
    steps = [step for told in STEP.finditer(path) for step in _steps(told)]
    if path.count(".") == 1 and "[" not in path:
        return _of_two(path, steps[1])

    def read(node: Any) -> Any:
        if isinstance(node, dict) and path in node:
            return node[path]
        for step in steps:
            node = step(node)
        return node

    return read


def _of_two(path: str, step: Reader) -> Reader:
    """What reads a path of two names, as most paths of more than one name are."""
    first = path.partition(".")[0]

    def read(node: Any) -> Any:
        if not isinstance(node, dict):
            return None
        return node[path] if path in node else step(node.get(first))

    return read


def _steps(told: re.Match[str]) -> list[Reader]:
    name, field, value = told["name"], told["field"], told["value"]
    steps: list[Reader] = [_named(name)] if name else []
    return [*steps, _chosen(field, value)] if field else steps


def _named(name: str) -> Reader:
    def step(node: Any) -> Any:
        if isinstance(node, dict):
            return node.get(name)
        if isinstance(node, list) and name.isdecimal() and int(name) < len(node):
            return node[int(name)]
        return None

    return step


def _chosen(field: str, value: str) -> Reader:
    def step(node: Any) -> Any:
        rows = node if isinstance(node, list) else []
        return next((row for row in rows if isinstance(row, dict) and as_text(row.get(field)) == value), None)

    return step


def head(path: str) -> str:
    """The part of a path that a product can be asked for: up to the first number or choice."""
    return COUNTED.split(path, maxsplit=1)[0]


def put(doc: Doc, path: str, value: Any) -> None:
    """Write a value at a path of names, making the objects on the way."""
    *way, last = path.split(".")
    for name in way:
        doc = doc.setdefault(name, {})
    doc[last] = value


def stands(place: str, reply: Reply) -> bool:
    """Whether an answer has the place at all, if only with null in it."""
    way, _, last = place.rpartition(".")
    if not way:
        return reply.doc is not None
    above = found_at(way, reply)
    return last in above if isinstance(above, Mapping) else found_at(place, reply) is not None
