"""What a merge keeps account of while it walks over a record."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.domain.mapping.parts import Run
from hub.domain.sync.outcome import Change, Conflict


@dataclass
class Ledger:
    """The run, what persons have decided or are asked, and what the merge has decided so far."""

    run: Run
    held: frozenset[str]
    decided: Mapping[str, str]
    changes: list[Change] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
