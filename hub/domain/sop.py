"""Standard procedures: ordered steps with their evidence, ranges and branches, and the list of what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, InvalidError
from hub.domain.matching import MatchTable, matches
from hub.domain.quantity import parse_quantity, write_quantity

Title = Mapping[str, str]


@dataclass(frozen=True)
class Range:
    """Readings that are accepted; a missing end is open. ``unit`` is shown beside the number."""

    least: Decimal | None
    most: Decimal | None
    unit: str = ""

    def holds(self, reading: Decimal) -> bool:
        """Whether the reading lies inside, ends included."""
        return (self.least is None or reading >= self.least) and (self.most is None or reading <= self.most)


@dataclass(frozen=True)
class SopStep:
    """One step. ``kind`` is check, choice, text, reading, photo, part or signature.

    ``when`` maps earlier steps to the answers that lead here; a step whose branch is not taken is not asked for.
    ``meter`` names what a reading is kept under at the asset.
    """

    step: str
    title: Title
    kind: str
    is_required: bool = True
    range: Range | None = None
    choices: Mapping[str, Title] = field(default_factory=dict)
    photos: int = 1
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    meter: str | None = None


@dataclass(frozen=True)
class Sop:
    """The procedure of a ticket type and its products."""

    name: str
    version: int
    title: Title
    match: MatchTable
    steps: tuple[SopStep, ...]


@dataclass(frozen=True)
class Missing:
    """What a step still wants, as a template with parameters."""

    step: str
    title: Title
    template: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ChecklistLine:
    """A step that applies now, the answer given so far, and what it still wants (None when it is satisfied)."""

    step: SopStep
    answer: Doc | None
    missing: Missing | None


def choose_sop(sops: Sequence[Sop], names: Mapping[str, Any]) -> Sop | None:
    """The first procedure that matches the ticket, asset and product documents in ``names``."""
    return next((sop for sop in sops if matches(sop.match, names)), None)


def checklist(
    sop: Sop, visit: Doc, *, evidence: Sequence[Doc] = (), consumptions: Sequence[Doc] = ()
) -> tuple[ChecklistLine, ...]:
    """The steps on the branches taken so far, in order, each with its answer and what it still wants.

    ``evidence`` are the records that were really stored: an answer that names others does not count.
    """
    answers = {answer["step"]: answer for answer in visit.get("answers", ())}
    found = _Found(visit, {each["id"]: each for each in evidence}, consumptions)
    return tuple(
        ChecklistLine(step, answers.get(step.step), _missing(step, answers.get(step.step), found))
        for step in _applicable(sop, answers)
    )


def missing(sop: Sop, visit: Doc, *, evidence: Sequence[Doc] = (), consumptions: Sequence[Doc] = ()) -> list[Missing]:
    """All that keeps the visit from being finished, in the order of the steps."""
    lines = checklist(sop, visit, evidence=evidence, consumptions=consumptions)
    return [line.missing for line in lines if line.missing]


def accept_answer(sop: Sop, step_name: str, value: object) -> None:
    """Check one answer as it is given; InvalidError when the step is unknown or the value of the wrong kind."""
    step = next((each for each in sop.steps if each.step == step_name), None)
    if step is None:
        raise InvalidError("The procedure {sop} has no step '{step}'", sop=sop.name, step=step_name)
    problem = _VALUE_PROBLEMS.get(step.kind, _no_problem)(step, value)
    if problem and problem.template != _OUT_OF_RANGE:
        wrong = FieldError("value", problem.template, problem.params)
        raise InvalidError("Step {step} is answered wrongly", step=step_name, fields=(wrong,))


@dataclass(frozen=True)
class _Found:
    """What there is beside the answers."""

    visit: Doc
    evidence: Mapping[str, Doc]
    consumptions: Sequence[Doc]


def _applicable(sop: Sop, answers: Mapping[str, Doc]) -> Iterator[SopStep]:
    """Steps whose branch is taken; a branch hangs on steps that themselves apply."""
    asked: set[str] = set()
    for step in sop.steps:
        if all(name in asked and _said(answers.get(name)) in values for name, values in step.when.items()):
            asked.add(step.step)
            yield step


def _said(answer: Doc | None) -> str | None:
    value = (answer or {}).get("value")
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _missing(step: SopStep, answer: Doc | None, found: _Found) -> Missing | None:
    if step.kind in _EVIDENCE_PROBLEMS:
        return _EVIDENCE_PROBLEMS[step.kind](step, answer, found) if step.is_required or answer else None
    if answer is None or answer.get("value") in (None, ""):
        return _wants(step, "is not answered") if step.is_required else None
    return _VALUE_PROBLEMS.get(step.kind, _no_problem)(step, answer["value"])


def _wants(step: SopStep, template: str, **params: str) -> Missing:
    return Missing(step.step, step.title, template, params)


_OUT_OF_RANGE = "{value} {unit} is outside {least} to {most}"


def _reading_problem(step: SopStep, value: object) -> Missing | None:
    try:
        reading = parse_quantity(value)  # type: ignore[arg-type]  # parse_quantity refuses what is no text
    except InvalidError:
        return _wants(step, "'{value}' is not a number in a text, such as 0.45", value=str(value))
    if step.range is None or step.range.holds(reading):
        return None
    ends = {name: "" if end is None else write_quantity(end) for name, end in _ends(step.range)}
    return _wants(step, _OUT_OF_RANGE, value=write_quantity(reading), unit=step.range.unit, **ends)


def _ends(accepted: Range) -> tuple[tuple[str, Decimal | None], ...]:
    return ("least", accepted.least), ("most", accepted.most)


def _choice_problem(step: SopStep, value: object) -> Missing | None:
    if value in step.choices:
        return None
    return _wants(step, "'{value}' is not one of {choices}", value=str(value), choices=", ".join(step.choices))


def _check_problem(step: SopStep, value: object) -> Missing | None:
    return None if isinstance(value, bool) else _wants(step, "wants yes or no")


def _text_problem(step: SopStep, value: object) -> Missing | None:
    return None if isinstance(value, str) else _wants(step, "wants a text")


def _no_problem(_step: SopStep, _value: object) -> Missing | None:
    return None


def _photo_missing(step: SopStep, answer: Doc | None, found: _Found) -> Missing | None:
    stored = [found.evidence.get(each) for each in (answer or {}).get("evidence_ids", ())]
    stored += [each for each in found.evidence.values() if each.get("step") == step.step and each not in stored]
    count = sum(1 for each in stored if each and each["kind"] == "photo")
    if count >= step.photos:
        return None
    return _wants(step, "wants {wanted} photos, there are {count}", wanted=str(step.photos), count=str(count))


def _signature_missing(step: SopStep, _answer: Doc | None, found: _Found) -> Missing | None:
    signature = found.evidence.get(found.visit.get("signature_evidence_id", ""))
    if signature is None or signature["kind"] != "signature":
        return _wants(step, "is not signed")
    return None if found.visit.get("signed_by") else _wants(step, "wants the name of who signed")


def _part_missing(step: SopStep, answer: Doc | None, found: _Found) -> Missing | None:
    if found.consumptions or (answer or {}).get("value") == "none":
        return None
    return _wants(step, "wants the used part, or the answer 'none'")


_VALUE_PROBLEMS = {
    "reading": _reading_problem,
    "choice": _choice_problem,
    "check": _check_problem,
    "text": _text_problem,
}
_EVIDENCE_PROBLEMS = {"photo": _photo_missing, "signature": _signature_missing, "part": _part_missing}
