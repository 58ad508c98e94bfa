"""Bugs of the engine, planted in the hub's process only: the flagship test must catch each of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """One planted bug: what it is, and how it gets into the engine."""

    what: str
    plant: Callable[[], None]


def nothing() -> None:
    """The engine as it is."""


PLANTED: Mapping[str, Bug] = {}
