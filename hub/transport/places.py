"""Places in an answer, as connector files name them: ``status``, ``header.NAME``, ``cookie.NAME``, ``body.PATH``.

Numbers in a path count the members of a list; ``body`` is the whole document.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reply:
    """An answer, read: ``doc`` is None where there is no body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    doc: Any = None
    cookies: Mapping[str, str] = field(default_factory=dict)


def found_at(place: str, reply: Reply) -> Any:
    """What stands there; None where there is no such place."""
    kind, _, path = place.partition(".")
    if kind == "header":
        return reply.headers.get(path)
    if kind == "cookie":
        return reply.cookies.get(path)
    return reply.status if kind == "status" else inside(reply.doc, path)


def inside(doc: Any, path: str) -> Any:
    """What stands at a dotted path of a document; None where there is no such path."""
    at = doc
    for step in filter(None, path.split(".")):
        if isinstance(at, dict):
            at = at.get(step)
        elif isinstance(at, list) and step.isdecimal() and int(step) < len(at):
            at = at[int(step)]
        else:
            return None
    return at


def as_text(value: Any) -> str:
    """A plain value as JSON writes it, texts without quotes: ``true`` equals ``"true"``, 0 equals ``"0"``."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
