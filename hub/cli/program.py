"""How every command ends: with its answer, or one line that says what to do; and with a code that a script reads."""

import logging
import os
from typing import Any

import click

from hub.domain.errors import (
    AuthError,
    ConflictError,
    ForbiddenError,
    HubError,
    InvalidError,
    NotFoundError,
    RejectedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.files.settings import SettingsError

DEBUG = "TICKETHUB_DEBUG"
FOUND = 1  # a check found something: doctor, audit verify, demo
MISTAKE = 70  # a mistake of ours
EXIT_CODES: dict[type[HubError], tuple[int, str]] = {
    InvalidError: (3, "the input or the settings are wrong: mend what the message names"),
    NotFoundError: (4, "there is no such record"),
    ForbiddenError: (5, "this may not be done"),
    ConflictError: (6, "the present state does not allow it, such as another process that writes"),
    StaleError: (6, "somebody was faster: look again"),
    RetryableError: (7, "the same command may work later"),
    AuthError: (8, "a system refuses our credentials"),
    RejectedError: (8, "a system refuses for good"),
    UnknownOutcomeError: (9, "it may or may not have happened: look before doing it again"),
}


class Failure(click.ClickException):
    """One line for people, one code for scripts."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc] # click reads it from the instance

    def show(self, file: Any = None) -> None:
        """Print each line under our name."""
        for line in self.message.splitlines():
            click.echo(f"tickethub: {line}", err=True, file=file)


class Program(click.Group):
    """A group of commands whose errors end as failures, never as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except HubError as error:
            raise failure(error) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except UnicodeEncodeError as error:
            raise Failure(
                "what was typed is not UTF-8 text: type it again, or set the terminal to UTF-8.", 3
            ) from error
        except Exception as error:
            if os.environ.get(DEBUG):
                raise
            logging.getLogger(__name__).debug("unexpected", exc_info=error)
            kind = type(error).__name__
            raise Failure(f"a mistake of ours ({kind}): set {DEBUG}=1 to see where, and report it.", MISTAKE) from error


def failure(error: HubError) -> Failure:
    """What a command prints and exits with."""
    text = "\n".join(map(str, error.problems)) if isinstance(error, SettingsError) else str(error)
    return Failure(text, code_of(error))


def code_of(error: HubError) -> int:
    """The exit code of an error: of its class, or the nearest above it."""
    return next((EXIT_CODES[kind][0] for kind in type(error).__mro__ if kind in EXIT_CODES), FOUND)
