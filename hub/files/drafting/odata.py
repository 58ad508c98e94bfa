"""Drafts for the driver odata, of the metadata of a service."""

from hub.domain.documents import Doc
from hub.files.drafting.draft import (
    LOGIN,
    SECONDS,
    Drafted,
    Wanted,
    an_object,
    changed_among,
    connector,
    object_name,
    singular,
)
from hub.files.schema_import import file_name, finished
from hub.files.schema_import.edmx import local_type, read_edmx
from hub.files.schema_import.source import Source
from hub.files.schema_import.xml import read_xml


def draft_odata(source: Source, wanted: Wanted) -> Drafted:
    """Each entity set of a service; InvalidError where the metadata names none that is wanted."""
    root = read_xml(source)
    version = 4 if root.get("Version").startswith("4") else 2
    sets = {each.get("Name"): local_type(each.get("EntityType")) for each in root.walk("EntitySet")}
    schemas = read_edmx(Source(source.text, source.kind, source.name, None, source.beside))
    made, objects = Drafted({}), dict[str, Doc]()
    for each, kind in sets.items():
        name = object_name(singular(file_name(each)), objects)
        if not (wanted.takes(name) or wanted.takes(each)) or kind not in schemas:
            continue
        plain = {field: node for field, node in schemas[kind]["properties"].items() if not is_deep(node)}
        changed = changed_among(plain)
        remote: Doc = {"service": "TODO", "set": each, "read_only": True, "fields": {field: {} for field in plain}}
        remote |= {"changed": [changed]} if changed else {}
        made.notes.append(
            f"objects.{name}: `read_only: true` goes when it is written; then say `idempotency` and `lookup`."
        )
        made.notes += [] if changed else [f"objects.{name}: `changed`: which property tells when a record was changed."]
        made.schemas[name] = finished({**schemas[kind], "properties": plain}, wanted.name, name)
        objects[name] = an_object(name, each, wanted.zone, remote)
    if not objects:
        raise source.refusal("it has no entity set that is wanted")
    address = {"title": {"en": f"Address, such as https://{wanted.name}.example.com/odata", "zh": "地址"}}
    made.notes.insert(
        0, "objects.*.remote.service: the last part of the address of the service, below `connection.url`."
    )
    connection = {"url": "{url}", "version": version, "auth": {"kind": "basic"}, "csrf": version == 2}  # noqa: PLR2004 - of the protocol
    made.file = connector(wanted, "odata", {"url": address, **LOGIN, "request_seconds": SECONDS}, connection, objects)
    return made


def is_deep(node: Doc) -> bool:
    """Whether a property is an object or a list: what it navigates to is drafted by hand."""
    kinds = node.get("type", [])
    return bool({"object", "array"} & set(kinds if isinstance(kinds, list) else [kinds]))
