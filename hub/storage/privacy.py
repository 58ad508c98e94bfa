"""What of a record is personal: sealed as one encrypted part, and found again by blind index.

The canonical schemas say it (``x-sensitive``, ``x-blind``, ``x-index``); a top-level property is sealed whole when
anything in it is sensitive.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.domain.documents import Doc


@dataclass(frozen=True)
class Privacy:
    """The sealed top-level properties, the paths with a blind index, and the indexed fields of one entity."""

    sealed: frozenset[str] = frozenset()
    blind: tuple[tuple[str, ...], ...] = ()
    indexed: tuple[str, ...] = ()

    @classmethod
    def of_schema(cls, schema: Mapping[str, Any]) -> "Privacy":
        """Read the marks of a canonical schema."""
        properties: Mapping[str, Any] = schema.get("properties", {})
        return cls(
            sealed=frozenset(name for name, node in properties.items() if list(marks(node, "x-sensitive"))),
            blind=tuple((name, *path) for name, node in properties.items() for path in marks(node, "x-blind")),
            indexed=tuple(name for name, node in properties.items() if node.get("x-index")),
        )

    def split(self, doc: Doc) -> tuple[Doc, Doc]:
        """The open and the sealed part of a document."""
        return (
            {name: value for name, value in doc.items() if name not in self.sealed},
            {name: value for name, value in doc.items() if name in self.sealed},
        )

    def secrets(self, doc: Doc) -> Iterator[tuple[str, str]]:
        """Each (dotted path, value) that the blind index must find."""
        for path in self.blind:
            for value in values_at(doc, path):
                yield ".".join(path), value


def marks(node: Mapping[str, Any], mark: str) -> Iterator[tuple[str, ...]]:
    """The paths below a schema node that carry the mark; a list's items stand for the list."""
    if node.get(mark):
        yield ()
    for name, child in node.get("properties", {}).items():
        for path in marks(child, mark):
            yield (name, *path)
    if isinstance(items := node.get("items"), Mapping):
        yield from marks(items, mark)


def values_at(value: object, path: tuple[str, ...]) -> Iterator[str]:
    """The strings at a path, through lists."""
    if isinstance(value, list):
        for item in value:
            yield from values_at(item, path)
    elif path:
        if isinstance(value, dict):
            yield from values_at(value.get(path[0]), path[1:])
    elif isinstance(value, str) and value:
        yield value
