"""Drafts for the driver rest: of an OpenAPI document, or of a sample answer."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import orjson

from hub.domain.documents import Doc
from hub.files.drafting.draft import (
    LOGIN,
    SECONDS,
    TOKEN,
    Drafted,
    Wanted,
    an_object,
    changed_among,
    connector,
    id_among,
    object_name,
    only_read,
    rows_in,
    singular,
)
from hub.files.schema_import import finished
from hub.files.schema_import.openapi import read_openapi
from hub.files.schema_import.sample import read_sample
from hub.files.schema_import.source import DEEPEST, Source

URL = "Address, such as https://{name}.example.com"
FROM = re.compile(r"(since|from|after|start|min)", re.IGNORECASE)
CHANGE = re.compile(r"(updated|modified|changed)", re.IGNORECASE)
LIMIT = re.compile(r"^(limit|(page_?|per_?)?size|per_?page|count)$", re.IGNORECASE)
OFFSET = re.compile(r"^(offset|skip|start)$", re.IGNORECASE)
OWN = ("id", "_id", "uuid", "guid", "编号", "编码")  # names by which a record is known as one
WRAPPER = re.compile(
    r"^(data|items|list|records|results?|rows|values?|entries|elements|content|数据|列表)$", re.IGNORECASE
)
NUMBERED = re.compile(r"^(page(_?(no|number))?)$", re.IGNORECASE)


def draft_openapi(source: Source, wanted: Wanted) -> Drafted:
    """Each collection of an OpenAPI document that is listed and read by id; InvalidError where there is none."""
    document = source.data()
    paths: Mapping[str, Any] = document.get("paths", {}) if isinstance(document, dict) else {}
    objects: Doc = {}
    made = Drafted({})
    for path, single in collections(paths):
        noun = singular(unquote(path).rstrip("/").rpartition("/")[2])
        name = object_name(noun)
        if not wanted.takes(name) or name in objects:
            continue
        schema = next(iter(read_openapi(Source(source.text, source.kind, wanted=f"GET {single}")).values()), None)
        if schema is None or not schema.get("properties"):
            continue
        remote, notes = resource(document, path, single, schema)
        made.notes += [f"objects.{name}: {note}" for note in notes]
        told = as_told(schema)
        told = told if remote.keys() & {"create", "update"} else only_read(told)
        made.schemas[name] = finished(told, wanted.name, name)
        objects[name] = an_object(name, noun, wanted.zone, remote)
    if not objects:
        raise source.refusal("no path lists records that another one reads by id")
    told, settings, notes = who_we_are(document)
    base = next((one.get("url", "") for one in document.get("servers", [])), "")
    address: Doc = {"title": {"en": URL.format(name=wanted.name), "zh": "地址"}}
    address |= {"default": base} if base.startswith("http") else {}
    prefix = "" if base.startswith("http") else base.rstrip("/")
    first = next(iter(objects.values()))["remote"]["list"]["path"]
    connection = {"url": "{url}" + prefix, "auth": told, "probe": {"path": first}}
    made.notes[:0] = [*notes, "connection.probe: a call that tells the version, and `version: body.PATH`."]
    made.file = connector(wanted, "rest", {"url": address, **settings, "request_seconds": SECONDS}, connection, objects)
    return made


def collections(paths: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each path that lists, with the one that reads a single record of the list."""
    for path, operations in paths.items():
        single = next((one for one in paths if re.fullmatch(re.escape(path.rstrip("/")) + r"/\{[^/]+\}/?", one)), None)
        if single and "{" not in path and "get" in operations and "get" in paths[single]:
            yield path, single


