from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, ForbiddenError, HubError, InvalidError, NotFoundError
from hub.domain.sop import Missing
from hub.domain.visit import (
    STEPS,
    is_open_visit,
    is_under_way,
    move_visit,
    plan_visit,
    possible_moves,
    with_answer,
)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
WINDOW = {"window_start": "2026-03-02T02:00:00+00:00", "window_end": "2026-03-02T04:00:00+00:00"}


def planned() -> Doc:
    return {"id": "V1", **plan_visit({"id": "T1"}, "E1", sequence=1, now=NOW, window=WINDOW)}


def moved(visit: Doc, *names: str, by: str | None = "E1", **params: Any) -> Doc:
    for name in names:
        visit = move_visit(visit, name, params, technician_id=by, now=NOW)
    return visit


def test_a_visit_goes_from_planned_to_finished_and_takes_its_times() -> None:
    place = {"lat": 31.2, "lon": 121.5}
    visit = moved(moved(planned(), "accept", "depart"), "check_in", place=place)
    assert (visit["status"], visit["check_in_place"]) == ("on_site", place)
    finished = moved(visit, "finish", travel_km="12.5")
    assert (finished["status"], finished["travel_km"]) == ("finished", "12.5")
    assert {"planned_at", "accepted_at", "departed_at", "checked_in_at", "finished_at"} <= finished.keys()


def test_a_technician_who_forgot_to_depart_may_still_check_in() -> None:
    assert moved(planned(), "accept", "check_in")["status"] == "on_site"


def test_a_visit_belongs_to_its_technician_but_a_dispatcher_may_move_it() -> None:
    with pytest.raises(ForbiddenError, match="another technician"):
        moved(planned(), "accept", by="E2")
    assert moved(planned(), "cancel", by=None)["status"] == "cancelled"


@pytest.mark.parametrize("name", ["depart", "check_in", "finish", "unfinished"])
def test_a_move_that_the_status_does_not_allow_is_refused(name: str) -> None:
    with pytest.raises(ConflictError, match="is planned"):
        moved(planned(), name, reason="parts")


def test_an_unknown_move_is_named() -> None:
    with pytest.raises(NotFoundError, match="no move 'teleport'"):
        moved(planned(), "teleport")


def test_an_unfinished_visit_says_why() -> None:
    visit = moved(planned(), "accept")
    with pytest.raises(InvalidError, match="reason: is required"):
        moved(visit, "unfinished")
    ended = moved(visit, "unfinished", reason="parts", note="pump")
    assert (ended["unfinished_reason"], ended["unfinished_note"]) == ("parts", "pump")


def test_finishing_is_refused_with_the_list_of_what_is_missing() -> None:
    missing = [Missing("photo", {"en": "Photo", "zh": "照片"}, "wants {wanted} photos", {"wanted": "1"})]
    on_site = moved(planned(), "accept", "check_in")
    with pytest.raises(InvalidError, match=r"steps\.photo: wants 1 photos"):
        move_visit(on_site, "finish", {}, technician_id="E1", now=NOW, missing=missing)
    unfinished = move_visit(on_site, "unfinished", {"reason": "parts"}, technician_id="E1", now=NOW, missing=missing)
    assert unfinished["status"] == "unfinished"


def test_the_buttons_follow_the_status() -> None:
    assert possible_moves(planned()) == ("accept", "decline", "cancel")
    assert is_open_visit(planned())
    assert not is_under_way(planned())
    assert is_under_way(moved(planned(), "accept", "depart"))


def test_a_later_answer_replaces_the_earlier_one() -> None:
    visit = with_answer(with_answer(planned(), {"step": "a", "value": "1"}), {"step": "b", "value": "2"})
    assert with_answer(visit, {"step": "a", "value": "3"})["answers"] == [
        {"step": "b", "value": "2"},
        {"step": "a", "value": "3"},
    ]


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_a_visit_that_has_ended_never_moves_again(names: list[str]) -> None:
    visit = planned()
    for name in names:
        was_open = is_open_visit(visit)
        try:
            visit = moved(visit, name, reason="parts")
        except HubError:
            continue
        assert was_open
