"""A tiny round of the benchmark of drivers: it ends, and its lines have every column. No time is asserted."""

import pytest

from bench.drivers import DRIVERS, HEAD, rows


@pytest.mark.parametrize("name", DRIVERS)
def test_each_driver_has_a_read_and_a_write(name: str) -> None:
    found = rows(name, 1, 0.001)
    assert {len(line) for line in found} == {len(HEAD)}
    assert {line[1] for line in found} >= {"paged read", "single write"}
