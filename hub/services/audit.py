"""Keep the audit trail chained, and say whether it still is."""

from hub.ports.audit import Verdict
from hub.services.context import Hub

AT_ONCE = 1000  # entries sealed in one transaction: a long queue must not hold up the writers


def seal(hub: Hub, limit: int = AT_ONCE) -> int:
    """Chain the committed entries that are not chained yet; says how many."""
    return hub.store.run(lambda tx: tx.audit.seal(limit))


def seal_on(hub: Hub) -> int:
    """Seal one batch; nothing when it was not full: while entries keep coming, the rest waits for its next turn."""
    sealed = seal(hub)
    return sealed if sealed == AT_ONCE else 0


def verify(hub: Hub) -> Verdict:
    """Recompute every commitment and the chain; the verdict names the first bad row."""
    return hub.store.read(lambda tx: tx.audit.verify())
