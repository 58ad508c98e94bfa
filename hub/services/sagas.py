"""Documents that reach their goal in steps: resumed where they stopped, and taken back where they are withdrawn."""

from collections.abc import Sequence
from dataclasses import replace

from hub.domain.errors import RejectedError
from hub.ports.connector import Idempotency, Remote, Step
from hub.ports.links import Link
from hub.ports.store import UnitOfWork
from hub.services import doubt
from hub.services.attempt import Attempt

WITHDRAWN = {"void", "cancelled", "withdrawn", "reversed"}  # states of ours: the goal is not wanted any more
GONE = "gone"  # where a step leads to that deletes the document


def is_withdrawn(attempt: Attempt, tx: UnitOfWork) -> bool:
    """Whether our document was taken back before it reached its goal."""
    return attempt.delivery.goal is not None and attempt.record(tx).doc.get("state") in WITHDRAWN


def reach_goal(attempt: Attempt, link: Link) -> None:
    """Call step after step; after each call the state is read again, for a call may be ignored silently."""
    if is_deleted(attempt, link):
        finish_deleted(attempt, link)
        return
    remote = attempt.read(link.external_id)
    goal = str(attempt.delivery.goal)
    reached = {goal, *attempt.spec.reached.get(goal, ())}
    left: set[str] = set()
    while (state := state_of(attempt, remote)) not in reached:
        if state in left:
            raise in_a_circle(attempt, link, state)
        left.add(state)
        if attempt.hub.store.read(lambda tx: is_withdrawn(attempt, tx)):
            take_back(attempt, link, remote)
            return
        try:
            remote = lead_on(attempt, link, next_step(attempt, state), state)
        except RejectedError as refused:
            back = compensating(attempt, state)
            if back is None or back.then == GONE:  # a draft stays, for a person to mend
                raise
            undo(attempt, link, attempt.read(link.external_id))
            raise RejectedError("{reason} What was done of it there was taken back.", reason=str(refused)) from refused
    finish(attempt, remote, template="{object} {id} is {state}.")


def take_back(attempt: Attempt, link: Link, remote: Remote) -> None:
    """Our document was withdrawn: undo over there what was done; RejectedError when a person must."""
    if not attempt.spec.compensate:
        raise RejectedError(
            "{object} {id} was withdrawn here and is {state} in {system}: take it back there by hand.",
            object=attempt.mapping.object,
            id=link.external_id,
            state=state_of(attempt, remote),
            system=attempt.system.name,
        )
    left = undo(attempt, link, remote)
    last = compensating(attempt, state := state_of(attempt, left))
    if last is None:
        finish(attempt, left, template="Withdrawn: {object} {id} is {state}.")
    else:
        delete(attempt, link, last, state)
        finish_deleted(attempt, link)


def undo(attempt: Attempt, link: Link, remote: Remote) -> Remote:
    """Call the compensating steps that lead on from where the document is, but delete nothing; gives where it ended."""
    while (step := compensating(attempt, state := state_of(attempt, remote))) is not None and step.then != GONE:
        remote = take_step(attempt, link, step, state)
    return remote


def delete(attempt: Attempt, link: Link, step: Step, state: str) -> None:
    """Call a step that deletes the document; RejectedError when it is still there."""
    call_step(attempt, link, step, state)
    if attempt.system.connector.get(attempt.mapping.object, link.external_id) is not None:
        raise unmoved(attempt, link, step, state)


def is_deleted(attempt: Attempt, link: Link) -> bool:
    """Whether the document was withdrawn, and an attempt that was cut off has deleted it."""
    if not any(step.then == GONE for step in attempt.spec.compensate):
        return False
    if not attempt.hub.store.read(lambda tx: is_withdrawn(attempt, tx)):
        return False
    return attempt.system.connector.get(attempt.mapping.object, link.external_id) is None


def finish_deleted(attempt: Attempt, link: Link) -> None:
    """Our document is over there no more, as we wanted: nothing is looked for there again."""
    told = attempt.note("Withdrawn: {object} {id} was deleted.", object=attempt.mapping.object, id=link.external_id)

    def work(tx: UnitOfWork) -> None:
        tx.links.save(replace(link, state="gone"))
        told(tx)

    attempt.finish(work)


