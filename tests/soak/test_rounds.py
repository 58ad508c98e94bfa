"""Hub and ERP are killed at random moments of the story, several times: it ends with the same table."""

from pathlib import Path

import pytest

from hub.testing.demo import Stage
from tests.soak.census import Row, differences
from tests.soak.rounds import Round
from tests.stages import impatient_copy

pytestmark = [
    pytest.mark.tryton,
    pytest.mark.slow,
    pytest.mark.xdist_group("soak"),  # one undisturbed round for all
    pytest.mark.timeout(600),  # two minutes on a quiet machine, all of it
]


@pytest.fixture(scope="module")
def expected(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """The table of a round in which nobody is killed."""
    stage = impatient_copy(furnished, tmp_path_factory.mktemp("undisturbed") / "demo")
    try:
        stage.open()
        return Round(stage).play()
    finally:
        stage.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random_moments_the_story_ends_with_the_same_table(
    stage: Stage, expected: list[Row], seed: int
) -> None:
    played = Round(stage, seed)
    found = played.play()
    assert not differences(expected, found), played.kills
    assert played.deaths["hub"]
    assert played.deaths["ERP"]
