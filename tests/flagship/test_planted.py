"""The flagship test would notice: each bug that is planted in the engine is caught within a few seeds."""

import re

import pytest

from tests.flagship.planted import PLANTED
from tests.flagship.test_seeds import flagship

WITHIN = 200
FIRST = {  # where a bug shows late, its search begins there
    "merge_ignores_owner": 34,
    "cursor_before_the_page": 37,
    "fence_ignored": 39,
    "parent_not_waited_for": 46,
    "outbox_in_another_transaction": 52,
    "own_lost_write_is_theirs": 52,
    "written_record_is_merged": 56,
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_is_caught(name: str) -> None:
    first = FIRST.get(name, 0)
    code, told = flagship("--plant", name, "--seeds", f"{first}:{first + WITHIN}")
    assert code == 0, f"nobody noticed that {PLANTED[name].what}: {told}"
    assert not re.search("(Attribute|Type|Name|Import)Error", told), f"{name} does not fit the engine any more: {told}"
