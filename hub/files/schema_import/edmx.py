"""OData metadata, version 2 and 4: entity types with their complex types and what they navigate to."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.domain.documents import Doc
from hub.files.schema_import.nodes import (
    ANYTHING,
    CLOCK,
    DATE,
    DECIMAL,
    INSTANT,
    LOCAL,
    TEXT,
    WHOLE,
    YES_NO,
    choice,
    field,
    listing,
    number_in,
    record,
)
from hub.files.schema_import.source import Count, Source
from hub.files.schema_import.xml import Element, local, read_xml

HOPS = 2
"""How far navigation is followed: a document, its lines, and what belongs to a line."""

TYPES: Mapping[str, Doc] = {
    **dict.fromkeys(("Byte", "SByte", "Int16", "Int32", "Int64"), WHOLE),
    **dict.fromkeys(("Decimal", "Double", "Single"), DECIMAL),
    "Boolean": YES_NO,
    "Date": DATE,
    "DateTime": LOCAL,
    "DateTimeOffset": INSTANT,
    "Time": CLOCK,
    "TimeOfDay": CLOCK,
    "Guid": {**TEXT, "maxLength": 36},
}
"""Documents tell decimals as text, and dates and times in ISO form, whatever the wire has."""
LABELS = ("Label", "Description")


def read_edmx(source: Source) -> dict[str, Doc]:
    """Every entity type by its name; the one that is asked for may be named by its set."""
    root = read_xml(source)
    model = _model(root, source)
    sets = {each.get("Name"): local_type(each.get("EntityType")) for each in root.walk("EntitySet")}
    wanted = sets.get(source.wanted or "", source.wanted)
    names = {name: name for name in model.entities if wanted in (None, name)}
    if source.wanted is not None and names:
        names = {source.wanted: next(iter(names))}
    return {name: model.object(entity) for name, entity in names.items()}


def types_of(root: Element, source: Source) -> Callable[[str], Doc | None]:
    """The entity type of a name, by metadata that was read already; None where it has none."""
    model = _model(root, source)
    return lambda name: model.object(name) if name in model.entities else None


def _model(root: Element, source: Source) -> "_Model":
    schemas = list(root.walk("Schema")) if root.name != "Schema" else [root]
    if not schemas:
        raise source.refusal("it has no Schema")
    return _Model(schemas, source)


def local_type(name: str) -> str:
    """A type's name without its namespace and without Collection()."""
    return name.removeprefix("Collection(").removesuffix(")").rpartition(".")[2]


@dataclass
class _Place:
    """Where the reader is: the types around it, how many navigations away from the object, how deep."""

    around: tuple[str, ...] = ()
    hops: int = 0

    def inside(self, name: str, *, hop: bool = False) -> "_Place":
        return _Place((*self.around, name), self.hops + hop)


