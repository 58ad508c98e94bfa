from typing import Any

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.domain.policies import Policies
from hub.domain.sop import Sop, accept_answer, checklist, choose_sop, missing

PHOTO = {"id": "P1", "kind": "photo", "step": "before_photo"}
SIGNATURE = {"id": "S1", "kind": "signature"}
DONE: dict[str, Any] = {
    "safety": True,
    "finding": "faulty",
    "finding_text": "seal worn",
    "pressure": "0.72",
}


@pytest.fixture
def sop(policies: Policies) -> Sop:
    found = choose_sop(policies.sops, {"ticket": {"type": "repair"}})
    assert found is not None
    return found


def visit(answers: dict[str, Any], **fields: Any) -> Doc:
    lines = [{"step": step, "value": value} for step, value in answers.items()]
    return {"answers": lines, "signature_evidence_id": "S1", "signed_by": "Li", **fields}


def wants(sop: Sop, visited: Doc, evidence: tuple[Doc, ...] = (PHOTO, SIGNATURE), **more: Any) -> list[str]:
    return [each.step for each in missing(sop, visited, evidence=evidence, consumptions=({"id": "U1"},), **more)]


def test_a_complete_visit_lacks_nothing(sop: Sop) -> None:
    assert wants(sop, visit(DONE)) == []


def test_an_empty_visit_lacks_every_required_step_that_is_asked(sop: Sop) -> None:
    assert [each.step for each in missing(sop, {})] == ["safety", "before_photo", "finding", "signature"]


def test_a_branch_that_is_not_taken_asks_nothing(sop: Sop) -> None:
    assert wants(sop, visit({"safety": True, "finding": "no_fault"})) == []
    assert [line.step.step for line in checklist(sop, visit({"finding": "faulty"}))][3:6] == [
        "finding_text",
        "used_part",
        "pressure",
    ]


@pytest.mark.parametrize(
    ("reading", "problem"),
    [
        ("0.59", "0.59 MPa is outside 0.6 to 0.85"),
        ("0.86", "0.86 MPa is outside"),
        ("high", "is not a number"),
    ],
)
def test_a_reading_must_lie_in_its_range(sop: Sop, reading: str, problem: str) -> None:
    lines = missing(sop, visit({**DONE, "pressure": reading}), evidence=[PHOTO, SIGNATURE], consumptions=[{}])
    assert [(line.step, problem in line.template.format(**line.params)) for line in lines] == [("pressure", True)]


@pytest.mark.parametrize("reading", ["0.60", "0.85"])
def test_the_ends_of_a_range_belong_to_it(sop: Sop, reading: str) -> None:
    assert wants(sop, visit({**DONE, "pressure": reading})) == []


def test_evidence_that_was_never_stored_does_not_count(sop: Sop) -> None:
    assert wants(sop, visit(DONE), evidence=(SIGNATURE,)) == ["before_photo"]
    assert wants(sop, visit(DONE), evidence=(PHOTO,)) == ["signature"]
    assert wants(sop, visit(DONE), evidence=({**PHOTO, "kind": "file"}, SIGNATURE)) == ["before_photo"]


def test_a_photo_counts_by_the_answer_that_names_it(sop: Sop) -> None:
    loose = {"id": "P9", "kind": "photo"}
    named = visit(DONE)
    named["answers"].append({"step": "before_photo", "evidence_ids": ["P9"]})
    assert wants(sop, named, evidence=(loose, SIGNATURE)) == []


def test_a_signature_needs_a_name(sop: Sop) -> None:
    assert wants(sop, visit(DONE, signed_by="")) == ["signature"]


def test_a_used_part_is_recorded_or_denied(sop: Sop) -> None:
    evidence = [PHOTO, SIGNATURE]
    assert [each.step for each in missing(sop, visit(DONE), evidence=evidence)] == ["used_part"]
    assert missing(sop, visit({**DONE, "used_part": "none"}), evidence=evidence) == []


@pytest.mark.parametrize(
    ("step", "value", "problem"),
    [
        ("finding", "maybe", "'maybe' is not one of faulty, no_fault"),
        ("safety", "yes", "wants yes or no"),
        ("finding_text", True, "wants a text"),
        ("pressure", 0.7, "is not a number in a text"),
        ("nowhere", "x", "has no step 'nowhere'"),
    ],
)
def test_an_answer_of_the_wrong_kind_is_refused_when_it_is_given(
    sop: Sop, step: str, value: object, problem: str
) -> None:
    with pytest.raises(InvalidError, match=problem):
        accept_answer(sop, step, value)


def test_a_reading_outside_its_range_may_be_noted_but_not_finished_with(sop: Sop) -> None:
    accept_answer(sop, "pressure", "0.2")


def test_a_type_without_a_procedure_has_none(policies: Policies) -> None:
    assert choose_sop(policies.sops, {"ticket": {"type": "enquiry"}}) is None