def resource(document: Doc, path: str, single: str, schema: Doc) -> tuple[Doc, list[str]]:
    """The ``remote`` of one collection, and what the document does not say."""
    operations, one = document["paths"][path], document["paths"][single]
    fields = schema["properties"]
    key, changed = id_among(fields), changed_among(fields)
    read = re.sub(r"\{[^}]+\}", "{id}", single)
    notes = [] if key else ["`id`: which field it is."]
    notes += [] if changed else ["`changed.at`: which field tells when a record was changed."]
    listing, said = listed(document, path, operations["get"])
    notes += said
    remote: Doc = {"id": key or "id", "changed": {"at": changed or "updated_at"}, "fields": fields_of(schema, key)}
    remote |= {"list": listing, "get": {"path": read}}
    if "post" in operations:
        remote["create"] = {"path": path}
        notes.append("what keeps a create from happening twice: `idempotency` and `lookup`.")
    method = next((name for name in ("patch", "put") if name in one), None)
    if method:
        remote["update"] = {"path": read, **({} if method == "patch" else {"method": "PUT"})}
    return remote, notes


def listed(document: Doc, path: str, operation: Doc) -> tuple[Doc, list[str]]:
    """How a collection is listed: its query by the names of the parameters, and where the records stand."""
    names = [str(followed(document, one).get("name", "")) for one in operation.get("parameters", [])]
    since = next((name for name in names if CHANGE.search(name) and FROM.search(name)), None)
    since = since or next((name for name in names if CHANGE.search(name)), None)
    size, offset = (next((name for name in names if is_it.match(name)), None) for is_it in (LIMIT, OFFSET))
    page = next((name for name in names if NUMBERED.match(name)), None)
    where = rows_in(answer_of(document, operation))
    told: Doc = {"path": path, **({"query": {since: "{since}"}} if since else {})}
    told["records"] = "body" + (f".{where}" if where else "")
    told["order"] = "none"
    send: Doc = {size: "{size}"} if size else {}
    if offset or page:
        kind, send = (
            ("offset", {**send, str(offset): "{offset}"}) if offset else ("page", {**send, str(page): "{page}"})
        )
        told["page"] = {"kind": kind, "size": 100, "send": {"query": send}}
    notes = [] if offset or page else ["`list.page`: how a long list goes on."]
    notes += [] if since else ["`list.query`: the filter by the time of the change, if there is one."]
    notes += [] if where is not None else ["`list.records`: where the records stand in the answer."]
    return told, notes


def answer_of(document: Doc, operation: Doc) -> Doc:
    """The schema of what an operation answers, its references followed as far as lists of records need."""
    good = [told for code, told in operation.get("responses", {}).items() if str(code).startswith("2")]
    content = followed(document, good[0]).get("content", {}) if good else {}
    schemas = [told.get("schema", {}) for name, told in content.items() if "json" in name]
    return whole(document, schemas[0], 3) if schemas else {}


def whole(document: Doc, node: Any, depth: int) -> Doc:
    """A schema with the references in its properties followed."""
    told = dict(followed(document, node))
    if depth and isinstance(told.get("properties"), dict):
        told["properties"] = {name: whole(document, one, depth - 1) for name, one in told["properties"].items()}
    return told


def followed(document: Doc, node: Any) -> Doc:
    """What a reference within the document stands for."""
    for _ in range(DEEPEST):
        place = node.get("$ref") if isinstance(node, dict) else None
        if not isinstance(place, str) or not place.startswith("#/"):
            break
        node = document
        for part in place[2:].split("/"):
            node = node.get(part.replace("~1", "/").replace("~0", "~"), {}) if isinstance(node, dict) else {}
    return node if isinstance(node, dict) else {}


def fields_of(schema: Doc, key: str | None) -> Doc:
    """A field for each property; what is only read is computed, what is a number or an instant says so."""
    told: Doc = {}
    for name, node in schema["properties"].items():
        computed = {"computed": True} if node.get("readOnly") or name == key else {}
        kinds = node.get("type", "")
        number = {"as": "number"} if "number" in (kinds if isinstance(kinds, list) else [kinds]) else {}
        instant = {"as": "instant"} if node.get("format") == "date-time" else {}
        told[name] = {**computed, **number, **instant}
    return told


