"""Keep the audit trail chained, and say whether it still is."""

from hub.ports.audit import Verdict
from hub.services.context import Hub

AT_ONCE = 1000  # entries sealed in one transaction: a long queue must not hold up the writers


def seal(hub: Hub) -> bool:
    """Chain one batch of committed entries; says whether it was full, so that more are waiting.

    While entries keep coming, what does not fill a batch waits for the next turn.
    """
    return hub.store.run(lambda tx: tx.audit.seal(AT_ONCE)) == AT_ONCE


def verify(hub: Hub) -> Verdict:
    """Recompute every commitment and the chain; the verdict names the first bad row."""
    return hub.store.read(lambda tx: tx.audit.verify())
