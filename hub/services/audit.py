"""Keep the audit trail chained, and say whether it still is."""

from hub.ports.audit import Verdict
from hub.services.context import Hub

AT_ONCE = 1000  # entries sealed in one transaction: a long queue must not hold up the writers


def seal(hub: Hub) -> int:
    """Chain one batch of committed entries; says how many, but nothing when the batch was not full.

    While entries keep coming, the rest waits for the next turn.
    """
    sealed = hub.store.run(lambda tx: tx.audit.seal(AT_ONCE))
    return sealed if sealed == AT_ONCE else 0


def verify(hub: Hub) -> Verdict:
    """Recompute every commitment and the chain; the verdict names the first bad row."""
    return hub.store.read(lambda tx: tx.audit.verify())
