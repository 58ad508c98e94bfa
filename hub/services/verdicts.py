"""What a merge has overruled, in the audit trail: which value won, which was lost, and by what rule."""

from hub.domain.documents import Doc
from hub.domain.sync import Change, Merge, Reason
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services.context import Actor

ACTION = "sync.overruled"
KEY = "$overruled"  # no name of a field: what an entry says of fields is not mixed up with it
OVERRULED = {Reason.HUB_OWNS, Reason.REMOTE_OWNS, Reason.HUB_LATER, Reason.REMOTE_LATER, Reason.DECIDED}


def write(tx: UnitOfWork, actor: Actor, record: Record, outcome: Merge) -> None:
    """Keep what both sides had changed and one of them lost; nothing where only one side had changed."""
    told = [verdict(change) for change in outcome.changes if change.reason in OVERRULED]
    if told:
        tx.audit.write(actor.name, ACTION, record.entity, record.id, actor.correlation, {KEY: told})


def verdict(change: Change) -> Doc:
    """One value: to which side the other's was carried, what that side had, and what it has now."""
    return {
        "path": change.path,
        "to": change.to,
        "lost": change.old,
        "won": change.new,
        "reason": change.reason.value,
        "sensitive": change.sensitive,
    }
