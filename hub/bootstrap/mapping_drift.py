"""``map drift``: what live systems say of their objects, against the stored schemas that mappings rely on."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hub.bootstrap.remote_schemas import connected, live_schema
from hub.bootstrap.secrets import Environment
from hub.bootstrap.systems import specs_of
from hub.domain.errors import HubError, NotFoundError
from hub.domain.mapping.rules import FieldRule, ListRule, MappingSpec
from hub.files.data import data_dir
from hub.files.drift import Found, found_in, shifts
from hub.files.fingerprint import fingerprint, tree_of
from hub.files.schema_tree import SchemaFolder
from hub.files.settings import Settings
from hub.ports.connector import Connector

SAME, DRIFTED, UNKNOWN, TROUBLE = "same", "drifted", "unknown", "trouble"


@dataclass(frozen=True)
class Drift:
    """One object of a mapping: whether its schema is still the stored one, and what changed."""

    system: str
    entity: str
    object: str
    file: str
    state: str
    found: tuple[Found, ...] = ()
    reason: str = ""
    spec: MappingSpec | None = field(default=None, repr=False)

    @property
    def problems(self) -> tuple[Found, ...]:
        """What the mapping cannot live with."""
        return tuple(each for each in self.found if each.is_problem)

    @property
    def notes(self) -> tuple[Found, ...]:
        """What changed and concerns no rule."""
        return tuple(each for each in self.found if not each.is_problem)

    @property
    def is_wrong(self) -> bool:
        """Whether somebody has to look."""
        return bool(self.problems) or self.state == TROUBLE


def drift(settings: Settings, environment: Environment, wanted: str | None) -> Iterator[Drift]:
    """Every object of every mapping of a system, or of all; a system that cannot be asked hides no other."""
    if wanted is not None and wanted not in settings.systems:
        known = ", ".join(settings.systems) or "none"
        raise NotFoundError("There is no system {name}: hub.yaml has {names}.", name=wanted, names=known)
    schemas = SchemaFolder(data_dir("schemas"), settings.directory / "schemas")
    for name, system in settings.systems.items():
        if wanted in (None, name):
            try:
                specs = specs_of(settings, system)
                connector = connected(settings, environment, name)
            except HubError as error:
                yield Drift(name, "", "", "", TROUBLE, reason=str(error))
                continue
            yield from (each for spec in specs for each in of_mapping(name, spec, connector, schemas))


def of_mapping(system: str, spec: MappingSpec, connector: Connector, schemas: SchemaFolder) -> Iterator[Drift]:
    """The objects that a record of the mapping is made of; with several, each has its own place in the record."""
    several = bool(spec.objects)
    parts = [(spec.object, spec.remote_schema, f"{spec.object}." if several else "")]
    parts += [
        (one.name, one.schema, f"{one.name}." if one.id is not None else f"{one.name}[].") for one in spec.objects
    ]
    for name, schema, prefix in parts:
        try:
            state, found, reason = _compared(system, spec, connector, schemas, (name, schema, prefix))
        except HubError as error:
            state, found, reason = TROUBLE, (), str(error)
        yield Drift(system, spec.entity, name, spec.file, state, found, reason, spec)


def _compared(
    system: str, spec: MappingSpec, connector: Connector, schemas: SchemaFolder, part: tuple[str, str | None, str]
) -> tuple[str, tuple[Found, ...], str]:
    name, schema, prefix = part
    if schema is None:
        return UNKNOWN, (), "the mapping names no stored schema"
    told = live_schema(connector, name, system)
    if told is None:
        return UNKNOWN, (), f"{system} does not describe it"
    stored, live = schemas.tree(schema), tree_of(told)
    if fingerprint(stored) == fingerprint(live):
        return SAME, (), ""
    found = tuple(found_in(spec, prefix, shifts(stored, live)))
    return (DRIFTED if found else SAME), found, ""


def place_of(drifted: Drift, rule: FieldRule | ListRule) -> str:
    """File, line and text of a rule."""
    return f"{rule.file or drifted.file}:{rule.line}: {rule}"
