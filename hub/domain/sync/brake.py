"""The brake of sweeps and loads: a run that would change or delete too much stops as a whole."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from hub.domain.mapping.rules import Guard


@dataclass(frozen=True)
class Braked:
    """A run that must not go on by itself: what it would do, and what the guard allows."""

    changed: int
    may_change: int
    deleted: int
    may_delete: int


def brake(guard: Guard, *, linked: int, changed: int, deleted: int) -> Braked | None:
    """Say whether a run over ``linked`` records stops: None lets it go on.

    It may change the guard's share of the linked records, and always ``floor`` of them; it may delete ``max_deleted``.
    """
    share = (Decimal(linked) * guard.max_changed).to_integral_value(ROUND_FLOOR)
    may_change = max(guard.floor, int(share))
    if changed <= may_change and deleted <= guard.max_deleted:
        return None
    return Braked(changed, may_change, deleted, guard.max_deleted)
