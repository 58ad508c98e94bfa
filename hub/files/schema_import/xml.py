"""XML as small trees without namespaces' prefixes: no DTD, no entities, nothing fetched, bounded depth."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from hub.domain.errors import InvalidError
from hub.files.schema_import.source import Source

DEEPEST = 200
"""Elements within one another."""


@dataclass
class Element:
    """One element: its local name, its attributes by local name (``sap:label`` keeps its prefix), its text."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)
    """Prefixes and the namespaces that they stand for here."""
    text: str = ""

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, default)

    def all(self, *names: str) -> Iterator["Element"]:
        """The children of these names."""
        return (child for child in self.children if child.name in names)

    def first(self, *names: str) -> "Element | None":
        """The first child of these names."""
        return next(self.all(*names), None)

    def walk(self, *names: str) -> Iterator["Element"]:
        """The elements of these names, however deep."""
        for child in self.children:
            if child.name in names:
                yield child
            yield from child.walk(*names)


def read_xml(source: Source, text: str | None = None) -> Element:
    """The root element of a text; InvalidError on what is no XML, declares a DTD, or is too deep."""
    builder = _Builder(source)
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.say
    parser.StartDoctypeDeclHandler = _refuse_dtd
    try:
        parser.Parse((source.text if text is None else text).encode(), True)  # noqa: FBT003 - expat's own way to say the end
    except expat.ExpatError as error:
        raise source.refusal(str(error)) from error
    return builder.root.children[0]


def _refuse_dtd(*_: object) -> None:
    raise InvalidError("The document declares a DTD, which is refused: take the declaration away.")


class _Builder:
    def __init__(self, source: Source) -> None:
        self.root = Element("")
        self._source = source
        self._open = [self.root]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > DEEPEST:
            raise self._source.too_large()
        around = self._open[-1]
        own = {key.partition(":")[2]: value for key, value in attributes.items() if key.partition(":")[0] == "xmlns"}
        told = {key: value for key, value in attributes.items() if not key.startswith("xmlns")}
        made = Element(local(name), told, prefixes={**around.prefixes, **own} if own else around.prefixes)
        around.children.append(made)
        self._open.append(made)

    def end(self, _: str) -> None:
        self._open.pop()

    def say(self, text: str) -> None:
        self._open[-1].text += text


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]
