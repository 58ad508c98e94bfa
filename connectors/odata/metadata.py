"""What a service says of itself ($metadata): its entity sets with their keys, properties and navigations."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from connectors.odata.values import DAY

NO = "false"


@dataclass(frozen=True)
class Property:
    """One property: its type, and what may be done with it."""

    name: str
    type: str
    nullable: bool = True
    most: int | None = None  # characters
    creatable: bool = True
    updatable: bool = True
    label: str = ""
    is_currency: bool = False  # holds a currency's code


@dataclass(frozen=True)
class Navigation:
    """Where an entity leads: to a type, and to one or many of it."""

    target: str
    many: bool


@dataclass(frozen=True)
class Entity:
    """One entity type."""

    name: str
    keys: tuple[str, ...]
    properties: Mapping[str, Property] = field(default_factory=dict)
    navigations: Mapping[str, Navigation] = field(default_factory=dict)

    def type_of(self, name: str) -> str:
        """The type of a property; of one that the metadata does not name, a text."""
        found = self.properties.get(name)
        return found.type if found else "Edm.String"


@dataclass(frozen=True)
class Model:
    """A service: its types by their names, its sets, and the qualified names of its actions."""

    entities: Mapping[str, Entity]
    sets: Mapping[str, str]  # set -> type
    actions: Mapping[str, str] = field(default_factory=dict)

    def of_set(self, name: str) -> Entity | None:
        """The type of a set."""
        return self.entities.get(self.sets.get(name, ""))

    def set_of(self, entity: Entity) -> str | None:
        """A set with entities of this type."""
        return next((name for name, kind in self.sets.items() if kind == entity.name), None)

    def behind(self, entity: Entity, navigation: str) -> Entity | None:
        """The type that a navigation leads to."""
        found = entity.navigations.get(navigation)
        return self.entities.get(found.target) if found else None


def model_of(root: etree._Element) -> Model:
    """The model that a metadata document describes; without sets where it is some other document."""
    types = {each.get("Name", ""): each for each in _all(root, "EntityType")}
    ends = {
        (each.get("Name", ""), end.get("Role", "")): end
        for each in _all(root, "Association")
        for end in _all(each, "End")
    }
    return Model(
        entities={name: _entity(name, types, ends) for name in types},
        sets={each.get("Name", ""): _last(each.get("EntityType", "")) for each in _all(root, "EntitySet")},
        actions={
            each.get("Name", ""): f"{schema.get('Namespace', '')}.{each.get('Name', '')}"
            for schema in _all(root, "Schema")
            for each in _all(schema, "Action")
        },
    )


def _all(node: etree._Element, name: str) -> Iterator[etree._Element]:
    return node.iterdescendants("{*}" + name)


def _last(name: str) -> str:
    return name.removeprefix("Collection(").removesuffix(")").rpartition(".")[2]


def _entity(name: str, types: Mapping[str, etree._Element], ends: Mapping[tuple[str, str], etree._Element]) -> Entity:
    chain = list(_chain(name, types))
    navigations = (nav for each in chain for nav in each.iterchildren("{*}NavigationProperty"))
    return Entity(
        name=name,
        keys=tuple(ref.get("Name", "") for each in chain for ref in _all(each, "PropertyRef")),
        properties={made.name: made for each in reversed(chain) for made in _properties(each)},
        navigations={nav.get("Name", ""): _navigation(nav, ends) for nav in navigations},
    )


def _chain(name: str, types: Mapping[str, etree._Element]) -> Iterable[etree._Element]:
    """A type and those that it is based on; a circle of bases ends."""
    seen: dict[str, etree._Element] = {}
    while name in types and name not in seen:
        seen[name] = types[name]
        name = _last(types[name].get("BaseType", ""))
    return seen.values()


def _properties(entity: etree._Element) -> Iterator[Property]:
    for each in entity.iterchildren("{*}Property"):
        kind = each.get("Type", "Edm.String")
        only_day = kind == "Edm.DateTime" and _sap(each, "display-format") == "Date"
        most = each.get("MaxLength", "")
        yield Property(
            name=each.get("Name", ""),
            type=DAY if only_day else kind,
            nullable=each.get("Nullable", "true") != NO,
            most=int(most) if most.isascii() and most.isdecimal() and len(most) < 9 else None,  # noqa: PLR2004 - no text is longer
            creatable=_sap(each, "creatable") != NO,
            updatable=_sap(each, "updatable") != NO,
            label=_sap(each, "label"),
            is_currency=_sap(each, "semantics") == "currency-code",
        )


def _sap(node: etree._Element, name: str) -> str:
    """An attribute of SAP's namespace."""
    return node.get("{http://www.sap.com/Protocols/SAPData}" + name, "")


def _navigation(nav: etree._Element, ends: Mapping[tuple[str, str], etree._Element]) -> Navigation:
    end = ends.get((_last(nav.get("Relationship", "")), nav.get("ToRole", "")))
    kind = nav.get("Type", "") or (end.get("Type", "") if end is not None else "")
    many = kind.startswith("Collection(") or (end is not None and end.get("Multiplicity") == "*")
    return Navigation(_last(kind), many)
