"""Answers kept under Idempotency-Keys, committed with the effect that they answer for."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Answer:
    """The first answer to a request; ``digest`` tells whether the same key came with another request."""

    digest: str
    status: int
    body: bytes


class Idempotency(Protocol):
    """First answers, by scope (principal and route) and key."""

    def get(self, scope: str, key: str) -> Answer | None:
        """The first answer, or None."""
        ...

    def keep(self, scope: str, key: str, answer: Answer) -> None:
        """Keep the first answer."""
        ...
