"""Schemas of other systems' objects, made of what those systems say of themselves: one reader per kind of document."""

import re
from collections.abc import Callable, Mapping

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError, NotFoundError
from hub.files.fingerprint import KEYWORD, fingerprint, tree_of
from hub.files.problems import closest
from hub.files.schema_import.edmx import read_edmx
from hub.files.schema_import.frappe import read_frappe
from hub.files.schema_import.odoo import read_odoo
from hub.files.schema_import.openapi import read_openapi
from hub.files.schema_import.salesforce import read_salesforce
from hub.files.schema_import.sample import read_sample
from hub.files.schema_import.source import MOST, Source
from hub.files.schema_import.tryton import read_tryton
from hub.files.schema_import.wsdl import read_wsdl
from hub.files.soundness import check_sound

KINDS: Mapping[str, Callable[[Source], dict[str, Doc]]] = {
    "edmx": read_edmx,
    "frappe": read_frappe,
    "odoo": read_odoo,
    "openapi": read_openapi,
    "salesforce": read_salesforce,
    "sample": read_sample,
    "tryton": read_tryton,
    "wsdl": read_wsdl,
}
"""What documents there are, and who reads each."""
_APART = re.compile(r"[^\w]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def import_schemas(source: Source, system: str) -> dict[str, Doc]:
    """The schema of every object, or of the wanted one, by the name of its file.

    InvalidError when the document cannot be read, NotFoundError when it has no such object.
    """
    if len(source.text) > MOST:
        raise source.too_large()
    try:
        found = KINDS[source.kind](source)
    except (RecursionError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise source.refusal(f"it is built in another way ({type(error).__name__})") from error
    if not found:
        _nothing(source)
    files: dict[str, Doc] = {}
    for name, schema in found.items():
        file = file_name(name)
        if file in files:
            raise InvalidError("Two objects would be called {name}: import one with --object.", name=file)
        files[file] = finished(schema, system, name)
    return files


def _nothing(source: Source) -> None:
    if source.wanted is None:
        raise source.refusal("it describes no object")
    everything = KINDS[source.kind](Source(source.text, source.kind, source.name, None, source.beside))
    raise NotFoundError(
        "There is no object {name}: the document has {known}{more}.",
        name=source.wanted,
        known=", ".join(_nearest(source.wanted, list(everything))) or "none",
        more=", ..." if len(everything) > SHOWN else "",
    )


SHOWN = 12


def _nearest(name: str, known: list[str]) -> list[str]:
    """Some of the names, the most likely first."""
    best = closest(name, known)
    return list(dict.fromkeys([*([best] if best else []), *known]))[:SHOWN]


def file_name(name: str) -> str:
    """``Sales Invoice`` and ``SalesInvoice`` are sales_invoice."""
    return _APART.sub("_", _HUMP.sub("_", name)).strip("_").lower() or "object"


def finished(schema: Doc, system: str, name: str) -> Doc:
    """A schema as its file has it: with its address, its title and the fingerprint of what mappings rely on.

    InvalidError when the document says what no schema can: one such file would stop every command that reads schemas.
    """
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"remote/{system}/{file_name(name)}.json",
        "title": schema.get("title", name),
    }
    check_sound(head["$id"], schema)
    return {
        **head,
        **{key: value for key, value in schema.items() if key != "title"},
        KEYWORD: fingerprint(tree_of(schema)),
    }
