"""Planted wrong mappings measure the checker itself: every one is stopped, and none of the right ones is."""

import pytest

from tests.mutants import Mutant, findings, mutants, path_of, stopped_by

EXAMPLES = 40  # documents: enough to stop them all, and quick
ALL = mutants()
LEAST, FILES = 40, 5


@pytest.mark.parametrize("mutant", ALL, ids=[mutant.name for mutant in ALL])
def test_a_wrong_mapping_is_stopped_by_what_is_meant_to_stop_it(mutant: Mutant) -> None:
    assert path_of(mutant.file).read_text("utf-8").count(mutant.replace) == 1
    assert mutant.stop in set(stopped_by(findings(mutant, examples=EXAMPLES)))


@pytest.mark.parametrize(
    "mutant", list({(each.file, each.beside): each for each in ALL}.values()), ids=lambda each: each.file
)
def test_the_mapping_that_it_was_made_of_is_right(mutant: Mutant) -> None:
    assert [str(finding) for finding in findings(mutant, planted=False, examples=EXAMPLES)] == []


def test_there_are_enough_of_them() -> None:
    assert len(ALL) >= LEAST
    assert len({mutant.file for mutant in ALL}) >= FILES