def as_told(schema: Any) -> Any:
    """A schema of documents as connectors tell them: decimals are texts."""
    if isinstance(schema, list):
        return [as_told(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: as_told(value) for name, value in schema.items()}
    kinds = made.get("type")
    if kinds == "number" or (isinstance(kinds, list) and "number" in kinds):
        bare = {name: value for name, value in made.items() if name not in {"minimum", "maximum", "default", "enum"}}
        nullable = isinstance(kinds, list) and "null" in kinds
        made = {**bare, "type": ["string", "null"] if nullable else "string", "format": "decimal"}
    return made


def who_we_are(document: Doc) -> tuple[Doc, Mapping[str, Doc], list[str]]:
    """How the document says that callers are known, the settings that this needs, and what is open."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    for told in (followed(document, one) for one in schemes.values()):
        kind, scheme = told.get("type"), str(told.get("scheme", "")).lower()
        if (kind, scheme) == ("http", "basic"):
            return {"kind": "basic"}, LOGIN, []
        if (kind, scheme) == ("http", "bearer"):
            return {"kind": "bearer"}, TOKEN, []
        if kind == "apiKey" and told.get("in") in {"header", "query"}:
            place = "headers" if told["in"] == "header" else "query"
            return {"kind": "key", place: {told["name"]: "{token}"}}, TOKEN, []
        granted = told.get("flows", {}).get("clientCredentials", {}).get("tokenUrl")
        if granted:
            client = {name: {**TOKEN["token"], "title": {"en": name, "zh": name}} for name in ("client_secret",)}
            login = {"client_id": {"title": {"en": "client_id", "zh": "client_id"}}, **client}
            return {"kind": "oauth2", "grant": "client_credentials", "url": granted}, login, []
    return {"kind": "bearer"}, TOKEN, ["connection.auth: how the product knows who calls."]


def draft_sample(source: Source, wanted: Wanted) -> Drafted:
    """Of a sample answer: its records are one object, called as is wanted, else as the answer or the file says."""
    place, records = records_in(source.data(), source.name)
    telling = [one for one in place[-1:] if not WRAPPER.match(one)]
    told = next(iter([*wanted.objects, *telling, source.name]))
    name = object_name(singular(told))
    sample = Source(orjson.dumps(records).decode(), source.kind, name)
    schema = next(iter(read_sample(sample).values()))
    key, changed = id_among(schema["properties"], name), changed_among(schema["properties"])
    remote: Doc = {"id": key or "id", "changed": {"at": changed or "updated_at"}, "fields": fields_of(schema, key)}
    path = f"/{name}"
    remote |= {"list": {"path": path, "records": ".".join(["body", *place]), "order": "none"}}
    remote |= {"get": {"path": f"{path}/{{id}}"}}
    settings = {
        "url": {"title": {"en": URL.format(name=wanted.name), "zh": "地址"}},
        **TOKEN,
        "request_seconds": SECONDS,
    }
    connection = {"url": "{url}", "auth": {"kind": "bearer"}, "probe": {"path": path}}
    made = Drafted(connector(wanted, "rest", settings, connection, {name: an_object(name, told, wanted.zone, remote)}))
    made.notes.append("connection.auth: how the product knows who calls.")
    made.notes.append(f"objects.{name}: every path, the filter by time and how a long list goes on are guesses.")
    made.notes += [] if key and changed else [f"objects.{name}: which fields are `id` and `changed.at`."]
    made.schemas[name] = finished(as_told(schema), wanted.name, name)
    return made


def records_in(answer: Any, noun: str, place: tuple[str, ...] = ()) -> tuple[tuple[str, ...], Any]:
    """The records of a sample answer, and the names that lead to them; an answer with an id is one record itself."""
    if isinstance(answer, dict) and not {name.lower() for name in answer} & {*OWN, f"{noun}_id".lower()}:
        for name, value in answer.items():
            if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
                return (*place, name), value
        for name, value in answer.items():
            inner = (
                records_in(value, noun, (*place, name)) if isinstance(value, dict) and len(place) < DEEPEST else None
            )
            if inner is not None and isinstance(inner[1], list):
                return inner
    return place, answer
