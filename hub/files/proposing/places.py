"""The fields of a schema as places that a rule can name: values, and lists of objects."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from hub.files.schema_import.nodes import language_of
from hub.files.schema_tree import SchemaNode

DEEPEST = 4
"""Objects within one another."""
MOST = 2_000
"""Fields of one object that are looked at."""
_PLAIN = re.compile(r"[^\s.\[\]\"'+,=<>()|:#&*!%@`{}-][^\s.\[\]\"+,=<>()|]*")
_WRITABLE = re.compile(r"[^\"\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufeff]{1,100}")


@dataclass(frozen=True)
class Place:
    """One field: its name, the names of the objects around it, its schema."""

    names: tuple[str, ...]
    node: SchemaNode
    required: bool = False
    around: SchemaNode | None = None

    @cached_property
    def path(self) -> str:
        """Its path as a rule has it."""
        return ".".join(quoted(name) for name in self.names)

    @property
    def name(self) -> str:
        """The last name."""
        return self.names[-1]

    def title(self, language: str) -> str:
        """Its title in a language; a name in Chinese is one, with those around it; empty where there is none."""
        titles = self.node.says("x-title")
        told = titles.get(language) if isinstance(titles, Mapping) else None
        if not isinstance(told, str) and language == language_of(self.name) == "zh":
            return "".join(name for name in self.names if language_of(name) == "zh")
        return told.strip() if isinstance(told, str) else ""

    @property
    def is_list(self) -> bool:
        """Whether it is a list of objects."""
        members = self.node.items if "array" in self.node.types else None
        return members is not None and bool(members.properties) and self.node.says("prefixItems") is None


def quoted(name: str) -> str:
    """A name as paths write it."""
    return name if _PLAIN.fullmatch(name) else f'"{name}"'


def is_writable(name: str) -> bool:
    """Whether a path can name it."""
    return _WRITABLE.fullmatch(name) is not None


def places_of(node: SchemaNode) -> list[Place]:
    """The values and lists of an object and of the objects in it, in the order of the schema; so many at most."""
    found = []
    for place in _places(node, (), must=True):
        found.append(place)
        if len(found) >= MOST:
            break
    return found


def _places(node: SchemaNode, around: tuple[str, ...], *, must: bool) -> Iterator[Place]:
    required = node.required if must else frozenset[str]()
    for name, child in node.properties.items():
        place = Place((*around, name), child, name in required, node)
        inside = child.properties if "array" not in child.types else {}
        if inside and len(around) < DEEPEST:
            yield from _places(child, place.names, must=name in required)
        else:
            yield place
