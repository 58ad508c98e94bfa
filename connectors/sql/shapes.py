"""What a connector file declares of tables, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.domain.documents import Doc


@dataclass(frozen=True)
class Field:
    """One field of a document, and the column that it stands in."""

    name: str
    column: str
    computed: bool = False


@dataclass(frozen=True)
class Child:
    """Rows of another table that belong to a row."""

    name: str
    table: str
    id: str
    parent: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Changed:
    """The column that dates changes; ``form`` of a text column, ``unit`` of one that counts."""

    column: str
    form: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Shape:
    """One object: a table, and what of it we speak of. ``zone`` is the one of its times."""

    table: str
    id: tuple[str, ...]
    fields: tuple[Field, ...]
    zone: str
    schema: str | None = None
    page: int = 500
    changed: Changed | None = None
    deleted: tuple[str, tuple[Any, ...]] | None = None
    where: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    version: str | None = None
    read_only: bool = False
    children: tuple[Child, ...] = ()
    actions: Mapping[str, Doc] = field(default_factory=dict)

    def column_of(self, name: str) -> str | None:
        """The column of a field; None of a field that is not declared."""
        return next((each.column for each in self.fields if each.name == name), None)


def shape_of(told: Doc, zone: str, connection: Doc) -> Shape:
    """One object's declaration, read; it was checked against the driver's schema."""
    given = told["id"]
    deleted = told.get("deleted")
    return Shape(
        table=told["table"],
        id=(given,) if isinstance(given, str) else tuple(given),
        fields=fields_of(told["fields"]),
        zone=zone,
        schema=connection.get("schema"),
        page=connection.get("page", 500),
        changed=Changed(**told["changed"]) if "changed" in told else None,
        deleted=(deleted["column"], tuple(deleted["is"])) if deleted else None,
        where={column: tuple(values) for column, values in told.get("where", {}).items()},
        version=told.get("version"),
        read_only=told.get("read_only", False),
        children=tuple(
            Child(name, each["table"], each["id"], each["parent"], fields_of(each["fields"]))
            for name, each in told.get("children", {}).items()
        ),
        actions=told.get("actions", {}),
    )


def fields_of(told: Mapping[str, Doc]) -> tuple[Field, ...]:
    """The declared columns."""
    return tuple(
        Field(name, each.get("from", name), computed=each.get("computed", False)) for name, each in told.items()
    )
