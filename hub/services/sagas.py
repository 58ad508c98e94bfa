"""Documents that reach their goal in steps: resumed where they stopped, and taken back where they are withdrawn."""

from collections.abc import Sequence

from hub.domain.errors import RejectedError
from hub.ports.connector import Idempotency, Remote, Step
from hub.ports.links import Link
from hub.ports.store import UnitOfWork
from hub.services import doubt
from hub.services.attempt import Attempt

WITHDRAWN = {"void", "cancelled", "withdrawn", "reversed"}  # states of ours: the goal is not wanted any more


def is_withdrawn(attempt: Attempt, tx: UnitOfWork) -> bool:
    """Whether our document was taken back before it reached its goal."""
    return attempt.delivery.goal is not None and attempt.record(tx).doc.get("state") in WITHDRAWN


def reach_goal(attempt: Attempt, link: Link) -> None:
    """Call step after step; after each call the state is read again, for a call may be ignored silently."""
    remote = attempt.read(link.external_id)
    goal = str(attempt.delivery.goal)
    reached = {goal, *attempt.spec.reached.get(goal, ())}
    while (state := state_of(attempt, remote)) not in reached:
        if attempt.hub.store.read(lambda tx: is_withdrawn(attempt, tx)):
            take_back(attempt, link, remote)
            return
        try:
            remote = take_step(attempt, link, next_step(attempt, state), state)
        except RejectedError as refused:
            if compensating(attempt, state) is None:
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
    finish(attempt, undo(attempt, link, remote), template="Withdrawn: {object} {id} is {state}.")


def undo(attempt: Attempt, link: Link, remote: Remote) -> Remote:
    """Call the compensating steps that lead on from where the document is; gives where that ended."""
    while (step := compensating(attempt, state := state_of(attempt, remote))) is not None:
        remote = take_step(attempt, link, step, state)
    return remote


def compensating(attempt: Attempt, state: str) -> Step | None:
    """The step that takes a document back from a state."""
    return leading_on(attempt.spec.compensate, state)


def finish(attempt: Attempt, remote: Remote, *, template: str) -> None:
    """The document is where it is to be."""
    note = attempt.note(template, object=attempt.mapping.object, id=remote.id, state=state_of(attempt, remote))
    attempt.agree(remote, None, note, ends=True)


def take_step(attempt: Attempt, link: Link, step: Step, state: str) -> Remote:
    """Make one call and read the state again; RejectedError when it did not move."""
    if attempt.doubt:
        settle_step(attempt, step, state)
    name, action = attempt.mapping.object, step.action
    key = attempt.keyed("act", action, state)
    attempt.intend_and_call(
        {"act": action, "from": state}, lambda: attempt.system.connector.act(name, link.external_id, action, **key)
    )
    attempt.hub.points.reach("outbox.stepped")
    remote = attempt.read(link.external_id)
    attempt.doubt = False
    if state_of(attempt, remote) == state:
        raise RejectedError(
            step.refused or "{system}: {action} left {object} {id} in state {state}.",
            system=attempt.system.name,
            action=action,
            object=name,
            id=link.external_id,
            state=state,
        )
    return remote


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
