"""What breaks a law: which one, of which rule, how, and on which documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.domain.mapping.rules import FieldRule, ListRule
from hub.laws.corpus import Case


class Law(StrEnum):
    """What a mapping must keep, modulo canonical forms; a file waives one by this name."""

    REACH = "L0"
    """Some document lets the rule carry a value."""
    PUSHED_COMES_BACK = "L1"
    """What was pushed is pulled back, outside pull-only rules."""
    PULLED_GOES_BACK = "L2"
    """What was pulled is pushed back, outside push-only rules."""
    COMES_TO_REST = "L3"
    """Pushing twice is pushing once, pulling twice is pulling once: no ping-pong."""
    LEAVES_ALONE = "L4"
    """What no rule names stays as it is."""
    FITS = "L5"
    """What comes out is valid for the schema of its side."""
    AGREES = "L6"
    """A recorded pair that both systems agreed on gives nothing to do."""


@dataclass(frozen=True)
class Breach:
    """One broken law on one pair of documents; ``path`` is the canonical path of the rule, such as ``lines[].qty``."""

    law: Law
    path: str
    place: str
    template: str
    params: Mapping[str, object]
    case: Case
    rule: FieldRule | ListRule | None = None
    way: str = ""

    @property
    def key(self) -> tuple[Law, str]:
        """What is told once only."""
        return (self.law, self.path)

    @property
    def message(self) -> str:
        """What happened: ``lines[L1].qty: '0' came back as '0.000'``."""
        text = self.template.format(**self.params)
        return f"{self.place}: {text}" if self.place else text
