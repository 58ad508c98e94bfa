"""Telling people outside the console: by mail today."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Letter:
    """One message in plain text; ``key`` names it for ever, so that a reader's mail program can tell a doubled one."""

    key: str
    to: tuple[str, ...]
    subject: str
    body: str


class Notifier(Protocol):
    """Sends letters."""

    def send(self, letter: Letter) -> tuple[str, ...]:
        """Hand the letter over; gives the addresses that were refused while others were taken.

        RetryableError when it was certainly not taken and may be later, RejectedError when it never will be, AuthError
        when we are not let in, UnknownOutcomeError when it may have been taken.
        """
        ...
