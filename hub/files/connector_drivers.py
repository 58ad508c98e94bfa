"""The parts of a connector file that its driver reads, checked against ``schemas/drivers``."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
from jsonschema_rs import Draft202012Validator

from hub.domain.documents import Doc
from hub.domain.errors import FieldError
from hub.domain.templates import names_in
from hub.files.data import data_dir

COMMON = "common.json"  # what drivers share; it is no driver
BASE = "json-schema:///drivers/"


def drivers() -> list[str]:
    """The names of all drivers."""
    return sorted(path.stem for path in _folder().glob("*.json") if path.name != COMMON)


def driver_schema(name: str) -> Doc:
    """The schema of a driver, or of what all share (``common``)."""
    schema: Doc = orjson.loads((_folder() / f"{name}.json").read_bytes())
    return schema


def wrong_for_driver(declared: Doc) -> Iterator[FieldError]:
    """What the driver does not know of ``connection`` and of the ``remote`` of each object."""
    name = declared["driver"]
    if name not in drivers():
        yield FieldError("driver", "there is no driver {name}: {known}", {"name": name, "known": ", ".join(drivers())})
        return
    schema, connection = _addressed(name, f"{BASE}{name}.json"), declared.get("connection", {})
    wrong = list(against(schema | {"$ref": "#/$defs/connection"}, connection, "connection"))
    for alias, told in declared["objects"].items():
        wrong += against(schema | {"$ref": "#/$defs/remote"}, told["remote"], f"objects.{alias}.remote")
    yield from wrong or _wrong_names(declared["settings"], schema, connection)


def _wrong_names(settings: Doc, schema: Doc, connection: Doc) -> Iterator[FieldError]:
    """Names in templates that are neither settings nor what the driver puts there by itself."""
    known = {*settings, *schema.get("x-names", [])}
    auth = connection["auth"] if isinstance(connection.get("auth"), dict) else {}
    yield from _unknown_names(auth, "connection.auth", known | _names_of_auth(auth))
    if schema.get("x-templates") != "own":  # else the driver looks at its templates itself
        others = {name: node for name, node in connection.items() if node is not auth}
        yield from _unknown_names(others, "connection", known)


def against(schema: Doc, node: Any, at: str) -> Iterator[FieldError]:
    """Where a node does not follow a schema; ``at`` is where it stands in the file."""
    for error in Draft202012Validator(schema, retriever=_retrieved).iter_errors(node):
        yield FieldError(
            ".".join(filter(None, (at, *map(str, error.instance_path)))), "{error}", {"error": error.message}
        )


def _folder() -> Path:
    return data_dir("schemas") / "drivers"


def _retrieved(uri: str) -> Doc:
    """What a schema refers to: nothing but what our drivers say is known, and nothing is fetched."""
    name = uri.rpartition("/")[2].removesuffix(".json")
    if f"{name}.json" != COMMON and name not in drivers():
        raise LookupError(uri)
    return _addressed(name, uri)


def _addressed(name: str, uri: str) -> Doc:
    """The schema of a driver at a whole address: below a part of one, what drivers say anew of a call is not found."""
    return driver_schema(name) | {"$id": uri}


def _names_of_auth(auth: Doc) -> set[str]:
    """What texts of ``auth`` may have in braces beside settings."""
    told = [one.get(word, {}) for one in (auth, auth.get("by", {})) for word in ("signatures", "values")]
    made = {name for names in told for name in names}
    return {*driver_schema("common")["x-names"], *made, *(f"token.{name}" for name in auth.get("keep", {}))}


def _unknown_names(node: Any, at: str, known: set[str]) -> Iterator[FieldError]:
    if isinstance(node, str):
        for name in sorted({*names_in(node)} - known):
            yield FieldError(at, "there is no setting {name}", {"name": name})
    elif isinstance(node, (dict, list)):
        members: Iterable[tuple[Any, Any]] = node.items() if isinstance(node, dict) else enumerate(node)
        for name, value in members:
            yield from _unknown_names(value, f"{at}.{name}", known)
