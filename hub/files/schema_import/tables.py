"""Descriptions that list fields by name: which objects a document describes, and what its flags say."""

from collections.abc import Mapping
from typing import Any

from hub.files.schema_import.source import Source


def described(source: Source, mark: str) -> dict[str, Mapping[str, Mapping[str, Any]]]:
    """Fields by object: the document describes one object, or several by name; ``mark`` is what every field says."""
    data = source.data()
    if isinstance(data, dict) and isinstance(data.get("result"), dict):
        data = data["result"]
    if _is_table(data, mark):
        return {source.wanted or source.name: data}
    if isinstance(data, dict) and data and all(_is_table(table, mark) for table in data.values()):
        return {str(name): table for name, table in data.items() if source.wanted in (None, name)}
    raise source.refusal(f"no field says its {mark}")


def _is_table(data: Any, mark: str) -> bool:
    return (
        isinstance(data, dict)
        and bool(data)
        and all(isinstance(told, dict) and isinstance(told.get(mark), str) for told in data.values())
    )


def pairs(options: Any) -> list[tuple[Any, str | None]]:
    """Values with their labels, of a selection; none where it is worked out over there."""
    told = options if isinstance(options, list) else []
    members = [each for each in told if isinstance(each, list) and len(each) == 2]  # noqa: PLR2004 - value and label
    return [(value, str(label)) for value, label in members if isinstance(value, str | int) and value != ""]
