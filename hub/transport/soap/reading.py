"""Answers as documents: by the types of the WSDL, or by declared XPaths where a WSDL lies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from zeep import xsd
from zeep.exceptions import Error as ZeepError
from zeep.ns import XSI
from zeep.xsd.types.simple import AnySimpleType

from hub.domain.documents import Doc
from hub.transport.bodies import BrokenAnswerError
from hub.transport.soap.types import VALUE, Member, Shape, Shapes
from hub.transport.soap.untyped import References, Untyped, children, is_nil, local
from hub.transport.soap.values import plain

TYPE = f"{{{XSI}}}type"


class Typed:
    """Reads one answer by the types of a WSDL.

    Elements are found by their names, in whatever order; what the WSDL does not know is passed over, since a newer
    server tells more; what is absent is None, or an empty list where several may stand.
    """

    def __init__(self, body: etree._Element, shapes: Shapes, types: Any) -> None:
        self._references = References(body)
        self._untyped = Untyped(body)
        self._shapes = shapes
        self._types = types

    def value(self, node: etree._Element, type_: Any, depth: int = 0) -> Any:
        """A plain value, a document, or a list where the type is that of an array."""
        node = self._references.follow(node, depth)
        if is_nil(node):
            return None
        type_ = self._told(node, type_)
        if isinstance(type_, xsd.ComplexType):
            return self._complex(node, self._shapes.of(type_), depth)
        if isinstance(type_, AnySimpleType):
            return plain(type_, node.text)
        return self._untyped.value(node, depth)

    def _told(self, node: etree._Element, type_: Any) -> Any:
        """The type that the element itself names, where it is known and says more than the WSDL."""
        name = node.get(TYPE)
        if name is None:
            return type_
        prefix, _, rest = name.rpartition(":")
        try:
            found = self._types.get_type(etree.QName(node.nsmap.get(prefix or None), rest))
        except ZeepError:
            return type_
        says_less = isinstance(found, xsd.ComplexType) and self._shapes.of(found) == Shape(is_array=True)
        return type_ if says_less else found

    def _complex(self, node: etree._Element, shape: Shape, depth: int) -> Any:
        if shape.is_array:
            return [self.value(child, shape.items, depth + 1) for child in children(node)]
        told = {key: plain(shape.attributes[name], node.get(name)) for name, key in shape.keys.items()}
        if shape.text is not None:
            text = plain(shape.text, node.text)
            return told | {VALUE: text} if told else text
        if not shape.members and not told:
            return None
        doc: Doc = {name: [] if member.many else None for name, member in shape.members.items()}
        seen = set[str]()
        for child in children(node):
            member = shape.members.get(local(child))
            if member is not None:
                self._put(doc, member, self.value(child, member.type, depth + 1), seen)
        return doc | told

    @staticmethod
    def _put(doc: Doc, member: Member, value: Any, seen: set[str]) -> None:
        if member.many:
            doc[member.name].append(value)
            return
        if member.name in seen:
            raise BrokenAnswerError("several where the WSDL has one")
        seen.add(member.name)
        doc[member.name] = value


@dataclass(frozen=True)
class RawReading:
    """What is wanted of an answer, by name, each by an XPath of the envelope's body; the WSDL is not asked.

    An XPath that finds elements gives a list of documents whose values are texts; one that makes a text, a number or
    a truth gives that.
    """

    values: Mapping[str, str]
    namespaces: Mapping[str, str] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()

    def of(self, body: etree._Element) -> Doc:
        """The document of what was wanted."""
        untyped = Untyped(body, self.lists)
        return {name: self._found(body, path, untyped) for name, path in self.values.items()}

    def _found(self, body: etree._Element, path: str, untyped: Untyped) -> Any:
        found = body.xpath(path, namespaces=dict(self.namespaces) or None)
        if isinstance(found, list):
            return [untyped.value(each) if isinstance(each, etree._Element) else str(each) for each in found]  # noqa: SLF001 - lxml's only name for the type of an element
        if isinstance(found, float):
            return format(found, "g")
        return found if isinstance(found, bool) else str(found) or None
