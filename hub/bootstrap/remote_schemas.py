"""The stored schemas of other systems' objects: made from a document or from a live system, and kept as files."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from hub.bootstrap import systems
from hub.bootstrap.secrets import Environment
from hub.domain.documents import Doc
from hub.domain.errors import InvalidError, NotFoundError
from hub.files.connectors import load_connector
from hub.files.schema_import import import_schemas
from hub.files.schema_import.source import MOST, Source
from hub.files.settings import Settings
from hub.files.whole import put_in_place
from hub.ports.connector import Connector
from hub.ports.describing import Describing


@dataclass(frozen=True)
class Kept:
    """One schema file: ``state`` is new, unchanged, replaced, or differs (and is left as it is)."""

    name: str
    path: Path
    state: str
    fields: int


def of_file(kind: str, path: Path, *, system: str, wanted: str | None) -> dict[str, Doc]:
    """The schemas that a document describes, by the names of their files; InvalidError when it cannot be read."""
    if path.stat().st_size > 4 * MOST:
        raise InvalidError("The document of the kind {kind} is too large or too deep to be read.", kind=kind)
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidError("{file} is no UTF-8 text.", file=str(path)) from error
    source = Source(text, kind, path.name.partition(".")[0], wanted, lambda name: beside(path, name))
    return import_schemas(source, system)


def beside(path: Path, name: str) -> str | None:
    """The text of a file in the folder of another or below it; nothing from elsewhere, and nothing from the network."""
    folder = path.resolve().parent
    found = (folder / name).resolve()
    inside = found.is_relative_to(folder) and found.is_file() and found.stat().st_size <= MOST
    return found.read_text("utf-8-sig", errors="replace") if inside else None


def of_system(settings: Settings, environment: Environment, system: str, wanted: str | None) -> dict[str, Doc]:
    """The schemas that a live system describes now; NotFoundError when there is no such system or object."""
    connector = connected(settings, environment, system)
    names = [wanted] if wanted is not None else list(connector.objects())
    found = {name: live_schema(connector, name, system) for name in names}
    told = {name: schema for name, schema in found.items() if schema is not None}
    if not told:
        raise NotFoundError("{system} describes none of {objects}.", system=system, objects=", ".join(names))
    return told


def connected(settings: Settings, environment: Environment, system: str) -> Connector:
    """The connector of a system, without its mappings: those may be what is still to be written."""
    if system not in settings.systems:
        known = ", ".join(settings.systems) or "none"
        raise NotFoundError("There is no system {name}: hub.yaml has {names}.", name=system, names=known)
    told = settings.systems[system]
    file = load_connector(systems.connector_file(settings.directory, told.connector))
    return systems.connect(settings, told, file, environment)


def live_schema(connector: Connector, name: str, folder: str) -> Doc | None:
    """What a system says of one object now; None when it does not describe it."""
    if name not in connector.objects():
        known = ", ".join(connector.objects())
        raise NotFoundError("There is no object {name}: the connector has {known}.", name=name, known=known)
    told = connector.describe(name) if isinstance(connector, Describing) else None
    if told is None:
        return None
    source = Source(orjson.dumps(told.document).decode(), told.kind, name)
    return next(iter(import_schemas(source, folder).values()))


def keep(schemas: dict[str, Doc], folder: Path, *, force: bool) -> Iterator[Kept]:
    """Write each schema to its file; one that differs from what lies there is replaced only by force."""
    for name, schema in schemas.items():
        path = folder / f"{name}.json"
        text = orjson.dumps(schema, option=orjson.OPT_INDENT_2) + b"\n"
        old = path.read_bytes() if path.exists() else None
        state = "new" if old is None else "unchanged" if old == text else "replaced" if force else "differs"
        if state in ("new", "replaced"):
            put_in_place(path, text.decode())
        yield Kept(name, path, state, len(schema.get("properties", {})))
