"""A tiny round of the mapping benchmark: it ends, and its table has every line and column. No time is asserted."""

from importlib.util import find_spec

import pytest

from bench import documents, handwritten
from bench.mapping import HEAD, Effort, contenders, measure, table
from bench.peers import PEERS, peers
from tests.conftest import need

TINY = Effort(documents=3, pairs=1, seconds=0.001)
CASES = {"structure": documents.structure, "values": documents.values}


@pytest.fixture
def languages() -> None:
    if not all(map(find_spec, ("jsonata", "jmespath", "jq"))):
        need("the other mapping languages", "install requirements-dev.lock (make test does)")


@pytest.mark.parametrize("case", CASES)
def test_documents_are_the_same_in_every_run(case: str) -> None:
    push = getattr(handwritten, f"push_{case}")
    one, two = (list(documents.pairs(CASES[case], push, count=5)) for _ in range(2))
    assert one == two


@pytest.mark.parametrize("case", CASES)
def test_what_the_hub_gives_is_checked_against_the_hand_written_code(case: str) -> None:
    chosen = list(documents.pairs(CASES[case], getattr(handwritten, f"push_{case}"), count=20))
    found = contenders(case, chosen)
    assert [next(found).name, next(found).name] == ["generated", "closures"]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.usefixtures("languages")
def test_the_other_languages_give_the_same_document(case: str) -> None:
    push = getattr(handwritten, f"push_{case}")
    for pair in documents.pairs(CASES[case], push, count=5):
        for name, carry in peers(case).items():
            if (name, case) != ("jmespath", "values"):  # which has no arithmetic: percentages stay shares
                assert without_nothing(carry(pair.hub)) == without_nothing(push(pair.hub, None)), name


@pytest.mark.usefixtures("languages")
def test_the_table_has_a_line_for_every_contender() -> None:
    rows = list(measure(TINY))
    assert len(rows) == len(CASES) * (2 + len(PEERS))
    assert all(len(row) == len(HEAD) for row in rows)
    assert table(rows).count("\n") == len(rows) + 1


def without_nothing(value: object) -> object:
    if isinstance(value, dict):
        return {name: without_nothing(member) for name, member in value.items() if member is not None}
    return [without_nothing(member) for member in value] if isinstance(value, list) else value
