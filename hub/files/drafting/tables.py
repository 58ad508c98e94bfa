"""Drafts for the driver sql, of the tables of a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.files.drafting.draft import (
    Drafted,
    Wanted,
    an_object,
    changed_among,
    connector,
    named,
    object_name,
    singular,
)
from hub.files.schema_import import file_name


@dataclass(frozen=True)
class Table:
    """One table as the database tells it: its columns, those of its key, and those that are dates."""

    columns: Sequence[str]
    key: Sequence[str]
    dates: Sequence[str]


def draft_tables(tables: Mapping[str, Table], wanted: Wanted) -> Drafted:
    """Each table with a key, read only until a person says more; InvalidError where there is none that is wanted."""
    made, objects = Drafted({}), dict[str, Doc]()
    for each, table in tables.items():
        name = object_name(singular(file_name(each)), objects)
        if not table.key or not (wanted.takes(name) or wanted.takes(each)):
            continue
        changed = changed_among(table.dates)
        key = list(table.key)
        remote: Doc = {"table": each, "id": key[0] if len(key) == 1 else key, "read_only": True}
        remote |= {"changed": {"column": changed}} if changed else {}
        remote["fields"] = {field: {"from": column} for field, column in named(table.columns).items()}
        made.notes.append(
            f"objects.{name}: `read_only: true` goes when it is written; then say `idempotency` and `lookup`."
        )
        if not changed:
            made.notes.append(f"objects.{name}: `changed`: without it each poll reads the whole table.")
        objects[name] = an_object(name, each, wanted.zone, remote)
    if not objects:
        raise InvalidError(
            "No table that is wanted has a key: {tables}. The hub knows rows by their key: give a table one, or make a "
            "connector file by hand for a view with an `id`.",
            tables=", ".join(tables) or "there is none",
        )
    settings: dict[str, Doc] = {
        "url": {"title": {"en": "Address, such as postgresql+psycopg://hub@db.example.com/name", "zh": "数据库地址"}},
        "password": {"title": {"en": "Password", "zh": "密码"}, "secret": True, "default": ""},
    }
    made.file = connector(wanted, "sql", settings, {}, objects)
    return made
