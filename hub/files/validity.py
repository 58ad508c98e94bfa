"""Whether a document is valid for a schema file, and where not: for documents of any side."""

from collections.abc import Callable
from typing import Any

import jsonschema_rs

from hub.domain.documents import Doc
from hub.files.schema_tree import SchemaFolder

Wrong = tuple[tuple[str, ...], str]
BASE = "schemas:///"


def validator(schemas: SchemaFolder, name: str) -> Callable[[Doc], list[Wrong]]:
    """A function that tells what is wrong with a document: the names on the way to each wrong value, and the reason."""
    files = [(f"{BASE}{path}", {**schema, "$id": f"{BASE}{path}"}) for path, schema in schemas.files.items()]
    registry = jsonschema_rs.Registry(files)
    compiled = jsonschema_rs.validator_for({"$ref": f"{BASE}{name}"}, registry=registry, validate_formats=True)

    def wrong(doc: Doc) -> list[Wrong]:
        return [] if compiled.is_valid(doc) else [one for error in compiled.iter_errors(doc) for one in _told(error)]

    return wrong


def _told(error: Any) -> list[Wrong]:
    """One line for each wrong name; the names of list members' places are left out."""
    names = tuple(step for step in error.instance_path if isinstance(step, str))
    kind = error.kind
    if kind.name == "required":
        return [((*names, str(kind.property)), "it is required")]
    if kind.name == "additionalProperties":
        return [((*names, str(each)), "the schema has no such field") for each in kind.unexpected]
    return [(names, str(error.message)[:200])]
