"""Failures as they are stored: the class by itself, to be sought by; the rest as JSON. None of it is a value."""

from dataclasses import asdict
from typing import Any

from hub.ports.failure import Failure
from hub.storage.sql import dumps, loads


def stored(failure: Failure | None) -> dict[str, Any]:
    """The columns of a failure."""
    if failure is None:
        return {"error_class": None, "failure": None}
    return {"error_class": failure.error_class, "failure": dumps(asdict(failure))}


def loaded(error_class: str | None, text: str | None) -> Failure | None:
    """A failure from its columns."""
    return Failure(**loads(text)) if error_class and text else None
