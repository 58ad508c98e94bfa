"""Elements read without types: by their names alone, every value a text."""

from collections.abc import Iterator
from typing import Any

from lxml import etree
from zeep.ns import XSI

from hub.transport.bodies import BrokenAnswerError

NIL = f"{{{XSI}}}nil"
MAX_DEPTH = 100
SPARE = 100_000
"""How many elements more than it has an answer may come to when its references are followed."""


class References:
    """The elements that others point at, as SOAP encodes what stands in several places; refuses to blow up."""

    def __init__(self, body: etree._Element) -> None:
        self._targets = {each.get("id"): each for each in body.iterfind("*[@id]")}
        self._left = sum(1 for _ in body.iter()) + SPARE if self._targets else 0

    def follow(self, node: etree._Element, depth: int) -> etree._Element:
        """The element meant by this one: itself, or what it points at. BrokenAnswerError where it goes too far."""
        if depth > MAX_DEPTH:
            raise BrokenAnswerError("too deeply nested")
        if not self._targets:
            return node
        self._left -= 1
        if self._left < 0:
            raise BrokenAnswerError("too many references")
        told = node.get("href") or node.get("ref") or ""
        return self._targets.get(told.removeprefix("#"), node)


class Untyped:
    """Reads one answer; ``lists`` are the names of elements that may stand several times, however many there are."""

    def __init__(self, body: etree._Element, lists: frozenset[str] = frozenset()) -> None:
        self._references = References(body)
        self._lists = lists

    def value(self, node: etree._Element, depth: int = 0) -> Any:
        """A text, a document of the elements and attributes (``@name``), or None."""
        node = self._references.follow(node, depth)
        if is_nil(node):
            return None
        doc: dict[str, Any] = {f"@{name}": value for name, value in node.items() if _is_told(name)}
        inner = list(children(node))
        for child in inner:
            _put(doc, local(child), self.value(child, depth + 1), many=local(child) in self._lists)
        text = (node.text or "").strip() or None
        if inner or not doc:
            return doc or text
        return doc | {"_value_1": text}


def children(node: etree._Element) -> Iterator[etree._Element]:
    """The elements within another; comments and processing instructions are none."""
    return node.iterchildren("*")


def local(node: etree._Element) -> str:
    """The name of an element without its namespace."""
    return etree.QName(node).localname


def is_nil(node: etree._Element) -> bool:
    """Whether the element says that it has no value."""
    return node.get(NIL) in {"true", "1"}


def _is_told(name: str) -> bool:
    """Attributes of a namespace, ids and references are about the XML, not about the record."""
    return not name.startswith("{") and name not in {"id", "href", "ref"}


def _put(doc: dict[str, Any], name: str, value: Any, *, many: bool) -> None:
    if name not in doc:
        doc[name] = [value] if many else value
    elif many or isinstance(doc[name], list):
        doc[name].append(value)
    else:
        doc[name] = [doc[name], value]
