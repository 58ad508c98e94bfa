"""Canonical schemas, as services ask for them."""

from collections.abc import Mapping
from typing import Any, Protocol

from hub.domain.documents import Doc


class Schemas(Protocol):
    """The canonical schemas by entity."""

    def check(self, entity: str, doc: Doc) -> None:
        """InvalidError names every field of the document that its schema refuses."""
        ...

    def check_given(self, entity: str, values: Doc) -> None:
        """InvalidError names every given field that the schema refuses; what is missing does not matter yet."""
        ...

    def schema(self, entity: str) -> Mapping[str, Any]:
        """The JSON Schema of an entity; NotFoundError when there is none."""
        ...

    def searched(self, entity: str) -> tuple[str, ...]:
        """The paths of the texts that full-text search covers."""
        ...

    def entities(self) -> tuple[str, ...]:
        """The entities, sorted."""
        ...
