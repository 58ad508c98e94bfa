"""Telling people outside the console: by mail today."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Letter:
    """One message to one address, in plain text; ``key`` names it, so that a doubled one can be told."""

    key: str
    to: str
    subject: str
    body: str


class Notifier(Protocol):
    """Sends letters."""

    def send(self, letter: Letter) -> None:
        """Hand the letter over.

        RetryableError when it certainly was not taken and may be later, RejectedError when it never will be,
        UnknownOutcomeError when it may have been taken.
        """
        ...
