"""Servers that the contract suites run against."""

from hub.testing.tryton.fixture import tryton

__all__ = ["tryton"]
