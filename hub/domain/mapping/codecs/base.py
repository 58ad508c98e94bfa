"""What every codec is: a typed pair of functions with a canonical form."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

from hub.domain.errors import InvalidError
from hub.domain.mapping.links import Refs
from hub.domain.mapping.refusal import UnfitError
from hub.domain.mapping.values import Read, is_nothing, normal

ANY = frozenset({"string", "number", "integer", "boolean", "array", "object"})
TEXT = frozenset({"string"})
NUMBER = frozenset({"number", "integer"})


class Codec(ABC):
    """Carries a value from the hub's form to the remote's and back.

    Law, for every remote value that ``decode`` takes: ``canon(encode(decode(r))) == canon(r)``. Whatever cannot be
    carried over raises UnfitError. Nulls never reach a codec unless it says that it reads or writes them.
    """

    hub: ClassVar[frozenset[str]] = ANY
    """JSON types of the hub's value."""
    remote: ClassVar[frozenset[str]] = ANY
    """JSON types that are written to the remote."""
    reads: ClassVar[frozenset[str]] = frozenset()
    """Further JSON types that are understood when they come from the remote."""
    word: ClassVar[str] = ""
    """What mapping files call it, where that is not the name of the class."""
    blank_is_nothing: ClassVar[bool] = True
    """An empty text from the remote means that there is no value."""
    calls: ClassVar[tuple[str, ...]] = ()
    """How mapping files call it: examples for the reference, and what the law test is generated from."""

    @abstractmethod
    def encode(self, value: Any) -> Any:
        """The remote's form of a hub value."""

    @abstractmethod
    def decode(self, value: Any) -> Any:
        """The hub's form of a remote value; None where it means that there is none."""

    def canon(self, value: Any) -> Any:
        """What a remote value means: two values with the same canon are the same."""
        found = self.decode(value)
        return None if found is None else normal(found)

    def hub_canon(self, value: Any) -> Any:
        """What a hub value means, for comparing two hub values."""
        return self.meaning(self.encode(value))

    def to_remote(self, value: Read) -> Any:
        """``encode``, where nothing stays nothing unless it is written as something."""
        return None if is_nothing(value) and not self.writes_null else self.encode(_null(value))

    def to_hub(self, value: Read) -> Any:
        """``decode``, where nothing stays nothing unless it means something."""
        return None if self._says_nothing(value) else self.decode(_null(value))

    def meaning(self, value: Read) -> Any:
        """``canon``, where nothing stays nothing unless it means something."""
        return None if self._says_nothing(value) else self.canon(_null(value))

    def hub_meaning(self, value: Read) -> Any:
        """``hub_canon``, where nothing stays nothing unless it is written as something."""
        return None if is_nothing(value) and not self.writes_null else self.hub_canon(_null(value))

    def _says_nothing(self, value: Read) -> bool:
        return (is_nothing(value) and not self.reads_null) or (self.blank_is_nothing and value == "")

    def at(self, refs: Refs, companion: Any) -> "Codec":
        """The codec for one document: with its crosswalk, and the value of the companion field."""
        del refs, companion
        return self

    def over(self, width: int) -> Self:
        """The codec for a value that is spread over ``width`` remote fields."""
        if width != 1:
            raise InvalidError(
                "{codec} fills one field and cannot be spread over {width}", codec=str(self), width=width
            )
        return self

    @property
    def companion(self) -> str | None:
        """The hub field whose value ``at`` needs, such as the currency of an amount."""
        return None

    @property
    def reads_null(self) -> bool:
        """Whether null from the remote has a meaning of its own."""
        return False

    @property
    def writes_null(self) -> bool:
        """Whether null in the hub is written as something."""
        return False

    def hub_edges(self) -> tuple[Any, ...]:
        """Hub values at the edge of what the codec takes, for tests."""
        return ()

    def remote_edges(self) -> tuple[Any, ...]:
        """Remote values at the edge of what the codec takes, for tests."""
        return ()

    def __str__(self) -> str:
        return self.word or type(self).__name__.lower()


class Plain(Codec):
    """Carries the value over as it is."""

    blank_is_nothing: ClassVar[bool] = False

    def encode(self, value: Any) -> Any:
        """The value."""
        return value

    def decode(self, value: Any) -> Any:
        """The value."""
        return value


def _null(value: Read) -> Any:
    return None if is_nothing(value) else value


def text_of(value: Any) -> str:
    """The value when it is text; fails otherwise."""
    if not isinstance(value, str):
        raise UnfitError("{value} is not text", value=repr(value))
    return value
