"""The API document: true to the routes, and sound in itself."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from flask import Flask

from hub.web.entities import ENTITIES


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def references(node: object) -> Iterator[str]:
    """Every $ref below a node."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def test_every_route_of_a_record_is_described_and_nothing_else(app: Flask, document: dict[str, Any]) -> None:
    routed = {
        (re.sub(r"<[^>]+>", "{id}", rule.rule.removeprefix("/api/v1").replace("<digest>", "{sha256}")), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {
        (path, method)
        for path, item in document["paths"].items()
        for method in item
        if method in {"get", "post", "put", "patch", "delete"}
    }
    assert described == routed


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for pointer in references(document):
        node: Any = document
        for step in pointer.removeprefix("#/").split("/"):
            node = node[step]


def test_every_component_is_a_valid_schema_of_2020_12(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert set(ENTITIES) < set(schemas)
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_operation_is_named_once_and_has_answers_and_all_its_parameters(document: dict[str, Any]) -> None:
    names = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            names.append(operation["operationId"])
            assert any(status.startswith("2") for status in operation["responses"]), path
            assert all("description" in answer or "$ref" in answer for answer in operation["responses"].values())
            given = [*item.get("parameters", []), *operation.get("parameters", [])]
            found = [
                document["components"]["parameters"][p["$ref"].rpartition("/")[2]] if "$ref" in p else p for p in given
            ]
            assert [p["name"] for p in found if p["in"] == "path"] == re.findall(r"{(\w+)}", path)
            assert len({(p["name"], p["in"]) for p in found}) == len(found), path
    assert len(set(names)) == len(names)


def test_the_document_says_what_openapi_3_1_asks_for(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert {"title", "version"} <= document["info"].keys()
    known = {"openapi", "info", "servers", "security", "tags", "paths", "components", "jsonSchemaDialect"}
    assert document.keys() <= known
    assert all(path.startswith("/") for path in document["paths"])
