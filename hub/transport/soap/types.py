"""What the types of a WSDL say of an element: its members, attributes and items."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from zeep import xsd
from zeep.xsd.elements.indicators import Choice, Group, Indicator

VALUE = "_value_1"
"""Name of the text of an element that has attributes besides."""
ENCODINGS = frozenset({"http://schemas.xmlsoap.org/soap/encoding/", "http://www.w3.org/2003/05/soap-encoding"})


@dataclass(frozen=True)
class Member:
    """One element that may stand within another; ``option`` names the part of a choice that it belongs to."""

    name: str
    type: Any
    many: bool
    optional: bool
    nillable: bool
    option: int | None


@dataclass(frozen=True)
class Shape:
    """A complex type: its members and attributes by name, or the type of the items of an encoded array."""

    members: dict[str, Member] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)  # name of the attribute -> its type
    keys: dict[str, str] = field(default_factory=dict)  # name of the attribute -> name of its value in documents
    text: Any = None  # the type of the text, where there is nothing but text and attributes
    items: Any = None
    is_array: bool = False


class Shapes:
    """The shapes of one WSDL, each worked out once."""

    def __init__(self) -> None:
        self._known: dict[int, Shape] = {}

    def of(self, type_: xsd.ComplexType) -> Shape:
        """The shape of a type; threads may work one out at the same time, with the same result."""
        known = self._known.get(id(type_))
        if known is None:
            known = self._known[id(type_)] = shape_of(type_)
        return known


def shape_of(type_: xsd.ComplexType) -> Shape:
    """The shape of a complex type; of simple types with an id, as SOAP encodes them, only the text."""
    nested = [element for _, element in type_.elements_nested]
    items = next(
        (item for _, each in type_.attributes if (item := getattr(each, "array_type", None)) is not None), None
    )
    if items is not None or (type_.name == "Array" and _encoded(type_)):
        return Shape(items=items, is_array=True)
    attributes = {} if _encoded(type_) else {name: each for name, each in type_.attributes if each.qname is not None}
    kinds = {str(each.qname.text): each.type for each in attributes.values()}
    keys = {str(each.qname.text): name for name, each in attributes.items()}
    if len(nested) == 1 and isinstance(nested[0], xsd.Element):
        return Shape(attributes=kinds, keys=keys, text=nested[0].type)
    members = {member.name: member for each in nested for member in _members(each, many=False, option=None)}
    return Shape(members, kinds, keys)


def _encoded(type_: xsd.ComplexType) -> bool:
    return type_.qname is not None and type_.qname.namespace in ENCODINGS


def _members(each: Any, *, many: bool, option: int | None) -> Iterator[Member]:
    if isinstance(each, Indicator):
        inner: list[Any] = [each.child] if isinstance(each, Group) else [*cast("list[Any]", each)]
        parts = isinstance(each, Choice) or each.is_optional
        for one in inner:
            part = (id(one) if isinstance(each, Choice) else id(each)) if parts else option
            yield from _members(one, many=many or each.accepts_multiple, option=part)
    elif isinstance(each, xsd.Element):
        yield Member(str(each.name), each.type, many or each.accepts_multiple, each.is_optional, each.nillable, option)
