"""Values of another shape: lists as text, pairs, cut texts."""

from dataclasses import dataclass
from typing import Any, ClassVar

from hub.domain.mapping.codecs.base import TEXT, Codec, text_of
from hub.domain.mapping.refusal import UnfitError

_LIST = frozenset({"array"})


def _joined(value: Any, sep: str) -> str:
    if not isinstance(value, list):
        raise UnfitError("{value} is not a list", value=repr(value))
    mark = sep.strip() or sep
    for text in value:
        if mark in text_of(text):
            raise UnfitError("{value} contains the separator {sep}", value=repr(text), sep=repr(sep))
    return sep.join(text.strip() for text in value if text.strip())


def _parts(value: Any, sep: str) -> list[str]:
    return [part.strip() for part in text_of(value).split(sep.strip() or sep) if part.strip()]


@dataclass(frozen=True)
class Join(Codec):
    """A list of texts in the hub, one text over there: ``join(", ")``."""

    sep: str = ", "
    calls: ClassVar[tuple[str, ...]] = (
        'join(", ")',
        "join(;)",
    )
    hub: ClassVar[frozenset[str]] = _LIST
    remote: ClassVar[frozenset[str]] = TEXT

    def encode(self, value: Any) -> str:
        """The text; fails when a part contains the separator."""
        return _joined(value, self.sep)

    def decode(self, value: Any) -> list[str]:
        """The parts, without margins and empty ones."""
        return _parts(value, self.sep)

    def hub_edges(self) -> tuple[Any, ...]:
        """One part, several."""
        return (["a"], ["a", "b c"])

    def remote_edges(self) -> tuple[Any, ...]:
        """Uneven separators."""
        return ("a", f"a{self.sep}b", f" a {self.sep.strip()}{self.sep}b")


@dataclass(frozen=True)
class Split(Codec):
    """One text in the hub, a list of texts over there: ``split(", ")``."""

    sep: str = ", "
    calls: ClassVar[tuple[str, ...]] = ('split(", ")',)
    hub: ClassVar[frozenset[str]] = TEXT
    remote: ClassVar[frozenset[str]] = _LIST

    def encode(self, value: Any) -> list[str]:
        """The parts, without margins and empty ones."""
        return _parts(value, self.sep)

    def decode(self, value: Any) -> str | None:
        """The text; fails when a part contains the separator; an empty list is nothing."""
        return _joined(value, self.sep) or None

    def hub_edges(self) -> tuple[Any, ...]:
        """One part, several."""
        return ("a", f"a{self.sep}b")

    def remote_edges(self) -> tuple[Any, ...]:
        """One part, several."""
        return (["a"], ["a", "b"], [])


@dataclass(frozen=True)
class Pair(Codec):
    """A reference that is read as a list, such as [5, "Acme"], and written as the member at ``index`` alone."""

    index: int = 0

    calls: ClassVar[tuple[str, ...]] = (
        "pair(0)",
        "pair(1)",
    )

    def encode(self, value: Any) -> Any:
        """The member alone."""
        return value

    def decode(self, value: Any) -> Any:
        """The member; false means that there is none, as systems with such pairs say it."""
        if value is False:
            return None
        if not isinstance(value, list):
            return value
        if not 0 <= self.index < len(value):
            raise UnfitError("{value} has no member {index}", value=repr(value), index=self.index)
        return value[self.index]

    def hub_edges(self) -> tuple[Any, ...]:
        """Number and text."""
        return (5, "Acme")

    def remote_edges(self) -> tuple[Any, ...]:
        """A pair, the member alone, none."""
        return ([5, 5], 5, False)


@dataclass(frozen=True)
class Cut(Codec):
    """The remote holds at most so many characters; the hub keeps the whole text: option ``max``."""

    length: int
    hub: ClassVar[frozenset[str]] = TEXT
    remote: ClassVar[frozenset[str]] = TEXT
    blank_is_nothing: ClassVar[bool] = False

    def encode(self, value: Any) -> str:
        """As much of the text as fits."""
        return text_of(value)[: self.length]

    def decode(self, value: Any) -> str:
        """The text as it is."""
        return text_of(value)

    def canon(self, value: Any) -> str:
        """As much of the text as fits."""
        return self.encode(value)

    def hub_edges(self) -> tuple[Any, ...]:
        """Exactly as long, one longer."""
        return ("x" * self.length, "甲" * (self.length + 1))

    def remote_edges(self) -> tuple[Any, ...]:
        """The same."""
        return self.hub_edges()
