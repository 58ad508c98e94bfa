"""XML Schema types as the types of our schemas: elements, attributes, extensions, restrictions with their facets."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from hub.domain.documents import Doc
from hub.files.schema_import.nodes import (
    CLOCK,
    DATE,
    DECIMAL,
    INSTANT,
    TEXT,
    WHOLE,
    YES_NO,
    choice,
    field,
    listing,
    number_in,
    record,
)
from hub.files.schema_import.source import DEEPEST, Count, Source
from hub.files.schema_import.xml import Element, local

TYPES: Mapping[str, Doc] = {
    **dict.fromkeys(("decimal", "double", "float"), DECIMAL),
    **dict.fromkeys(("integer", "int", "long", "short", "byte", "positiveInteger", "nonNegativeInteger"), WHOLE),
    **dict.fromkeys(("unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte", "negativeInteger"), WHOLE),
    "boolean": YES_NO,
    "date": DATE,
    "dateTime": INSTANT,
    "time": CLOCK,
}
GROUPS = ("sequence", "all", "choice")
NAMESPACE = "http://www.w3.org/2001/XMLSchema"


class Types:
    """The named elements and types of some schemas."""

    def __init__(self, schemas: list[Element], source: Source) -> None:
        self._source = source
        self.schemas = schemas

    @cached_property
    def elements(self) -> dict[str, Element]:
        """The elements that stand by themselves."""
        return {each.get("name"): each for schema in self.schemas for each in schema.all("element")}

    @cached_property
    def complex(self) -> dict[str, Element]:
        """The types with fields."""
        return {each.get("name"): each for schema in self.schemas for each in schema.all("complexType")}

    @cached_property
    def _simple(self) -> dict[str, Element]:
        return {each.get("name"): each for schema in self.schemas for each in schema.all("simpleType")}

    @cached_property
    def _named(self) -> dict[tuple[str, str], Element]:
        kinds = ("group", "attributeGroup", "attribute")
        return {(each.name, each.get("name")): each for schema in self.schemas for each in schema.all(*kinds)}

    def object(self, element: Element) -> Doc:
        """The schema of an element or a type with fields; a value without fields is one field, ``value``."""
        count = Count(self._source)
        made = self._content(element, (), count) if element.name == "complexType" else self._type(element, (), count)
        return made if made.get("type") == "object" else record({"value": made})

    def _type(self, element: Element, around: tuple[str, ...], count: Count) -> Doc:
        """The type of an element or attribute."""
        count.one(len(around))
        inline = element.first("complexType", "simpleType")
        if inline is not None:
            return self._content(inline, around, count) if inline.name == "complexType" else self._value(inline)
        name = local(element.get("type"))
        is_basic = element.prefixes.get(element.get("type").rpartition(":")[0]) == NAMESPACE
        if name in self.complex and not is_basic:
            if name in around or len(around) > DEEPEST:
                return {"type": "object"}
            return self._content(self.complex[name], (*around, name), count)
        if name in self._simple and not is_basic:
            return self._value(self._simple[name])
        return TYPES.get(name, TEXT)

    def _value(self, simple: Element, depth: int = 0) -> Doc:
        """A type without fields: what it restricts, with its facets."""
        limits = simple.first("restriction")
        if limits is None:
            return TEXT
        name = local(limits.get("base"))
        inline = limits.first("simpleType")
        base = TYPES.get(name, TEXT)
        if inline is not None or (name in self._simple and depth < DEEPEST):
            base = self._value(inline or self._simple[name], depth + 1)
        values = [(each.get("value"), _documented(each)) for each in limits.all("enumeration")]
        if values and base.get("type") == "string":
            return choice(values)
        facets = {each.name: each.get("value") for each in limits.children}
        most = number_in(facets.get("maxLength") or facets.get("length")) if base.get("type") == "string" else None
        shape = field(base, most=most, digits=number_in(facets.get("totalDigits")))
        places = facets.get("fractionDigits", "")
        return {**shape, "x-places": int(places)} if places.isdecimal() and "format" in shape else shape

    def _content(self, kind: Element, around: tuple[str, ...], count: Count) -> Doc:
        properties: dict[str, Doc] = {}
        required: list[str] = []
        for name, made, must in self._fields(kind, around, count):
            properties[name] = made
            required += [name] if must else []
        return record(properties, required)

    def _fields(self, kind: Element, around: tuple[str, ...], count: Count) -> Iterator[tuple[str, Doc, bool]]:
        """The fields of a type: those of its base, its elements, its attributes."""
        count.one(len(around))
        inner = kind.first("complexContent", "simpleContent")
        more = inner.first("extension", "restriction") if inner is not None else None
        if inner is not None and more is not None:
            base = local(more.get("base"))
            if inner.name == "simpleContent":
                yield "value", self._value_of(base), False
            elif base in self.complex and base not in around and more.name == "extension":
                yield from self._fields(self.complex[base], (*around, base), count)
            yield from self._fields(more, around, count)
        yield from self._particles(kind, around, count, optional=False)
        for each in kind.all("attribute"):
            named = each if each.get("name") else self._named.get(("attribute", local(each.get("ref"))))
            if named is not None:
                yield named.get("name"), self._attribute(named, around, count), each.get("use") == "required"
        for each in kind.all("attributeGroup"):
            found = self._named.get(("attributeGroup", local(each.get("ref"))))
            if found is not None and f"@{found.get('name')}" not in around:
                yield from self._fields(found, (*around, f"@{found.get('name')}"), count)

    def _value_of(self, name: str) -> Doc:
        return self._value(self._simple[name]) if name in self._simple else TYPES.get(name, TEXT)

    def _attribute(self, element: Element, around: tuple[str, ...], count: Count) -> Doc:
        return field(self._type(element, around, count), label=_documented(element))

    def _particles(
        self, holder: Element, around: tuple[str, ...], count: Count, *, optional: bool
    ) -> Iterator[tuple[str, Doc, bool]]:
        """The elements of sequences, choices and named groups; one of a choice is never required."""
        for each in holder.all(*GROUPS, "group"):
            free = optional or each.name == "choice" or each.get("minOccurs") == "0"
            group = self._named.get(("group", local(each.get("ref")))) if each.get("ref") else each
            if group is not None and f"#{group.get('name')}" not in around:
                inside = (*around, f"#{group.get('name')}") if each.get("ref") else around
                yield from self._particles(group, inside, count, optional=free)
        for each in holder.all("element"):
            named = each if each.get("name") else self.elements.get(local(each.get("ref")))
            if named is not None:
                must = not optional and each.get("minOccurs", "1") != "0"
                yield named.get("name"), self._element(each, named, around, count), must

    def _element(self, each: Element, named: Element, around: tuple[str, ...], count: Count) -> Doc:
        mark = f"<{named.get('name')}"
        if each is not named and mark in around:
            return {"type": "object"}
        shape = self._type(named, (*around, mark) if each is not named else around, count)
        label = _documented(each) or _documented(named)
        if each.get("maxOccurs") not in ("", "0", "1"):
            return listing(shape, label=label)
        nullable = named.get("nillable") == "true"
        if nullable and "enum" in shape:
            shape = {**shape, "enum": [*shape["enum"], None]}
        return field(shape, label=label, nullable=nullable)


def _documented(element: Element) -> str | None:
    """The first line of an element's documentation."""
    note = element.first("annotation")
    told = note.first("documentation") if note is not None else None
    lines = told.text.strip().splitlines() if told is not None else []
    return lines[0].strip()[:120] if lines else None
