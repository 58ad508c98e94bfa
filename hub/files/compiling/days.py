"""Dates in generated code: the ISO form by a short way, every other one by ``rest``, the codec itself."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from hub.domain.mapping.codecs.times import Date

_LENGTH = len("2026-01-31")


def day_text(_codec: Date, rest: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """``date(iso)``, both ways."""

    def text(value: Any) -> Any:
        return value if value.__class__ is str and _is_day(value) else rest(value)

    return text


@lru_cache(maxsize=4096)  # some years of days
def _is_day(text: str) -> bool:
    try:
        return len(text) == _LENGTH and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
