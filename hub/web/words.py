"""Words for records, fields and values, as the canonical schemas give them."""

from collections.abc import Mapping
from typing import Any

from hub.domain.errors import NotFoundError
from hub.web.i18n import choice, language, words
from hub.web.state import hub


def entity_word(entity: object) -> str:
    """What a kind of record is called; the name itself when it is none of ours."""
    try:
        title = words(hub().schemas.schema(str(entity)).get("x-title"), str(entity))
    except NotFoundError:
        return str(entity)
    return title if language() != "en" else title.lower()


def node(entity: str, path: str) -> Mapping[str, Any]:
    """The schema of a field at a dotted path, through lists; empty when there is none."""
    found: Mapping[str, Any] = hub().schemas.schema(entity)
    for name in path.split("."):
        inner = found.get("items", found)
        found = inner.get("properties", {}).get(name, {})
    return found


def label(entity: str, path: str) -> str:
    """What a field is called."""
    return words(node(entity, path).get("x-title"), path)


def value_word(entity: str, path: str, value: object) -> str:
    """What a value of a choice is called."""
    return choice(node(entity, path), value)
