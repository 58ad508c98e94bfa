"""What the tests of the rules share: the shipped policies, and property tests that judge no wall clock."""

from pathlib import Path

import pytest
from hypothesis import settings

from hub.domain.policies import Policies
from hub.files.policies import load_policies

ROOT = Path(__file__).parents[3]

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def policies() -> Policies:
    return load_policies([ROOT / "config"], ROOT / "schemas")
