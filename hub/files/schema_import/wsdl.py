"""SOAP services: what the messages of their operations hold, by the types of the file and of those beside it."""

from collections.abc import Iterator

from hub.domain.documents import Doc
from hub.files.schema_import.nodes import record
from hub.files.schema_import.source import Source
from hub.files.schema_import.xml import Element, local, read_xml
from hub.files.schema_import.xsd import Types

FILES = 100
"""Schema files that one service may be made of."""


def read_wsdl(source: Source) -> dict[str, Doc]:
    """Every message of an operation by the name of its element; any type or element, when it is asked for."""
    root = read_xml(source)
    if root.name not in ("definitions", "schema"):
        raise source.refusal("its root is neither definitions nor schema")
    files = list(_files(source, root))
    types = Types([schema for file in files for schema in _schemas(file)], source)
    if source.wanted is not None and (found := types.complex.get(source.wanted)) is not None:
        return {source.wanted: types.object(found)}
    told = dict(_messages(files, types))
    told.update({name: types.object(each) for name, each in types.elements.items() if name == source.wanted})
    if not told and root.name == "schema":
        told = {name: types.object(each) for name, each in types.elements.items()}
    return told


def _schemas(root: Element) -> Iterator[Element]:
    yield from [root] if root.name == "schema" else root.walk("schema")


def _files(source: Source, root: Element) -> Iterator[Element]:
    """The file, and those beside it that it takes in; what lies elsewhere is not fetched."""
    yield root
    waiting, seen = [root], set[str]()
    while waiting and len(seen) < FILES:
        for each in waiting.pop().walk("import", "include"):
            place = each.get("schemaLocation") or each.get("location")
            if not place or place in seen:
                continue
            seen.add(place)
            text = source.beside(place)
            if text is not None:
                found = read_xml(source, text)
                waiting.append(found)
                yield found


def _messages(files: list[Element], types: Types) -> Iterator[tuple[str, Doc]]:
    """The messages of all operations, inputs and outputs."""
    messages = {each.get("name"): each for file in files for each in file.all("message")}
    for file in files:
        for operation in file.walk("operation"):
            for way in operation.all("input", "output"):
                message = messages.get(local(way.get("message")))
                if message is not None:
                    yield from _parts(operation, way, message, types)


def _parts(operation: Element, way: Element, message: Element, types: Types) -> Iterator[tuple[str, Doc]]:
    parts = list(message.all("part"))
    element = types.elements.get(local(parts[0].get("element"))) if parts else None
    if element is not None:
        yield element.get("name"), types.object(element)
        return
    typed = {part.get("name"): types.complex.get(local(part.get("type"))) for part in parts}
    fields = {name: types.object(found) for name, found in typed.items() if found is not None}
    if fields:
        suffix = "" if way.name == "input" else "Response"
        yield f"{operation.get('name')}{suffix}", record(fields)
