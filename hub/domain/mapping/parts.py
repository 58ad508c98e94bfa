"""What a run over the parts of a mapping carries along: the crosswalk and the problems found so far."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from hub.domain.errors import FieldError, InvalidError
from hub.domain.mapping.ends import Node
from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.links import Refs
from hub.domain.mapping.listing import Listing
from hub.domain.mapping.paths import Path
from hub.domain.mapping.refusal import UnfitError, UnsettledError
from hub.domain.mapping.rules import OnOther, Spread

Part: TypeAlias = Leaf | Listing


class Held(NamedTuple):
    """A value without counterpart that a person decides about, and where it stands on both sides."""

    leaf: Leaf
    hub: Node
    remote: Node
    error: FieldError


@dataclass
class Run:
    """Collects every problem, so that a person mends them all at once."""

    refs: Refs
    problems: list[FieldError] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)

    @contextmanager
    def at(self, part: Part, hub: Node, remote: Node, *, of_hub: bool) -> Iterator[None]:
        """Note an unfit value with the place where it stands, and go on."""
        try:
            yield
        except UnfitError as error:
            place = place_of(part, hub, of_hub=True) if of_hub else place_of(part, remote, of_hub=False)
            note = (
                part.refused(error, place)
                if isinstance(part, Leaf)
                else FieldError(place, error.template, error.params)
            )
            if isinstance(part, Leaf) and part.rule.other is OnOther.REVIEW:
                self.held.append(Held(part, hub, remote, note))
            else:
                self.problems.append(note)
        except InvalidError as error:
            self.problems.append(FieldError(place_of(part, hub, of_hub=True), error.template, error.params))

    def finish(self, file: str, entity: str) -> None:
        """Raise an InvalidError when there was a problem; an UnsettledError when a person decides about all of them."""
        fields = (*self.problems, *(held.error for held in self.held))
        template = "{mapping}: {entity} has values that the mapping cannot carry over: mend them, or the mapping"
        if self.problems:
            raise InvalidError(template, mapping=file, entity=entity, fields=fields)
        if self.held:
            raise UnsettledError(template, mapping=file, entity=entity, fields=fields)


def place_of(part: Part, node: Node, *, of_hub: bool) -> str:
    """Where a part stands in a document of one side: ``lines[L1].qty``."""
    prefix = node.path if of_hub else node.where
    if isinstance(part, Listing):
        return f"{prefix}{part.rule.hub.path if of_hub else part.rule.remote.path}"
    operand = part.rule.hub if of_hub else part.rule.remote
    return f"{prefix}{operand}" if isinstance(operand, Path | Spread) else f"{prefix}{part.rule.path}"
