"""T53 with the real process: ``tickethub up`` dies by SIGKILL in a history, and nothing is lost or doubled."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.flagship.full import Told, furnish, tell
from tests.flagship.playing import kind_of

SEEDS, AT_ONCE = 10, 5  # each waits most of its time

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def furnished_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnish(tmp_path_factory.mktemp("furnished") / "hub")


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_the_real_process_loses_nothing_and_doubles_nothing(furnished_hub: Path, tmp_path: Path, first: int) -> None:
    def play(seed: int) -> Told:
        return tell(furnished_hub, tmp_path / f"seed-{seed}", seed)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(play, range(first, first + AT_ONCE)))
    assert [(each.seed, each.found) for each in told if each.found] == []
    assert all(each.deaths and each.writes for each in told), told


def test_it_would_notice_a_planted_bug(furnished_hub: Path, tmp_path: Path) -> None:
    """Such a hub never gets quiet; what counts is what it did to the records."""
    told = tell(furnished_hub, tmp_path / "hub", 0, "shadow_not_updated", patience=45)
    assert [each for each in told.found if kind_of(each) != "termination"]
