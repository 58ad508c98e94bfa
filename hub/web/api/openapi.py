"""The OpenAPI 3.1 document, made from the canonical schemas and the tables of entities and actions."""

from collections.abc import Mapping
from typing import Any

from hub.services.context import Hub
from hub.web.actions import Key, Ready
from hub.web.api.openapi_fixed import BODIES, FILES, PARAMETERS, PROBLEM, REFUSALS, USUAL, Node
from hub.web.api.openapi_people import PEOPLE
from hub.web.api.openapi_reports import REPORTS
from hub.web.api.openapi_systems import SYSTEMS
from hub.web.entities import ENTITIES, Entity
from hub.web.i18n import translate


def document(hub: Hub, table: Mapping[Key, Ready]) -> Node:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "tickethub",
            "version": "1",
            "description": "The hub between a service organisation and its systems.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"key": []}, {"session": []}],
        "tags": [{"name": entity, "description": hub.schemas.schema(entity)["description"]} for entity in ENTITIES],
        "paths": paths(hub, table),
        "components": {
            "schemas": {**{entity: component(hub, entity) for entity in ENTITIES}, "problem": PROBLEM},
            "parameters": PARAMETERS,
            "headers": {"ETag": {"description": "The version of the record.", "schema": {"type": "string"}}},
            "responses": {name: refusal(text) for name, text in REFUSALS.items()},
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key: th_..."},
                "session": {"type": "apiKey", "in": "cookie", "name": "th_session"},
            },
        },
    }


def paths(hub: Hub, table: Mapping[Key, Ready]) -> Node:
    """Every address."""
    found: Node = {}
    for entity, facts in ENTITIES.items():
        found[f"/{facts.plural}"] = collection(hub, entity, facts)
        found[f"/{facts.plural}/{{id}}"] = single(entity, facts)
    for (entity, name), action in table.items():
        at = f"/{ENTITIES[entity].plural}/{{id}}/{name}"
        found[at] = {"post": command(action)}
    return {**found, **FILES, **PEOPLE, **REPORTS, **SYSTEMS}


def collection(hub: Hub, entity: str, facts: Entity) -> Node:
    """Listing and creating."""
    schema = hub.schemas.schema(entity)
    names = indexed(schema)
    parameters = [reference("parameters", name) for name in ("limit", "after")]
    if any(node.get("x-search") for node in schema["properties"].values()):
        parameters.append(reference("parameters", "q"))
    parameters.append(sorting(names))
    parameters += [{"name": name, "in": "query", "schema": plain(schema, name)} for name in names]
    page = {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": reference("schemas", entity)},
            "next": {"type": ["string", "null"]},
        },
    }
    listing = operation(entity, "list", facts.reads, {"200": json(page)}, {"422": "Invalid"})
    verbs: Node = {"get": {**listing, "parameters": parameters}}
    if facts.can_create:
        answers = {"201": json(reference("schemas", entity), tagged=True)}
        create = operation(entity, "create", facts.writes, answers, {**BODIES, "409": "Conflict"})
        verbs["post"] = {
            **create,
            "parameters": [reference("parameters", "key")],
            "requestBody": sent(reference("schemas", entity)),
        }
    return verbs


def single(entity: str, facts: Entity) -> Node:
    """Reading and patching one record."""
    answers = {"200": json(reference("schemas", entity), tagged=True)}
    missing = {"404": "NotFound"}
    verbs: Node = {
        "parameters": [reference("parameters", "id")],
        "get": operation(entity, "get", facts.reads, answers, missing),
    }
    if facts.can_patch:
        refusals = {**BODIES, **missing, "412": "Stale", "428": "VersionMissing"}
        verbs["patch"] = {
            **operation(entity, "patch", facts.writes, answers, refusals),
            "parameters": [reference("parameters", "version")],
            "requestBody": {
                "required": True,
                "content": {
                    "application/merge-patch+json": {"schema": {"type": "object"}},
                    "application/json": {"schema": {"type": "object"}},
                },
            },
        }
    return verbs


def command(ready: Ready) -> Node:
    """An action on one record."""
    refusals = {**BODIES, "404": "NotFound", "409": "Conflict", "412": "Stale"}
    answer = operation(ready.entity, ready.name, ready.scope, {"200": json({"type": "object"}, tagged=True)}, refusals)
    return {
        **answer,
        "summary": translate(ready.action.title),
        "parameters": [reference("parameters", name) for name in ("id", "key", "optional_version")],
        "requestBody": sent(dict(ready.body.schema)),
    }


def operation(entity: str, name: str, scope: str, answers: Node, refusals: Mapping[str, str]) -> Node:
    """What every operation has."""
    refused = {status: reference("responses", name) for status, name in {**USUAL, **refusals}.items()}
    return {
        "operationId": f"{entity}_{name}",
        "tags": [entity],
        "x-scope": scope,
        "responses": dict(sorted({**answers, **refused}.items())),
    }


def component(hub: Hub, entity: str) -> Node:
    """The canonical schema of an entity, as a component."""
    return {name: value for name, value in hub.schemas.schema(entity).items() if name not in {"$id", "$schema"}}


def indexed(schema: Mapping[str, Any]) -> list[str]:
    """The fields by which records are filtered and sorted."""
    return [name for name, node in schema["properties"].items() if node.get("x-index")]


def plain(schema: Mapping[str, Any], name: str) -> Node:
    """The schema of a query parameter: the field's own, without our marks."""
    node = schema["properties"][name]
    return {key: node[key] for key in ("type", "enum", "format", "maxLength") if key in node}


def sorting(names: list[str]) -> Node:
    """The parameter that chooses the order."""
    orders = [order for name in ["id", *names] for order in (name, f"-{name}")]
    return {
        "name": "sort",
        "in": "query",
        "description": "A field; with a hyphen before it, descending.",
        "schema": {"type": "string", "enum": orders, "default": "-id"},
    }


def reference(kind: str, name: str) -> Node:
    """A pointer to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def json(schema: Node, *, tagged: bool = False) -> Node:
    """A JSON answer."""
    answer: Node = {"description": "Done.", "content": {"application/json": {"schema": schema}}}
    return {**answer, "headers": {"ETag": reference("headers", "ETag")}} if tagged else answer


def sent(schema: Node) -> Node:
    """A JSON body."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def refusal(text: str) -> Node:
    """A problem answer."""
    return {"description": text, "content": {"application/problem+json": {"schema": reference("schemas", "problem")}}}
