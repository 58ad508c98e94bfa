"""Whether a document is valid for a schema file, and where not: for documents of any side."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import jsonschema_rs

from hub.domain.documents import Doc
from hub.files.schema_tree import SchemaFolder
from hub.files.soundness import DRAFT

Wrong = tuple[tuple[str, ...], str]
BASE = "schemas:///"


def validator(schemas: SchemaFolder, schema: Mapping[str, Any]) -> Callable[[Doc], list[Wrong]]:
    """A function that tells what is wrong with a document: the names on the way to each wrong value, and the reason.

    The schema may refer to the files of the folder.
    """
    files = [
        (address, _addressed(each, address)) for path, each in schemas.files.items() for address in [_address(path)]
    ]
    registry = jsonschema_rs.Registry(files)
    whole = _addressed(schema, _address(str(schema.get("$id", "composed.json"))))
    compiled = jsonschema_rs.validator_for(whole, registry=registry, validate_formats=True)

    def wrong(doc: Doc) -> list[Wrong]:
        return [] if compiled.is_valid(doc) else [one for error in compiled.iter_errors(doc) for one in _told(error)]

    return wrong


def _address(path: str) -> str:
    """Where a file is said to lie: its name may hold blanks, and characters of any script."""
    return f"{BASE}{quote(path)}"


def _addressed(schema: Mapping[str, Any], address: str) -> dict[str, Any]:
    """A schema at an address; all are read as of one draft, whichever they name."""
    return {**schema, "$id": address, "$schema": DRAFT}


def _told(error: Any) -> list[Wrong]:
    """One line for each wrong name; the names of list members' places are left out."""
    names = tuple(step for step in error.instance_path if isinstance(step, str))
    kind = error.kind
    if kind.name == "required":
        return [((*names, str(kind.property)), "it is required")]
    if kind.name == "additionalProperties":
        return [((*names, str(each)), "the schema has no such field") for each in kind.unexpected]
    return [(names, str(error.message)[:200])]
