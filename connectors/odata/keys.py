"""How an entity is named: by us as one text, in addresses as a key predicate, in filters as comparisons."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

from connectors.odata.metadata import Entity
from connectors.odata.shapes import as_text
from connectors.odata.values import literal, read


def joined(values: Sequence[Any]) -> str:
    """Several values as one text; a single one is told as it is."""
    texts = [as_text(value) for value in values]
    return texts[0] if len(texts) == 1 else ",".join(quote(text, safe="") for text in texts)


def parted(text: str, count: int) -> tuple[str, ...] | None:
    """The values of such a text; None when it is not one of so many."""
    parts = [text] if count == 1 else [unquote(part) for part in text.split(",")]
    return tuple(parts) if len(parts) == count else None


def id_of(names: Sequence[str], entity: Entity, told: Mapping[str, Any]) -> str:
    """The id of an entity as a system told it."""
    return joined([read(entity.type_of(name), told.get(name)) for name in names])


def ids_by(names: Sequence[str], entity: Entity) -> Callable[[Mapping[str, Any]], str]:
    """The same for many entities of one type."""
    if len(names) == 1 and entity.type_of(names[0]) == "Edm.String":
        (name,) = names
        return lambda told: told.get(name) or ""
    return lambda told: id_of(names, entity, told)


def predicate(entity: Entity, key: Mapping[str, Any], version: int) -> str:
    """``('1')``, or ``(A='1',B='2')`` for a key of several properties; the values are ours."""
    told = [(name, literal(entity.type_of(name), _own(entity, name, key), version, where=name)) for name in entity.keys]
    if len(told) == 1:
        return f"({quote(told[0][1], safe=SAFE)})"
    return "(" + ",".join(f"{name}={quote(value, safe=SAFE)}" for name, value in told) + ")"


SAFE = "'():"


def _own(entity: Entity, name: str, key: Mapping[str, Any]) -> Any:
    """A part of a key, of which ids know only the text."""
    value = key[name]
    if isinstance(value, str) and entity.type_of(name) == "Edm.Boolean":
        return {"true": True, "false": False}.get(value, value)
    return value


def equal(entity: Entity, values: Mapping[str, Any], version: int) -> str:
    """A filter for entities that have all these values."""
    return " and ".join(compared(entity, name, "eq", value, version) for name, value in values.items())


def compared(entity: Entity, name: str, how: str, value: Any, version: int) -> str:
    """One comparison of a filter; the value is ours."""
    if value is None:
        return f"{name} {how} null"
    return f"{name} {how} {literal(entity.type_of(name), value, version, where=name)}"


def beyond(entity: Entity, place: Sequence[tuple[str, Any]], version: int) -> str:
    """A filter for what comes after a place in the order of these properties: nothing is skipped or told twice."""
    lines = []
    for index, (name, value) in enumerate(place):
        same = [compared(entity, each, "eq", known, version) for each, known in place[:index]]
        lines.append(" and ".join([*same, compared(entity, name, "gt", value, version)]))
    return " or ".join(f"({line})" if len(lines) > 1 else line for line in lines)


def every(*conditions: str | None) -> str | None:
    """All of these filters at once; None when there is none."""
    told = [condition for condition in conditions if condition]
    return " and ".join(f"({each})" for each in told) if len(told) > 1 else next(iter(told), None)
