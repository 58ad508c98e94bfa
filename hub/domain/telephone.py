"""Telephone numbers as call centres send them: to E.164, or why not."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers

_WITHHELD = frozenset({"", "anonymous", "unknown", "restricted", "private", "withheld", "unavailable", "hidden"})
_DIGITS = re.compile(r"\D")
_LETTERS = re.compile(r"[^\W\d_]")
_LONGEST_EXTENSION = 6


@dataclass(frozen=True)
class Number:
    """A telephone number: ``kind`` is number, privacy, anonymous, internal or unreadable; ``e164`` where it has one."""

    kind: str
    e164: str | None = None
    raw: str = ""


def read_number(raw: str | None, *, region: str, privacy_prefixes: Sequence[str] = ()) -> Number:
    """Read a number in whatever form: blanks, slashes, brackets, full-width digits, with or without + or 00.

    ``region`` (ISO 3166) is where national numbers are at home. ``privacy_prefixes`` are E.164 prefixes of intermediate
    (AXB) numbers, which reach a customer for some hours and are nobody's own.
    """
    text = unicodedata.normalize("NFKC", raw or "").strip()
    if text.casefold() in _WITHHELD or not _DIGITS.sub("", text):
        return Number("anonymous", raw=text)
    digits = _DIGITS.sub("", text)
    if len(digits) <= _LONGEST_EXTENSION and not text.startswith("+"):
        return Number("internal", raw=text)
    e164 = None if _LETTERS.search(text) else _e164(text, digits, region)
    if e164 is None:
        return Number("unreadable", raw=text)
    is_privacy = any(e164.startswith(prefix) for prefix in privacy_prefixes)
    return Number("privacy" if is_privacy else "number", e164, text)


def _e164(text: str, digits: str, region: str) -> str | None:
    """The first reading that is a valid number: as written, else the digits with a plus (49301234567)."""
    candidates = ["+" + digits] if text.startswith("+") else [digits, "+" + digits]
    for candidate in candidates:
        try:
            number = phonenumbers.parse(candidate, None if candidate.startswith("+") else region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None
