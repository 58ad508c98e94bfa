"""Settle the doubt about an earlier call: look before anything is written again, or ask a person.

What may be done depends on what the connector file declares of the operation (``Idempotency``): a call under a key that
the system still remembers is simply repeated, with the same content; else the record is looked for. Nothing there means
nothing until the lost call cannot be running any more.
"""

from datetime import datetime

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, RejectedError
from hub.domain.sync import took_effect
from hub.ports.connector import Idempotency, Remote
from hub.ports.links import Link
from hub.services.attempt import Attempt, WentAwayError, Write
from hub.services.gate import NotNowError


def settle(attempt: Attempt) -> None:
    """Look; afterwards the delivery is ready to go on, or done. NotNowError while a lost call may still run."""
    link = attempt.hub.store.read(attempt.link)
    payload = attempt.delivery.payload or {}
    if "act" in payload or attempt.spec.of is not None:
        return  # the state of the document tells, when its steps go on
    if link is not None:
        settle_update(attempt, link, payload.get("update"))
    else:
        settle_create(attempt, payload.get("create", {}))


def settle_create(attempt: Attempt, doc: Doc) -> None:
    """Whether the record is over there already."""
    upserts = attempt.spec.idempotency_of("create") is Idempotency.EXTERNAL_ID
    if may_repeat(attempt, "create") and not upserts:
        attempt.write(Write(doc))
        return
    remote = find_alike(attempt, doc) if attempt.spec.lookup_alike else find_ours(attempt)
    if remote is not None:
        note = attempt.note("Found it there as {id}: the earlier call had worked.", id=remote.id)
        attempt.agree(remote, doc, note, ends=attempt.delivery.goal is None, ours=False)
        return
    if upserts and attempt.spec.lookup_by is not None:  # looked for first, lest a repeated upsert undoes an edit
        attempt.write(Write(doc))
        return
    if is_told_to(attempt):
        attempt.doubt = False
        return
    if not attempt.spec.can_be_found or attempt.spec.idempotency_of("create") is Idempotency.NONE:
        raise RejectedError(
            "{system} gave no answer and cannot be asked whether {object} was written: look there, "
            "then replay this message or drop it.",
            system=attempt.system.name,
            object=attempt.mapping.object,
        )
    wait_for_a_lost_call(attempt)
    attempt.doubt = False


def settle_update(attempt: Attempt, link: Link, doc: Doc | None) -> None:
    """What became of the remote record; a record without versions is left alone while a lost call may still run."""
    if doc is None:
        attempt.doubt = False
        return
    if may_repeat(attempt, "update"):
        told = (name for name, value in doc.items() if value != link.remote_shadow.get(name))
        attempt.write(Write(doc, link, tuple(sorted(told))))
        return
    try:
        remote = attempt.read(link.external_id)
    except WentAwayError:  # nothing can be written to it any more: what follows is written to the other one
        wait_for_a_lost_call(attempt)
        attempt.doubt = False
        raise
    moved = not attempt.mapping.same_remote(remote.doc, link.remote_shadow)
    if attempt.spec.idempotency_of("update") is Idempotency.NONE and not moved and not is_told_to(attempt):
        raise RejectedError(
            "{system} gave no answer and {object} {id} looks as it did: look there, then replay this message.",
            system=attempt.system.name,
            object=attempt.mapping.object,
            id=link.external_id,
        )
    if not moved and remote.version is None:
        wait_for_a_lost_call(attempt)
    known = {"remote_base": link.remote_shadow, "sent": doc, "read_back": remote.doc}
    attempt.agree(remote, doc if took_effect(attempt.mapping, **known) else None, relays=False, ours=False)


def may_repeat(attempt: Attempt, operation: str) -> bool:
    """Whether the same call can be made again without harm: the system knows it by its key, and still does."""
    declared = attempt.spec.idempotency_of(operation)
    first = (attempt.delivery.payload or {}).get("first")
    expires = attempt.spec.key_expires
    if first is None or not declared.may_repeat:
        return False
    if declared is Idempotency.EXTERNAL_ID or expires is None:
        return True
    return attempt.hub.clock.now() < datetime.fromisoformat(first) + expires


def is_told_to(attempt: Attempt) -> bool:
    """Whether a person has looked, and replayed just this one."""
    delivery = attempt.delivery
    return delivery.state == "unknown" and delivery.attempt == 1 and not delivery.bulk


def find_ours(attempt: Attempt) -> Remote | None:
    """The remote record that carries our key; ConflictError when several do."""
    by = attempt.spec.lookup_by
    if by is None:
        return None
    found = attempt.system.connector.find(attempt.mapping.object, by, attempt.delivery.record_id)
    if len(found) > 1:
        raise ConflictError(
            "{system} has {count} records of {object} with our key {key}: merge them there, then replay.",
            system=attempt.system.name,
            count=len(found),
            object=attempt.mapping.object,
            key=attempt.delivery.record_id,
        )
    return found[0] if found else None


def find_alike(attempt: Attempt, doc: Doc) -> Remote | None:
    """The first remote record that reads as ours was written, among those that are linked to no record; or None.

    Two of ours that read alike are each as good as the other: which of them it is makes no difference.
    """
    system, name, (asked, *_) = attempt.system, attempt.mapping.object, attempt.spec.lookup_alike
    if doc.get(asked) is None:
        return None
    found = system.connector.find(name, asked, str(doc[asked]))
    wanted = read_of(attempt, doc)
    alike = {one.id: one for one in found if read_of(attempt, one.doc) == wanted}
    linked = attempt.hub.store.read(lambda tx: tx.links.prefetch_remotes(system.name, name, sorted(alike)))
    return next((one for key, one in sorted(alike.items()) if key not in linked), None)


def read_of(attempt: Attempt, doc: Doc) -> list[object]:
    """The values by which a record is found, with blanks in texts made alike."""
    values = (doc.get(name) for name in attempt.spec.lookup_alike)
    return [" ".join(value.split()) if isinstance(value, str) else value for value in values]


def wait_for_a_lost_call(attempt: Attempt) -> None:
    """NotNowError while a call that gave no answer may still be running over there."""
    until = attempt.lost_call_ends_at()
    if until is not None and attempt.hub.clock.now() < until:
        raise NotNowError("{system} may still be working on the last call.", at=until, system=attempt.system.name)
