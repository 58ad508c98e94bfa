"""Servers that the contract suites run against."""

import pytest

pytest.register_assert_rewrite("hub.testing.connector_contract")

from hub.testing.tryton.fixture import tryton, tryton70, tryton80  # noqa: E402 - rewritten asserts first

__all__ = ["tryton", "tryton70", "tryton80"]
