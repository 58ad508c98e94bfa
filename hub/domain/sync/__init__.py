"""Two-way sync decided by values: the three-way merge, what a read-back settles, the brake."""

from hub.domain.sync.brake import Braked, brake
from hub.domain.sync.merging import merge
from hub.domain.sync.outcome import Change, Conflict, Dispute, Merge, Reason
from hub.domain.sync.settling import settle

__all__ = ["Braked", "Change", "Conflict", "Dispute", "Merge", "Reason", "brake", "merge", "settle"]
