"""What the rest of this package asks of a call, and what a driver makes one of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.transport.caller import Caller
from hub.transport.declared.templates import Values
from hub.transport.outcomes import Outcomes
from hub.transport.places import Reply


class Call(Protocol):
    """One declared call; ``needs`` are the names that its templates use, ``caller`` is whom it is made with."""

    @property
    def caller(self) -> Caller:
        """Whom it is made with."""
        ...

    @property
    def needs(self) -> frozenset[str]:
        """The names that its templates use."""
        ...

    def read(self, values: Values) -> Reply:
        """Make a call that changes nothing."""
        ...

    def write(self, values: Values) -> Reply:
        """Make a call that may change something."""
        ...

    def follow(self, address: str, values: Values) -> Reply:
        """Read on at an address that an answer told; RejectedError where such a system tells none."""
        ...


@dataclass(frozen=True)
class Told:
    """What a connector file says of one call: its own keys, those of the page that it asks for, those of its object."""

    call: Doc
    page: Doc
    own: Doc
    method: str
    language: str
    needs: frozenset[str]
    outcomes: Outcomes


class Style(Protocol):
    """How a driver makes a call."""

    @property
    def names(self) -> frozenset[str]:
        """What its templates may name beside what all may."""
        ...

    def trees(self, call: Doc, page: Doc) -> list[Any]:
        """The templates of a call, whose names are checked."""
        ...

    def made(self, told: Told) -> Call:
        """The call. TemplateError when one of its templates cannot be filled."""
        ...


@dataclass(frozen=True)
class Unmade:
    """Stands for a call that could not be made; its connector never comes about."""

    caller: Caller
    needs: frozenset[str] = frozenset()

    def read(self, values: Values) -> NoReturn:
        """Never."""
        raise InvalidError("{count} calls could not be made", count=len(values))

    write = read

    def follow(self, address: str, values: Values) -> NoReturn:
        """Never."""
        raise InvalidError("{count} calls could not be made", count=len(address) + len(values))


CallerOf = Callable[[Outcomes], Caller]
