"""Entity types of a twin, written down as lines of text, and their metadata document.

A line is ``Name form flags``. Forms: ``S10`` a text of at most ten characters, ``N13.3`` a decimal, ``B`` yes or no,
``D`` a date, ``T`` a time of day, ``O`` an instant. Flags: ``key``, ``ro`` (set by the product alone), ``u`` (the
product makes capitals of it), ``must`` (a new entity needs it), ``nofilter``, ``currency``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

FORM = re.compile(r"([SNBDTO])(\d+)?(?:\.(\d+))?")
TYPES = {"S": "String", "N": "Decimal", "B": "Boolean", "D": "DateTime", "T": "Time", "O": "DateTimeOffset"}


@dataclass(frozen=True)
class Prop:
    """One property."""

    name: str
    form: str
    most: int = 0  # characters, or digits
    places: int = 0
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Nav:
    """Where an entity leads: to the entities of a set that agree with it in these properties (there: here)."""

    set: str
    on: Mapping[str, str]
    fixed: Mapping[str, str] = field(default_factory=dict)  # properties of what is made or read this way
    many: bool = True


@dataclass(frozen=True)
class Kind:
    """One entity set with its type; ``methods``: POST, PATCH and DELETE as far as it takes them by itself."""

    set: str
    props: Mapping[str, Prop]
    navs: Mapping[str, Nav] = field(default_factory=dict)
    methods: frozenset[str] = frozenset()
    etag: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The properties of its key."""
        return tuple(prop.name for prop in self.props.values() if "key" in prop.flags)


def kind(
    set_: str, lines: str, *, navs: Mapping[str, Nav] | None = None, methods: str = "", etag: str | None = None
) -> Kind:
    """An entity set, as its lines say."""
    props = {prop.name: prop for prop in map(_prop, filter(None, map(str.strip, lines.splitlines())))}
    return Kind(set_, props, navs or {}, frozenset(methods.split()), etag)


def _prop(line: str) -> Prop:
    name, form, *flags = line.split()
    found = FORM.fullmatch(form)
    if found is None:
        raise ValueError(line)
    return Prop(name, found[1], int(found[2] or 0), int(found[3] or 0), frozenset(flags))


@dataclass(frozen=True)
class Service:
    """One service: its sets, and its function imports with the names of their parameters."""

    name: str
    kinds: Mapping[str, Kind]
    functions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def service(name: str, *kinds: Kind, functions: Mapping[str, tuple[str, ...]] | None = None) -> Service:
    """A service of these sets."""
    return Service(name, {each.set: each for each in kinds}, functions or {})


def metadata(told: Service) -> str:
    """The metadata document of a service."""
    return "".join(_metadata(told))


def _metadata(told: Service) -> Iterator[str]:
    yield (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"'
        ' xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"'
        ' xmlns:sap="http://www.sap.com/Protocols/SAPData"><edmx:DataServices m:DataServiceVersion="2.0">'
        f'<Schema Namespace="{told.name}" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">'
    )
    for each in told.kinds.values():
        yield from _type(told, each)
    for each in told.kinds.values():
        yield from _associations(told, each)
    yield f'<EntityContainer Name="{told.name}_Entities" m:IsDefaultEntityContainer="true">'
    for each in told.kinds.values():
        yield f'<EntitySet Name="{each.set}" EntityType="{told.name}.{each.set}Type"/>'
    for each in told.kinds.values():
        for nav, leads in each.navs.items():
            name = f"assoc_{each.set}_{nav}"
            yield (
                f'<AssociationSet Name="{name}" Association="{told.name}.{name}">'
                f'<End EntitySet="{each.set}" Role="From_{name}"/><End EntitySet="{leads.set}" Role="To_{name}"/>'
                "</AssociationSet>"
            )
    for name, parameters in told.functions.items():
        yield f'<FunctionImport Name="{name}" m:HttpMethod="POST">'
        yield from (f'<Parameter Name="{each}" Type="Edm.String" Mode="In"/>' for each in parameters)
        yield "</FunctionImport>"
    yield "</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"


def _type(told: Service, each: Kind) -> Iterator[str]:
    yield f'<EntityType Name="{each.set}Type"><Key>'
    yield from (f'<PropertyRef Name="{name}"/>' for name in each.keys)
    yield "</Key>"
    for prop in each.props.values():
        yield f'<Property Name="{prop.name}" Type="Edm.{TYPES[prop.form]}"{_facets(each, prop)}/>'
    for nav in each.navs:
        name = f"assoc_{each.set}_{nav}"
        yield (
            f'<NavigationProperty Name="{nav}" Relationship="{told.name}.{name}"'
            f' FromRole="From_{name}" ToRole="To_{name}"/>'
        )
    yield "</EntityType>"


def _facets(each: Kind, prop: Prop) -> str:
    facets = {
        "Nullable": "false" if "key" in prop.flags else None,
        "MaxLength": prop.most if prop.form == "S" and prop.most else None,
        "Precision": prop.most if prop.form == "N" else 7 if prop.form == "O" else 0 if prop.form in "DT" else None,
        "Scale": prop.places if prop.form == "N" else None,
        "ConcurrencyMode": "Fixed" if each.etag == prop.name else None,
        "sap:display-format": "Date" if prop.form == "D" else "UpperCase" if "u" in prop.flags else None,
        "sap:creatable": "false" if "ro" in prop.flags else None,
        "sap:updatable": "false" if "ro" in prop.flags or "key" in prop.flags else None,
        "sap:semantics": "currency-code" if "currency" in prop.flags else None,
        "sap:filterable": "false" if "nofilter" in prop.flags else None,
    }
    return "".join(f' {name}="{escape(str(value))}"' for name, value in facets.items() if value is not None)


def _associations(told: Service, each: Kind) -> Iterator[str]:
    for nav, leads in each.navs.items():
        name = f"assoc_{each.set}_{nav}"
        yield (
            f'<Association Name="{name}"><End Type="{told.name}.{each.set}Type" Multiplicity="1" Role="From_{name}"/>'
            f'<End Type="{told.name}.{leads.set}Type" Multiplicity="{"*" if leads.many else "0..1"}" Role="To_{name}"/>'
            "</Association>"
        )
