"""The hub is killed at every named crash point in the middle of the story: one ticket, reservation, issue, invoice."""

import threading
from contextlib import suppress

import pytest

from hub.ports.crash import CRASH_POINTS
from hub.testing.demo import Stage
from hub.testing.hub_server import HubError

pytestmark = [pytest.mark.tryton, pytest.mark.slow]

CASES = [(point, step) for step in ("reserve", "bill") for point in CRASH_POINTS if point != "inbox.stored"]
CASES += [("inbox.stored", "ring"), ("inbox.stored", "answer")]


class Nurse:
    """Starts the hub again whenever it died."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.deaths = stage, 0
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def leave(self) -> None:
        self._leave.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._leave.wait(0.1):
            if not self.stage.hub.is_alive():
                self.deaths += 1
                self.stage.hub.start()


@pytest.mark.parametrize(("point", "step"), CASES)
def test_killed_in_the_middle_the_story_ends_the_same(stage: Stage, point: str, step: str) -> None:
    story = stage.story()
    nurses: list[Nurse] = []

    def kill(name: str) -> None:
        if name == step:
            stage.hub.stop()
            with suppress(HubError):  # it may reach the point before it answers
                stage.hub.start(TICKETHUB_CRASH_AT=point)
            nurses.append(Nurse(stage))

    story.between = kill
    try:
        assert story.play(), story.table()
    finally:
        for nurse in nurses:
            nurse.leave()
    assert [nurse.deaths for nurse in nurses] == [1], "the hub was to be killed once"
