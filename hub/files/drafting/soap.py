"""Drafts for the driver soap, of a WSDL: operations are told apart by the verbs in their names."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from hub.domain.documents import Doc
from hub.files.drafting.draft import (
    LOGIN,
    SECONDS,
    Drafted,
    Room,
    Wanted,
    an_object,
    connector,
    id_among,
    object_name,
    rows_in,
    singular,
)
from hub.files.schema_import import finished
from hub.files.schema_import.source import Source
from hub.files.schema_import.wsdl import read_wsdl
from hub.files.schema_import.xml import local, read_xml

VERBS = {
    "list": "list|search|query",
    "find": "find|lookup",
    "get": "get|read|retrieve",
    "create": "create|add|insert",
    "update": "update|change|modify",
}
SINCE, UNTIL = re.compile(r"(from|since|after)$", re.IGNORECASE), re.compile(r"(to|until|before)$", re.IGNORECASE)
NEXT = re.compile(r"(token|cursor|page)$", re.IGNORECASE)

Calls = dict[str, tuple[str, str, str]]  # by kind: names of the request's and the answer's element, and the operation


def draft_soap(source: Source, wanted: Wanted) -> Drafted:
    """Each noun that can be listed and read; InvalidError where there is none."""
    made, objects = Drafted({}, beside={f"{wanted.name}/{source.name}.wsdl": source.text}), dict[str, Doc]()

    def beside(name: str) -> str | None:
        text = source.beside(name)
        made.beside |= {} if text is None else {f"{wanted.name}/{name}": text}
        return text

    chosen = chosen_of(nouns(source), wanted)
    room = Room(chosen)
    messages = read_wsdl(Source(source.text, source.kind, source.name, None, beside))
    for name, (noun, calls) in chosen.items():
        answer = messages.get(calls["get"][1], {})
        where = next((field for field, node in answer.get("properties", {}).items() if node.get("properties")), None)
        schema = answer["properties"][where] if where else answer
        key = id_among(schema.get("properties", {}), name) or "id"
        made.notes += [f"objects.{name}: `changed_at`, `version`, `create`, `update`, `find`: what the documents say."]
        remote = {"id": key, "list": listing(calls["list"], messages)}
        remote |= {"get": {"call": calls["get"][2], "arguments": {key: "{id}"}, **({"record": where} if where else {})}}
        made.schemas[name] = finished(schema, wanted.name, name)
        objects[name] = room.take(an_object(name, noun, wanted.zone, remote))
    if not objects:
        raise source.refusal("no noun has both an operation that lists and one that gets")
    address = {"title": {"en": "Address of the service", "zh": "服务地址"}}
    connection = {"wsdl": f"{wanted.name}/{source.name}.wsdl", "address": "{url}", "auth": {"kind": "basic"}}
    made.notes.insert(0, "connection: `security` where the service wants WS-Security, `errors`, and a `probe`.")
    settings = {"url": address, **LOGIN, "request_seconds": SECONDS}
    made.file = connector(wanted, "soap", settings, connection, objects)
    return made


def chosen_of(found: Mapping[str, Calls], wanted: Wanted) -> dict[str, tuple[str, Calls]]:
    """By the object's name: what is wanted of what can be listed and read."""
    chosen: dict[str, tuple[str, Calls]] = {}
    for noun, calls in found.items():
        name = object_name(noun, chosen)
        if wanted.takes(name) and {"list", "get"} <= calls.keys():
            chosen[name] = (noun, calls)
    return chosen


def nouns(source: Source) -> dict[str, Calls]:
    """By noun and kind of call: names of the request's and the answer's element, and of the operation."""
    root = read_xml(source)
    parts = {each.get("name"): [part.get("element") for part in each.all("part")] for each in root.walk("message")}
    found: dict[str, Calls] = defaultdict(dict)
    for port in root.walk("portType"):
        for operation in port.all("operation"):
            ways = {one.name: local(one.get("message")) for one in operation.all("input", "output")}
            elements = [local(next(iter(parts.get(ways.get(way, ""), [])), "")) for way in ("input", "output")]
            for kind, verbs in VERBS.items():
                match = re.match(rf"({verbs})_?(\w+)$", operation.get("name"), re.IGNORECASE)
                if match:
                    found[singular(match[2])].setdefault(kind, (elements[0], elements[1], operation.get("name")))
    return found


def listing(call: tuple[str, str, str], messages: Mapping[str, Any]) -> Doc:
    """How records are listed: arguments by their names, and where the records stand."""
    asked = messages.get(call[0], {}).get("properties", {})
    words = ((SINCE, "{since}"), (UNTIL, "{until}"), (NEXT, "{after}"))
    arguments = {
        name: word
        for name in asked
        for word in [next((word for is_it, word in words if is_it.search(name)), "")]
        if word
    }
    answer = messages.get(call[1], {})
    tokens = [name for name in answer.get("properties", {}) if NEXT.search(name)]
    paging = {"paging": {"kind": "token", "next": tokens[0]}} if tokens and "{after}" in arguments.values() else {}
    return {"call": call[2], "arguments": arguments, "records": rows_in(answer) or "TODO", **paging}
