"""What a merge decides: new documents, the pair that both sides now agree on, what changed, what a person settles."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hub.domain.documents import Doc
from hub.domain.mapping.rules import FieldRule, ListRule, Owner

HELD = "$held"
"""Where a hub base keeps the paths that wait for a person: they are not sent, and asked for until they are settled."""

COMPUTED = "$computed"
"""Where a hub base keeps the fixed and computed values that were agreed, by path: they have no field of their own."""

IDLE = "$idle"
"""Where a hub base keeps the paths whose rule did not apply: when it does one day, nothing was agreed about them."""

REWRITTEN = "$rewritten"
"""Where a hub base keeps what came back rewritten while it was not known to be the answer to our write."""


class Reason(StrEnum):
    """Why a value went where it went."""

    HUB_CHANGED = "hub_changed"
    REMOTE_CHANGED = "remote_changed"
    HUB_OWNS = "hub_owns"
    REMOTE_OWNS = "remote_owns"
    HUB_LATER = "hub_later"
    REMOTE_LATER = "remote_later"
    DECIDED = "decided"


class Dispute(StrEnum):
    """Why a person has to decide."""

    BOTH_CHANGED = "both_changed"
    TIMES_UNCLEAR = "times_unclear"
    DELETED_HERE = "deleted_here"
    DELETED_THERE = "deleted_there"
    NO_COUNTERPART = "no_counterpart"


@dataclass(frozen=True)
class Change:
    """One value or list member that the merge carries to a side: ``to`` is hub or remote."""

    path: str
    to: str
    old: Any
    new: Any
    reason: Reason
    rule: FieldRule | ListRule

    @property
    def sensitive(self) -> bool:
        """Whether the values are to be masked wherever they are shown."""
        return self.rule.sensitive


@dataclass(frozen=True)
class Conflict:
    """One value or list member that both sides see differently; both keep theirs until a person decides."""

    path: str
    remote_path: str
    base: Any  # what the hub held when both agreed
    hub: Any
    remote: Any
    dispute: Dispute
    rule: FieldRule | ListRule

    @property
    def owner(self) -> Owner | None:
        """The rule's owner; members of lists have none."""
        return self.rule.owner

    @property
    def sensitive(self) -> bool:
        """Whether the values are to be masked wherever they are shown."""
        return self.rule.sensitive


@dataclass(frozen=True)
class Merge:
    """The outcome. Store ``hub`` as our record and the two bases as the link's shadow; send ``remote`` where it is due.

    For a hub change that still has to be sent, ``hub_base`` keeps the old value, so that a later change over there
    meets it. ``lines`` are new pairs of list members whose ids the remote assigns: list, hub key, remote key.
    """

    hub: Doc
    remote: Doc
    hub_base: Doc
    remote_base: Doc
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    lines: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def push_due(self) -> bool:
        """Whether ``remote`` differs from what is over there."""
        return any(change.to == "remote" for change in self.changes)

    @property
    def hub_changed(self) -> bool:
        """Whether ``hub`` differs from the record that was given."""
        return any(change.to == "hub" for change in self.changes)
