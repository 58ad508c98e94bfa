"""Who wins a value that both sides may have changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from hub.domain.mapping.rules import Owner
from hub.domain.sync.outcome import Dispute, Reason

SKEW = timedelta(seconds=5)
"""Two clocks that differ by less say nothing about who was later."""


class Verdict(Enum):
    """What becomes of one value."""

    LEAVE = auto()
    HUB = auto()
    REMOTE = auto()
    REVIEW = auto()


@dataclass(frozen=True)
class Times:
    """When the sides changed: the records as a whole, and single hub fields by path where that is known."""

    hub_at: datetime | None
    remote_at: datetime | None
    hub_fields: Mapping[str, datetime]


def judge(owner: Owner, *, hub_changed: bool, remote_changed: bool, later: Verdict) -> tuple[Verdict, Reason | Dispute]:
    """Who wins a value that changed and does not mean the same on both sides; ``later`` says who was last, if known."""
    if not remote_changed:
        return Verdict.HUB, Reason.HUB_CHANGED
    if not hub_changed:
        return Verdict.REMOTE, Reason.REMOTE_CHANGED
    return _LATER[later] if owner is Owner.LATEST else _OWNED[owner]


_OWNED: dict[Owner, tuple[Verdict, Reason | Dispute]] = {
    Owner.HUB: (Verdict.HUB, Reason.HUB_OWNS),
    Owner.REMOTE: (Verdict.REMOTE, Reason.REMOTE_OWNS),
    Owner.REVIEW: (Verdict.REVIEW, Dispute.BOTH_CHANGED),
}
_LATER: dict[Verdict, tuple[Verdict, Reason | Dispute]] = {
    Verdict.HUB: (Verdict.HUB, Reason.HUB_LATER),
    Verdict.REMOTE: (Verdict.REMOTE, Reason.REMOTE_LATER),
    Verdict.REVIEW: (Verdict.REVIEW, Dispute.TIMES_UNCLEAR),
}
DECIDED = {"hub": Verdict.HUB, "remote": Verdict.REMOTE}
