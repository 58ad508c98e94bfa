"""Drafts for the driver odata, of the metadata of a service."""

from collections.abc import Mapping

from hub.domain.documents import Doc
from hub.files.drafting.draft import (
    LOGIN,
    SECONDS,
    Drafted,
    Room,
    Wanted,
    an_object,
    changed_among,
    connector,
    object_name,
    singular,
)
from hub.files.schema_import import file_name, finished
from hub.files.schema_import.edmx import local_type, types_of
from hub.files.schema_import.source import Source
from hub.files.schema_import.xml import read_xml


def draft_odata(source: Source, wanted: Wanted) -> Drafted:
    """Each entity set of a service; InvalidError where the metadata names none that is wanted."""
    root = read_xml(source)
    version = 4 if root.get("Version").startswith("4") else 2
    sets = {each.get("Name"): local_type(each.get("EntityType")) for each in root.walk("EntitySet")}
    chosen = chosen_of(sets, wanted)
    type_of = types_of(root, source)
    room, objects, made = Room(chosen), dict[str, Doc](), Drafted({})
    for name, each in chosen.items():
        schema = type_of(sets[each])
        if schema is None:
            continue
        plain = {field: node for field, node in schema["properties"].items() if not is_deep(node)}
        changed = changed_among(plain)
        remote: Doc = {"service": "TODO", "set": each, "read_only": True, "fields": {field: {} for field in plain}}
        remote |= {"changed": [changed]} if changed else {}
        objects[name] = room.take(an_object(name, each, wanted.zone, remote))
        made.notes.append(
            f"objects.{name}: `read_only: true` goes when it is written; then say `idempotency` and `lookup`."
        )
        made.notes += [] if changed else [f"objects.{name}: `changed`: which property tells when a record was changed."]
        made.schemas[name] = finished({**schema, "properties": plain}, wanted.name, name)
    if not objects:
        raise source.refusal("it has no entity set that is wanted")
    address = {"title": {"en": f"Address, such as https://{wanted.name}.example.com/odata", "zh": "地址"}}
    made.notes.insert(
        0, "objects.*.remote.service: the last part of the address of the service, below `connection.url`."
    )
    connection = {"url": "{url}", "version": version, "auth": {"kind": "basic"}, "csrf": version == 2}  # noqa: PLR2004 - of the protocol
    made.file = connector(wanted, "odata", {"url": address, **LOGIN, "request_seconds": SECONDS}, connection, objects)
    return made


def chosen_of(sets: Mapping[str, str], wanted: Wanted) -> dict[str, str]:
    """The wanted sets by the names of their objects."""
    found: dict[str, str] = {}
    for each in sets:
        name = object_name(singular(file_name(each)), found)
        if wanted.takes(name) or wanted.takes(each):
            found[name] = each
    return found


def is_deep(node: Doc) -> bool:
    """Whether a property is an object or a list: what it navigates to is drafted by hand."""
    kinds = node.get("type", [])
    return bool({"object", "array"} & set(kinds if isinstance(kinds, list) else [kinds]))
