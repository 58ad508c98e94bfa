"""Servers that the contract suites run against."""

import os
from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("hub.testing.connector_contract")

from hub.testing.rt.fixture import rt  # noqa: E402 - rewritten asserts first
from hub.testing.tryton.fixture import tryton, tryton70, tryton80  # noqa: E402 - rewritten asserts first
from hub.testing.twin.twin import Twin, serving  # noqa: E402 - rewritten asserts first

collect_ignore = (
    [] if "TICKETHUB_NODE" in os.environ else ["test_odata_mockserver.py"]
)  # a server of npm, for who has it
__all__ = ["rt", "tryton", "tryton70", "tryton80"]


@pytest.fixture
def url(twin: Twin) -> Iterator[str]:
    """Where the twin of the file's product is served, for as long as a test runs."""
    with serving(twin) as address:
        yield address
