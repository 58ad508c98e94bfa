"""A tiny round of each sync benchmark: both sides agree, and the line has every column. No time is asserted."""

import pytest

from bench.report import SHORT
from bench.sync import CASES, measure


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name if name != "G15" else pytest.param(name, marks=pytest.mark.postgres) for name in CASES]
)
def test_the_line_has_every_column(name: str) -> None:
    (line,) = measure([name], pairs=1, count=20)
    assert line[0].startswith(name.removesuffix(" singly"))
    assert len(line) == len(SHORT)
