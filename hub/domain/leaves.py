"""The single values of a document, by path: ``address.city``, ``addresses[main].line1``; members are told by id."""

from collections.abc import Iterator
from typing import Any

from hub.domain.documents import Doc


def leaves(doc: Doc) -> dict[str, Any]:
    """Every value that is no object, nor a list of objects with ids."""
    return dict(_walk(doc, ""))


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _walk(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value and all(isinstance(one, dict) and "id" in one for one in value):
        for one in value:
            inner = {name: it for name, it in one.items() if name != "id"}
            yield from _walk(inner, f"{path}[{one['id']}]")
    else:
        yield path, value
