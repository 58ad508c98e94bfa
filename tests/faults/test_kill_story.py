"""The hub is killed at every named crash point in the middle of the story: one ticket, reservation, issue, invoice."""

from contextlib import ExitStack, suppress

import pytest

from hub.ports.crash import CRASH_POINTS
from hub.testing.demo import Stage
from hub.testing.hub_server import HubError
from hub.testing.nurse import Nurse

pytestmark = [pytest.mark.tryton, pytest.mark.slow]

# Nobody loads or sweeps while the story is played, and whether a record comes by a hint of its own is mere chance.
ELSEWHERE = {"inbox.stored", "load.page_taken", "sweep.read", "inbound.fetched", "inbound.merged"}
CASES = [(point, step) for step in ("reserve", "bill") for point in CRASH_POINTS if point not in ELSEWHERE]
CASES += [("inbox.stored", "ring"), ("inbox.stored", "answer")]


@pytest.mark.parametrize(("point", "step"), CASES)
def test_killed_in_the_middle_the_story_ends_the_same(stage: Stage, point: str, step: str) -> None:
    story = stage.story()
    nurse = Nurse({"hub": stage.hub})
    with ExitStack() as until_the_end:

        def kill(name: str) -> None:
            if name == step:
                stage.hub.stop()
                with suppress(HubError):  # it may reach the point before it answers
                    stage.hub.start(TICKETHUB_CRASH_AT=point)
                until_the_end.enter_context(nurse)

        story.between = kill
        assert story.play(), story.table()
    assert nurse.deaths == {"hub": 1}, "the hub was to be killed once"
