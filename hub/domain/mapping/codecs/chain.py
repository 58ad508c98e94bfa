"""Codecs one after the other: ``ref`` or ``map`` nearest the hub, then ``as``, then ``max``."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar

from hub.domain.mapping.codecs.base import Codec
from hub.domain.mapping.codecs.links import Ref
from hub.domain.mapping.links import Refs
from hub.domain.mapping.refusal import UnfitError


@dataclass(frozen=True)
class Chain(Codec):
    """Encodes through every codec in turn, and decodes back; each treats an empty text in its own way."""

    parts: tuple[Codec, ...]
    blank_is_nothing: ClassVar[bool] = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "hub", self.parts[0].hub)
        object.__setattr__(self, "remote", self.parts[-1].remote)
        object.__setattr__(self, "reads", self.parts[-1].reads)

    @property
    def reads_null(self) -> bool:
        """As the codec nearest the hub does."""
        return self.parts[0].reads_null

    @property
    def writes_null(self) -> bool:
        """As the codec nearest the hub does."""
        return self.parts[0].writes_null

    def encode(self, value: Any) -> Any:
        """The remote's form."""
        return reduce(lambda carried, part: part.to_remote(carried), self.parts, value)

    def decode(self, value: Any) -> Any:
        """The hub's form."""
        return self.parts[0].to_hub(self.inner(value))

    def canon(self, value: Any) -> Any:
        """The canon of the codec nearest the hub, of what the others make of the value."""
        return self.parts[0].meaning(self.inner(value))

    def inner(self, value: Any) -> Any:
        """What the codec nearest the hub is given to decode."""
        return reduce(lambda carried, part: part.to_hub(carried), reversed(self.parts[1:]), value)

    def hub_canon(self, value: Any) -> Any:
        """What the other codecs leave of the value; a reference is compared by its id, which asks no crosswalk."""
        first = self.parts[0]
        return first.hub_meaning(value) if isinstance(first, Ref) else super().hub_canon(value)

    def at(self, refs: Refs, companion: Any) -> "Chain":
        """Every part for one document."""
        return Chain(tuple(part.at(refs, companion) for part in self.parts))

    @property
    def companion(self) -> str | None:
        """The field that one of the parts needs."""
        return next((part.companion for part in self.parts if part.companion), None)

    def hub_edges(self) -> tuple[Any, ...]:
        """Those of the codec nearest the hub, as far as the others take them."""
        return tuple(value for value, _ in self._carried())

    def remote_edges(self) -> tuple[Any, ...]:
        """What becomes of them over there."""
        return tuple(sent for _, sent in self._carried())

    def _carried(self) -> Iterator[tuple[Any, Any]]:
        for value in self.parts[0].hub_edges():
            with suppress(UnfitError):
                yield value, self.to_remote(value)

    def __str__(self) -> str:
        return ", ".join(map(str, self.parts))