class _Model:
    def __init__(self, schemas: list[Element], source: Source) -> None:
        self._source = source
        self.entities = {each.get("Name"): each for schema in schemas for each in schema.all("EntityType")}
        self._complex = {each.get("Name"): each for schema in schemas for each in schema.all("ComplexType")}
        self._enums = {each.get("Name"): each for schema in schemas for each in schema.all("EnumType")}
        self._ends = {
            (each.get("Name"), end.get("Role")): end
            for schema in schemas
            for each in schema.all("Association")
            for end in each.all("End")
        }
        self._notes = {local_path(each.get("Target")): each for schema in schemas for each in schema.all("Annotations")}

    def object(self, name: str) -> Doc:
        """The schema of one entity type."""
        element = self.entities[name]
        made = self._record(element, _Place((name,)), Count(self._source))
        return field(made, label=self._label(element, name))

    def _record(self, element: Element, place: _Place, count: Count) -> Doc:
        chain = list(self._chain(element))
        keys = [ref.get("Name") for each in chain for key in each.all("Key") for ref in key.all("PropertyRef")]
        properties: dict[str, Doc] = {}
        required = []
        for each in reversed(chain):
            for part in each.all("Property"):
                count.one(len(place.around))
                properties[part.get("Name")] = made = self._property(each, part, place, count, keys)
                if self._must(part, keys) and not made.get("readOnly"):
                    required.append(part.get("Name"))
            for part in each.all("NavigationProperty") if place.hops < HOPS else ():
                count.one(len(place.around))
                properties.update(self._navigation(each, part, place, count))
        return record(properties, required)

    def _chain(self, element: Element) -> Iterator[Element]:
        """A type and those that it is based on; a circle of bases ends."""
        seen: list[Element] = []
        here: Element | None = element
        while here is not None and here not in seen:
            seen.append(here)
            base = local_type(here.get("BaseType"))
            here = self.entities.get(base) or self._complex.get(base)
        return iter(seen)

    @staticmethod
    def _must(part: Element, keys: list[str]) -> bool:
        said = part.get("Name") in keys or part.get("Nullable") == "false"
        return said and "DefaultValue" not in part.attributes

    def _property(self, owner: Element, part: Element, place: _Place, count: Count, keys: list[str]) -> Doc:
        name, kind = part.get("Name"), part.get("Type")
        nullable = part.get("Nullable", "true") != "false" and name not in keys
        many = kind.startswith("Collection(")
        shape = self._shape(part, kind, place, count)
        read_only, create_only = self._written(owner, part)
        said: dict[str, Any] = {
            "label": self._label(part, f"{owner.get('Name')}/{name}"),
            "read_only": read_only,
            "create_only": create_only,
        }
        if many:
            return listing(shape, **said)
        return field(_with_null(shape) if nullable and "enum" in shape else shape, nullable=nullable, **said)

    def _shape(self, part: Element, kind: str, place: _Place, count: Count) -> Doc:
        name = local_type(kind)
        if name in self._enums and not kind.startswith("Edm."):
            members = [(each.get("Name"), self._label(each, "")) for each in self._enums[name].all("Member")]
            return choice(members)
        if name in self._complex and not kind.startswith("Edm."):
            if name in place.around:
                return {"type": "object"}
            return self._record(self._complex[name], place.inside(name), count)
        shape = TYPES.get(name, TEXT)
        if _attribute(part, "display-format") == "Date" and name == "DateTime":
            shape = DATE
        most = number_in(part.get("MaxLength")) if shape is TEXT else None
        digits = number_in(part.get("Precision")) if name == "Decimal" else None
        places = part.get("Scale") if name == "Decimal" and part.get("Scale").isdecimal() else None
        return field(shape, most=most, digits=digits) | ({"x-places": int(places)} if places else {})

    def _navigation(self, owner: Element, part: Element, place: _Place, count: Count) -> dict[str, Doc]:
        end = self._ends.get((local_type(part.get("Relationship")), part.get("ToRole")))
        kind = part.get("Type") or (end.get("Type") if end is not None else "")
        many = kind.startswith("Collection(") or (end is not None and end.get("Multiplicity") == "*")
        name = local_type(kind)
        if name not in self.entities or name in place.around:
            return {}
        inside = self._record(self.entities[name], place.inside(name, hop=True), count)
        said = {"label": self._label(part, f"{owner.get('Name')}/{part.get('Name')}")}
        keys = [ref.get("Name") for key in self.entities[name].all("Key") for ref in key.all("PropertyRef")]
        own = [key for key in keys if not inside["properties"].get(key, ANYTHING).get("readOnly")]
        if many:
            return {part.get("Name"): listing(inside, key=keys[-1] if keys and own else None, **said)}
        return {part.get("Name"): field(inside, nullable=True, **said)}

    def _written(self, owner: Element, part: Element) -> tuple[bool, bool]:
        """Whether a property is read-only, or is written at creation alone."""
        creatable = _attribute(part, "creatable") != "false"
        updatable = _attribute(part, "updatable") != "false"
        notes = list(self._annotations(part, f"{owner.get('Name')}/{part.get('Name')}"))
        computed = any(term == "Computed" and value != "false" for term, value in notes)
        reads = any(term == "Permissions" and value in ("Read", "None") for term, value in notes)
        fixed = any(term == "Immutable" and value != "false" for term, value in notes)
        return not (creatable or updatable) or computed or reads, (creatable and not updatable) or fixed

    def _label(self, part: Element, path: str) -> str | None:
        notes = dict(self._annotations(part, path))
        told = [_attribute(part, "label"), *(notes.get(term, "") for term in LABELS)]
        return next((text for text in told if text), None)

    def _annotations(self, part: Element, path: str) -> Iterator[tuple[str, str]]:
        """The annotations of an element, beside it and elsewhere: last word of the term, and the value."""
        notes = self._notes.get(path)
        for each in (*part.all("Annotation"), *(notes.all("Annotation") if notes is not None else ())):
            inner = each.first("EnumMember", "String", "Bool")
            told = [each.get(name) for name in ("EnumMember", "String", "Bool")]
            value = next((text for text in told if text), inner.text.strip() if inner is not None else "")
            yield each.get("Term").rpartition(".")[2], local(value.rpartition("/")[2])


def local_path(target: str) -> str:
    """``NS.Type/Property`` without its namespace."""
    kind, slash, rest = target.partition("/")
    return f"{local_type(kind)}{slash}{rest}"


def _attribute(part: Element, name: str) -> str:
    """An attribute of SAP's namespace, whatever prefix the document gives it."""
    return next((value for key, value in part.attributes.items() if key.endswith(f":{name}")), "")


def _with_null(shape: Doc) -> Doc:
    return {**shape, "enum": [*shape["enum"], None]}
