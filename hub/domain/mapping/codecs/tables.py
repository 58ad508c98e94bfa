"""Value tables: many remote values mean one of the hub's; the first is written, any is read."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from hub.domain.mapping.codecs.base import Codec
from hub.domain.mapping.paths import Scalar
from hub.domain.mapping.refusal import UnfitError
from hub.domain.mapping.values import normal


def _one_of(value: Any, allowed: Any) -> UnfitError:
    listed = ", ".join("null" if each is None else str(each) for each in allowed)
    return UnfitError("{value} is not one of {allowed}", value=repr(value), allowed=listed)


@dataclass(frozen=True)
class ValueMap(Codec):
    """A table of the mapping file: each hub value with the remote values that mean it."""

    name: str
    rows: tuple[tuple[Scalar, tuple[Scalar, ...]], ...]
    blank_is_nothing: ClassVar[bool] = False

    @cached_property
    def _remotes(self) -> dict[Any, Scalar]:
        return {normal(hub): remotes[0] for hub, remotes in self.rows}

    @cached_property
    def _hubs(self) -> dict[Any, Scalar]:
        return {normal(remote): hub for hub, remotes in self.rows for remote in remotes}

    @property
    def remote_values(self) -> tuple[Scalar, ...]:
        """Every remote value of the table."""
        return tuple(remote for _, remotes in self.rows for remote in remotes)

    @property
    def hub_values(self) -> tuple[Scalar, ...]:
        """Every hub value of the table."""
        return tuple(hub for hub, _ in self.rows)

    @property
    def reads_null(self) -> bool:
        """Whether a row names null as a remote value."""
        return None in self._hubs

    @property
    def writes_null(self) -> bool:
        """Whether a row names null as the hub's value."""
        return None in self._remotes

    def encode(self, value: Any) -> Scalar:
        """The first remote value of the row; fails on a value that the table lacks."""
        key = normal(value)
        if key not in self._remotes:
            raise _one_of(value, self.hub_values)
        return self._remotes[key]

    def decode(self, value: Any) -> Scalar:
        """The hub value of the row; fails on a value that the table lacks."""
        key = normal(value)
        if key not in self._hubs:
            raise _one_of(value, self.remote_values)
        return self._hubs[key]

    def canon(self, value: Any) -> Any:
        """Which row; null as a hub value is a row too."""
        return ("row", normal(self.decode(value)))

    def hub_edges(self) -> tuple[Any, ...]:
        """Every row."""
        return self.hub_values

    def remote_edges(self) -> tuple[Any, ...]:
        """Every remote value."""
        return self.remote_values

    def __str__(self) -> str:
        return f"map {self.name}"


@dataclass(frozen=True)
class Bool(Codec):
    """True and false in the hub, two words or numbers over there: ``bool(Yes, No)``, ``bool(1, 0)``."""

    yes: Scalar
    no: Scalar
    calls: ClassVar[tuple[str, ...]] = (
        "bool(Yes, No)",
        "bool(1, 0)",
        "bool(true, null)",
    )
    hub: ClassVar[frozenset[str]] = frozenset({"boolean"})
    blank_is_nothing: ClassVar[bool] = False

    @property
    def reads_null(self) -> bool:
        """Whether null is one of the two words."""
        return None in (self.yes, self.no)

    def encode(self, value: Any) -> Scalar:
        """The word of true or false."""
        if not isinstance(value, bool):
            raise UnfitError("{value} is neither true nor false", value=repr(value))
        return self.yes if value else self.no

    def decode(self, value: Any) -> bool:
        """True or false; fails on a third value."""
        for word, meaning in ((self.yes, True), (self.no, False)):
            if normal(value) == normal(word):
                return meaning
        raise _one_of(value, (self.yes, self.no))

    def hub_edges(self) -> tuple[Any, ...]:
        """Both."""
        return (True, False)

    def remote_edges(self) -> tuple[Any, ...]:
        """Both."""
        return (self.yes, self.no)
