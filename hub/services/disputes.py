"""A value that both sides see differently: what is asked now, and what becomes of it once a person has decided."""

from dataclasses import dataclass, replace

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError
from hub.domain.mapping import Mapping
from hub.domain.mapping.paths import Path
from hub.domain.mapping.rules import FieldRule
from hub.domain.mapping.syntax import parse_path
from hub.domain.mapping.values import clone
from hub.domain.sync import Conflict, Dispute, Merge, merge
from hub.ports.connector import Remote
from hub.ports.links import Link
from hub.ports.matches import Match
from hub.ports.records import Record
from hub.ports.reviews import Review
from hub.ports.store import UnitOfWork
from hub.services import agreeing, questions, records
from hub.services.asking import ask_again, need_mapping
from hub.services.context import Actor, Hub, System
from hub.services.crosswalk import Crosswalk
from hub.services.decisions import Decision
from hub.services.tracing import Tracer


@dataclass(frozen=True)
class Case:
    """A disputed record: both its sides as we know them."""

    system: System
    mapping: Mapping
    record: Record
    link: Link

    def merged(self, tx: UnitOfWork, decided: dict[str, str] | None = None) -> Merge:
        """The merge of both sides as they are known now, with what was decided."""
        crosswalk = Crosswalk(tx, self.system, self.link.lines)
        crosswalk.prefetch(self.mapping, hub=[self.record.doc], remote=[self.link.remote_shadow])
        return merge(
            self.mapping,
            hub_base=self.link.hub_shadow,
            remote_base=self.link.remote_shadow,
            hub_now=self.record.doc,
            remote_now=self.link.remote_shadow,
            refs=crosswalk,
            decided=decided,
        )

    @property
    def remote(self) -> Remote:
        """The other side's record, as it was last seen."""
        return Remote(self.link.external_id, self.link.remote_shadow, self.link.version)


def case_of(hub: Hub, tx: UnitOfWork, review: Review) -> Case | None:
    """The record that a review is about; None where there is none of ours, or it is not linked any more."""
    system, mapping = need_mapping(hub, review)
    record = tx.records.get(review.entity, review.record_id)
    link = tx.links.of_record(system.name, review.entity, review.record_id, mapping.object) if record else None
    return Case(system, mapping, record, link) if record is not None and link is not None else None


def present(hub: Hub, tx: UnitOfWork, review: Review) -> Doc | None:
    """What the question is now; None when both sides agree again.

    A value that the mapping has learned to know since is still asked about, until somebody has it tried again.
    """
    if not review.record_id:
        return review.detail
    case = case_of(hub, tx, review)
    conflict = None if case is None else of_path(case.merged(tx), review.detail["field"])
    if case is None or conflict is None:
        return review.detail if case is not None and review.detail["why"] == Dispute.NO_COUNTERPART else None
    told = questions.question(conflict, case.remote, is_ours=True)
    return {**review.detail, **told, "why": review.detail["why"]}


def of_path(outcome: Merge, path: str) -> Conflict | None:
    """The conflict at a path, if there is one."""
    return next((conflict for conflict in outcome.conflicts if conflict.path == path), None)


def choices(hub: Hub, tx: UnitOfWork, review: Review) -> tuple[str, ...]:
    """What a person may choose."""
    if not review.record_id:
        return ("value", "again")
    unknown = review.detail["why"] == Dispute.NO_COUNTERPART
    case = case_of(hub, tx, review)
    own = ("value",) if case is not None and enterable(case.mapping, review.detail["field"]) else ()
    return (*(("again",) if unknown else ()), "hub", *(() if unknown else ("remote",)), *own)


def enterable(mapping: Mapping, path: str) -> bool:
    """Whether a person can enter a value of his own: it stands in a field of the record itself."""
    rule = mapping.rules.get(path)
    return isinstance(rule, FieldRule) and isinstance(rule.hub, Path)


def settle(hub: Hub, tx: UnitOfWork, actor: Actor, review: Review, decision: Decision) -> Doc:
    """Do what was decided; gives what was kept and what was lost."""
    system, mapping = need_mapping(hub, review)
    if decision.choice == "again":
        ask_again(hub, tx, actor, system, mapping, review.detail["remote_id"])
        return {}
    if not review.record_id:
        return make_with(hub, tx, actor, review, decision)
    case = case_of(hub, tx, review)
    if case is None:
        raise ConflictError("{entity} {id} is not linked any more.", entity=review.entity, id=review.record_id)
    before = review.detail
    if decision.choice == "value":
        entered = with_value(hub, tx, actor, case, before["field"], decision.value)
        case = replace(case, record=entered)
    side = "remote" if decision.choice == "remote" else "hub"
    carry(hub, tx, actor, case, before["field"], side)
    lost = {"hub": [before["remote"]], "remote": [before["hub"]], "value": [before["hub"], before["remote"]]}
    kept = {"hub": before["hub"], "remote": before["remote"], "value": decision.value}
    return {"kept": kept[decision.choice], "lost": lost[decision.choice]}


def carry(hub: Hub, tx: UnitOfWork, actor: Actor, case: Case, path: str, side: str) -> None:
    """Merge with the decision: our record, the shadow, and what becomes due to be sent."""
    outcome = case.merged(tx, {path: side})
    if of_path(outcome, path) is not None:
        raise InvalidError("The mapping does not know this value of {path}: enter another one, or mend it.", path=path)
    tracer = Tracer(hub, actor.correlation, case.system.name, case.record.entity, case.record.id)
    tracer.note(tx, "merged", "{who} decided {path}: {side} counts.", who=actor.name, path=path, side=side)
    author = replace(actor, system=case.system.name)
    records.replace(hub, tx, author, case.record, outcome.hub, action="review.decided")
    agreeing.remember(hub, tx, case.system, case.record, case.remote, outcome)
    if outcome.push_due:
        goal = case.system.goal(case.record.entity)
        records.enqueue(hub, tx, actor, case.system.name, case.record, goal=goal)


def with_value(hub: Hub, tx: UnitOfWork, actor: Actor, case: Case, path: str, value: object) -> Record:
    """The record with the value that a person has entered; InvalidError where it has no such place."""
    if not enterable(case.mapping, path):
        raise InvalidError("{path} takes no value of its own: choose one of the two sides.", path=path)
    doc = clone(case.record.doc)
    parse_path(path).write(doc, value)
    author = replace(actor, system=case.system.name)  # this system is told by the merge, which keeps what is disputed
    return records.replace(hub, tx, author, case.record, doc, action="review.entered")


def make_with(hub: Hub, tx: UnitOfWork, actor: Actor, review: Review, decision: Decision) -> Doc:
    """Have the remote record taken in as a new one that has the entered value."""
    system, mapping = need_mapping(hub, review)
    known = tx.matches.get(system.name, mapping.object, review.detail["remote_id"])
    given = {**(known.given if known else {}), review.detail["field"]: decision.value}
    match = Match(
        system.name, mapping.object, review.detail["remote_id"], review.entity,
        known.record_id if known else None, actor.name, hub.clock.now(), given,
    )  # fmt: skip
    tx.matches.save(match)
    ask_again(hub, tx, actor, system, mapping, review.detail["remote_id"])
    return {"kept": decision.value, "lost": [review.detail["remote"]]}
