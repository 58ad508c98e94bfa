"""What reads ids and times out of records and answers."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import RejectedError
from hub.transport.declared.instants import Instants
from hub.transport.declared.paths import reader
from hub.transport.declared.shapes import IdReader
from hub.transport.places import Reply, as_text, found_at


def told_path(told: str | Doc) -> str:
    """The path of a place that may have a pattern."""
    return told if isinstance(told, str) else str(told["at"])


def id_reader(told: str | Doc) -> IdReader:
    """What reads an id out of a record."""
    return _matched(told, reader(told_path(told)))


def answer_reader(told: str | Doc) -> Callable[[Reply], str | None]:
    """What reads an id out of an answer."""
    return _matched(told, partial(found_at, told_path(told)))


def _matched(told: str | Doc, read: Callable[[Any], Any]) -> Callable[[Any], str | None]:
    pattern = re.compile(told["matches"]) if isinstance(told, dict) and "matches" in told else None

    def find(subject: Any) -> str | None:
        value = read(subject)
        if pattern is None and type(value) is str:
            return value
        if value is None or isinstance(value, (dict, list)):
            return None
        if pattern is None:
            return as_text(value)
        found = pattern.search(as_text(value))
        return found[1] if found else None

    return find


def changed_reader(told: Doc, instants: Instants) -> Callable[[Any], datetime | None]:
    """What reads the time of a change out of a record; RejectedError when it is in another form."""
    places = [reader(told[word]) for word in ("at", "or") if word in told]

    def read(record: Any) -> datetime | None:
        for place in places:
            told = place(record)
            if told is not None and told != "":
                break
        else:
            return None
        try:
            return instants.read(told)
        except (ArithmeticError, TypeError, ValueError) as error:
            raise RejectedError("The time of a change is not in the form that the connector file says") from error

    return read
