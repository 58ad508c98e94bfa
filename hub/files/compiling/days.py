"""Dates in generated code: the ISO form by a short way, every other one by ``rest``, the codec itself."""

from collections.abc import Callable
from datetime import date
from typing import Any

from hub.domain.mapping.codecs.times import Date

_LENGTH = len("2026-01-31")


def day_text(_codec: Date, rest: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """``date(iso)``, both ways."""

    def text(value: Any) -> Any:
        if value.__class__ is str and len(value) == _LENGTH:
            try:
                found = date.fromisoformat(value).isoformat()
            except ValueError:
                found = ""
            if found == value:
                return found
        return rest(value)

    return text
