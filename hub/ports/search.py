"""Full-text search over tokens that the domain made."""

from collections.abc import Sequence
from typing import Protocol


class Search(Protocol):
    """Tokens by record; ``Records.page`` finds by them, the same set on every database."""

    def index(self, entity: str, record_id: str, tokens: Sequence[str]) -> None:
        """Replace the record's tokens."""
        ...
