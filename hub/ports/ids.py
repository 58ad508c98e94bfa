"""Identifiers, asked for and never made in passing."""

from typing import Protocol


class Ids(Protocol):
    """Makes identifiers."""

    def new(self) -> str:
        """A new identifier: 26 characters that sort by the time of making (ULID)."""
        ...
