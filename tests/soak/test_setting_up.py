"""A demo whose set-up was killed, several times and with all that it had started, plays the story to the same table."""

from pathlib import Path

import pytest

from tests.soak.census import Row, differences
from tests.soak.rounds import Round
from tests.soak.setting_up import moments, set_up_and_kill, timed
from tests.stages import impatient_copy

USUAL = 10.0


@pytest.mark.tryton
@pytest.mark.slow
@pytest.mark.xdist_group("soak")
@pytest.mark.timeout(1800)  # two minutes on a quiet machine
def test_a_set_up_that_was_killed_goes_on_and_the_story_ends_with_the_same_table(tmp_path: Path) -> None:
    usual = timed(tmp_path / "undisturbed")
    expected = played(tmp_path / "undisturbed", tmp_path / "first")
    died = set_up_and_kill(tmp_path / "killed", 1, usual)
    assert died
    assert differences(expected, played(tmp_path / "killed", tmp_path / "second")) == [], died


def played(furnished: Path, directory: Path) -> list[Row]:
    """The table of the story on a demo that was set up."""
    stage = impatient_copy(furnished, directory)
    try:
        stage.open()
        return Round(stage).play()
    finally:
        stage.close()


def test_a_seed_kills_at_the_same_moments_again() -> None:
    assert moments(3, USUAL) == moments(3, USUAL) != moments(4, USUAL)
    assert all(0 < moment < USUAL for seed in range(20) for moment in moments(seed, USUAL))