def compensating(attempt: Attempt, state: str) -> Step | None:
    """The step that takes a document back from a state."""
    return leading_on(attempt.spec.compensate, state)


def finish(attempt: Attempt, remote: Remote, *, template: str) -> None:
    """The document is where it is to be."""
    note = attempt.note(template, object=attempt.mapping.object, id=remote.id, state=state_of(attempt, remote))
    attempt.agree(remote, None, note, ends=True)


def lead_on(attempt: Attempt, link: Link, step: Step, state: str) -> Remote:
    """Take a step towards the goal; RejectedError after one that gave back what could be done in part alone."""
    remote = take_step(attempt, link, step, state)
    if step.gives_back:
        raise unmoved(attempt, link, step, state)
    return remote


def take_step(attempt: Attempt, link: Link, step: Step, state: str) -> Remote:
    """Make one call and read the state again; RejectedError when it did not move."""
    call_step(attempt, link, step, state)
    remote = attempt.read(link.external_id)
    attempt.doubt = False
    if state_of(attempt, remote) == state:
        raise unmoved(attempt, link, step, state)
    return remote


def call_step(attempt: Attempt, link: Link, step: Step, state: str) -> None:
    """Make the call of a step; after one of which we know nothing, only where it may be repeated."""
    if attempt.doubt:
        settle_step(attempt, step, state)
    name, action = attempt.mapping.object, step.action
    key = attempt.keyed("act", action, state)
    attempt.intend_and_call(
        {"act": action, "from": state}, lambda: attempt.system.connector.act(name, link.external_id, action, **key)
    )
    attempt.hub.points.reach("outbox.stepped")


def unmoved(attempt: Attempt, link: Link, step: Step, state: str) -> RejectedError:
    """A step was called, and the document is where it was."""
    return RejectedError(
        step.refused or "{system}: {action} left {object} {id} in state {state}.",
        system=attempt.system.name,
        action=step.action,
        object=attempt.mapping.object,
        id=link.external_id,
        state=state,
    )


def in_a_circle(attempt: Attempt, link: Link, state: str) -> RejectedError:
    """The steps have led back to where the document was."""
    return RejectedError(
        "{system}: the steps led {object} {id} back to {state}: look there why, then replay this message.",
        system=attempt.system.name,
        object=attempt.mapping.object,
        id=link.external_id,
        state=state,
    )


def settle_step(attempt: Attempt, step: Step, state: str) -> None:
    """Whether the same step may be called again, after a call of which we know nothing but that the state stayed."""
    sent = attempt.delivery.payload or {}
    again = (sent.get("act"), sent.get("from")) == (step.action, state)
    if not again or doubt.may_repeat(attempt, "act") or doubt.is_told_to(attempt):
        attempt.doubt = False
        return
    if attempt.spec.idempotency_of("act") is Idempotency.NONE:
        raise RejectedError(
            "{system} gave no answer to {action}, and {object} is still {state}: look there, then replay this message.",
            system=attempt.system.name,
            action=step.action,
            object=attempt.mapping.object,
            state=state,
        )
    doubt.wait_for_a_lost_call(attempt)
    attempt.doubt = False


def next_step(attempt: Attempt, state: str) -> Step:
    """The step that leads on from a state; RejectedError when none does."""
    step = leading_on(attempt.spec.goals[str(attempt.delivery.goal)], state)
    if step is None:
        raise RejectedError(
            "{system}: {object} is {state}, from where nothing leads to {goal}: somebody changed it there.",
            system=attempt.system.name,
            object=attempt.mapping.object,
            state=state,
            goal=attempt.delivery.goal,
        )
    return step


def leading_on(steps: Sequence[Step], state: str) -> Step | None:
    """The step that leads on from a state."""
    return next((step for step in steps if step.when == state), None)


def state_of(attempt: Attempt, remote: Remote) -> str:
    """The state that a document tells; of one that is made of several objects, the one that identifies it."""
    doc = remote.doc.get(attempt.mapping.object, {}) if attempt.mapping.spec.objects else remote.doc
    return str(doc.get(attempt.spec.state or "state"))
