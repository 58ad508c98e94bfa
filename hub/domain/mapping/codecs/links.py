"""References: the other side's id of a record that both sides know."""

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from hub.domain.mapping.codecs.base import TEXT, Codec
from hub.domain.mapping.links import NO_LINKS, MissingLinkError, Refs
from hub.domain.mapping.refusal import UnfitError


def id_text(value: Any) -> str:
    """An id as text: texts and integers are ids."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UnfitError("{value} is not an id", value=repr(value))
    return str(value)


@dataclass(frozen=True)
class Ref(Codec):
    """The id of a linked record of ``entity``; a record without link raises MissingLinkError."""

    entity: str
    refs: Refs = field(default=NO_LINKS, compare=False)
    hub: ClassVar[frozenset[str]] = TEXT
    reads: ClassVar[frozenset[str]] = frozenset({"integer"})

    def at(self, refs: Refs, companion: Any) -> "Ref":
        """The codec with the crosswalk of one document."""
        del companion
        return replace(self, refs=refs)

    def encode(self, value: Any) -> str:
        """The remote id."""
        found = self.refs.to_remote(self.entity, id_text(value))
        if found is None:
            raise MissingLinkError(self.entity, id_text(value), side="hub")
        return found

    def decode(self, value: Any) -> str:
        """The hub id."""
        found = self.refs.to_hub(self.entity, id_text(value))
        if found is None:
            raise MissingLinkError(self.entity, id_text(value), side="remote")
        return found

    def canon(self, value: Any) -> str:
        """The remote id as text."""
        return id_text(value)

    def hub_canon(self, value: Any) -> str:
        """The hub id: comparing two hub documents asks no crosswalk."""
        return id_text(value)

    def __str__(self) -> str:
        return f"ref {self.entity}"
