"""A history that fails is shortened to what it takes, and plays the same every time."""

from tests.flagship.histories import history
from tests.flagship.test_seeds import flagship


def test_the_shortest_history_that_fails_is_told_with_the_command_that_plays_it() -> None:
    code, told = flagship("--plant", "read_back_is_a_change", "--seed", "0", "--shorten-planted")
    assert code == 0
    steps = [line for line in told.splitlines() if line.startswith("    (")]
    assert 1 <= len(steps) <= 6, told
    assert "again: python -m tests.flagship --seed 0 --plant read_back_is_a_change" in told


def test_a_seed_is_one_history() -> None:
    assert history(5) == history(5) != history(6)
