"""The story on a real Tryton: undisturbed, with the ERP gone midway, refused; told once however often it is told."""

import threading

import pytest

from hub.testing.demo import Stage

pytestmark = [pytest.mark.tryton, pytest.mark.slow]


def test_the_story_ends_with_the_same_numbers_on_both_sides(stage: Stage) -> None:
    story = stage.story()
    assert story.play(), story.table()
    again = stage.story()
    assert again.play(), again.table()
    assert again.ticket["number"] != story.ticket["number"]
    assert stage.hub.run("audit", "verify")


def test_the_erp_gone_midway_changes_nothing_in_the_result(stage: Stage) -> None:
    story = stage.story()
    waited: list[str] = []

    def away(step: str) -> None:
        if step not in {"reserve", "use_parts", "bill"}:
            return
        stage.erp.stop()
        threading.Timer(4, stage.erp.start).start()
        waited.append(step)

    story.between = away
    assert story.play(), story.table()
    assert waited == ["reserve", "use_parts", "bill"]


def test_the_desk_works_on_while_the_erp_is_down_and_the_ticket_says_what_it_waits_for(stage: Stage) -> None:
    story = stage.story()
    steps = list(story.steps())
    for step in steps[:4]:
        step()
    stage.erp.stop()
    part = story.people["dispatcher"].one("parts", sku="P-FILT-01")
    asked = story.people["dispatcher"].post(
        f"tickets/{story.ticket['id']}/request_part", part_id=part["id"], quantity="3"
    )
    made = story.people["warehouse"].post(f"part_requests/{asked['id']}/approve")
    ticket = story.people["dispatcher"].until(
        "waiting", f"tickets/{story.ticket['id']}", lambda doc: bool(doc.get("waiting_for"))
    )
    assert [entry["system"] for entry in ticket["waiting_for"]] == ["erp"]
    stage.erp.start()
    story.done("reservations", made)
    ticket = story.people["dispatcher"].until(
        "told", f"tickets/{story.ticket['id']}", lambda doc: not doc.get("waiting_for")
    )
    assert not ticket.get("problems")


def test_too_small_a_stock_is_said_on_the_ticket_with_who_must_act(stage: Stage) -> None:
    story = stage.story()
    for step in list(story.steps())[:4]:
        step()
    part = story.people["dispatcher"].one("parts", sku="P-VALV-01")
    asked = story.people["dispatcher"].post(
        f"tickets/{story.ticket['id']}/request_part", part_id=part["id"], quantity="1"
    )
    made = story.people["warehouse"].post(f"part_requests/{asked['id']}/approve")
    refused = story.people["warehouse"].until(
        "refused", f"reservations/{made['id']}", lambda doc: doc["state"] == "refused"
    )
    assert "too little stock" in refused["error"]
    (problem,) = story.people["dispatcher"].until(
        "in trouble", f"tickets/{story.ticket['id']}", lambda doc: bool(doc.get("problems"))
    )["problems"]
    assert problem["role"] == "warehouse"
