"""The flagship test would notice: each bug that is planted in the engine is caught within a few seeds."""

import re

import pytest

from tests.flagship.planted import PLANTED
from tests.flagship.test_seeds import flagship

WITHIN = 200


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_is_caught(name: str) -> None:
    code, told = flagship("--plant", name, "--seeds", f"0:{WITHIN}")
    assert code == 0, f"nobody noticed that {PLANTED[name].what}: {told}"
    assert not re.search("(Attribute|Type|Name|Import)Error", told), f"{name} does not fit the engine any more: {told}"
