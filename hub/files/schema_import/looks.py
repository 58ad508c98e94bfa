"""What texts look like: dates, instants, decimals, telephones, addresses of mail and web."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime

from hub.domain.documents import Doc

_DECIMAL = re.compile(r"-?\d{1,30}\.\d{1,20}")
_PHONE = re.compile(r"\+\d[\d \-()]{6,18}\d|1[3-9]\d{9}|0\d{2,3}-\d{7,8}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]{1,100}(\.[^@\s.]{1,60}){1,5}")
_URI = re.compile(r"https?://\S{1,2000}")


def _is_date(text: str) -> bool:
    return len(text) == len("2026-01-31") and _read(text, date.fromisoformat)


def _is_compact(text: str) -> bool:
    return text.isdecimal() and text[:2] in ("19", "20") and len(text) == len("20260131") and _read(
        text, date.fromisoformat
    )  # fmt: skip


def _is_instant(text: str) -> bool:
    return _has_time(text) and _read(text, lambda given: _aware(datetime.fromisoformat(given)))


def _is_local(text: str) -> bool:
    return _has_time(text) and _read(text, datetime.fromisoformat) and not _is_instant(text)


def _has_time(text: str) -> bool:
    return ":" in text and len(text) >= len("2026-01-31 08:00")


def _aware(told: datetime) -> datetime:
    if told.tzinfo is None:
        raise ValueError
    return told


def _read(text: str, by: Callable[[str], object]) -> bool:
    try:
        by(text)
    except ValueError:
        return False
    return True


LOOKS: Sequence[tuple[Callable[[str], object], Doc]] = (
    (_is_date, {"format": "date"}),
    (_is_compact, {"pattern": "^[0-9]{8}$", "x-date": "compact"}),
    (_is_instant, {"format": "date-time"}),
    (_is_local, {"format": "local-date-time"}),
    (_DECIMAL.fullmatch, {"format": "decimal"}),
    (_EMAIL.fullmatch, {"format": "email"}),
    (_URI.fullmatch, {"format": "uri"}),
    (_PHONE.fullmatch, {"x-look": "phone"}),
)
"""What all texts of a field must look like, and what its schema then says; the first that fits."""


def look_of(texts: Sequence[str]) -> Doc:
    """What the texts of a field have in common; nothing when there are none, or they differ."""
    given = [text for text in texts if text]
    found = next((says for fits, says in LOOKS if given and all(fits(text) for text in given)), {})
    if found.get("format") == "decimal":
        return {**found, "x-places": max(len(text.partition(".")[2]) for text in given)}
    return dict(found)
