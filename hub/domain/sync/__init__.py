"""Two-way sync decided by values: the three-way merge, what a read-back settles, the brake."""

from hub.domain.sync.brake import Braked, brake
from hub.domain.sync.making import Made, make_here, make_there, unsaid
from hub.domain.sync.merging import merge
from hub.domain.sync.outcome import HELD, Change, Conflict, Dispute, Merge, Reason
from hub.domain.sync.settling import settle, took_effect

__all__ = [
    "HELD",
    "Braked",
    "Change",
    "Conflict",
    "Dispute",
    "Made",
    "Merge",
    "Reason",
    "brake",
    "make_here",
    "make_there",
    "merge",
    "settle",
    "took_effect",
    "unsaid",
]
