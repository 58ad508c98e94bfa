"""Telephone numbers as call centres send them: to E.164, or why not."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

LONGEST_EXTENSION = 6
SHOWN = 4  # digits of an outside number that may stand in the clear
LONGEST_LEG = 64
_NO_DIGIT = re.compile(r"\D")
_LETTER = re.compile(r"[^\W\d_]")
_OUTSIDE = re.compile(rf"\d{{{LONGEST_EXTENSION + 1},}}")
_UNFIT = re.compile(r"[^\w./@:#*+-]")


@dataclass(frozen=True)
class Number:
    """A number as it was shown: ``kind`` is number, privacy, anonymous, internal or unreadable.

    Only a ``number`` has an ``e164``: nothing else can be stored, looked up or rung back.
    """

    kind: str
    e164: str | None = None


@lru_cache(4096)  # the same lines are rung, and the same people ring, all day
def read_number(shown: str, *, region: str, privacy_prefixes: tuple[str, ...] = ()) -> Number:
    """Read a number in whatever form: blanks, slashes, brackets, full-width digits, with or without + or 00.

    ``region`` (ISO 3166) is where national numbers are at home. ``privacy_prefixes`` are E.164 prefixes of intermediate
    (AXB) numbers, which reach a customer for some hours and are nobody's own.
    """
    text = unicodedata.normalize("NFKC", shown).strip()
    digits = _NO_DIGIT.sub("", text)
    if not digits:
        return Number("anonymous")
    if len(digits) <= LONGEST_EXTENSION and not text.startswith("+"):
        return Number("internal")
    readings = [] if _LETTER.search(text) else list(_readings(text, digits, region))
    if any(_written(each).startswith(privacy_prefixes) for each in readings):
        return Number("privacy")
    is_sound = _is_possible if text.startswith("+") else phonenumbers.is_valid_number
    found = next((each for each in readings if is_sound(each)), None)
    return Number("unreadable") if found is None else Number("number", _written(found))


def read_leg(shown: str) -> str:
    """The name of the telephone that a report is about: letters, digits and separators of an extension or channel.

    Legs stand in the clear; of an outside number (a mobile that a call was passed to, or on outbound calls the
    customer's own) only the last digits are kept.
    """
    text = unicodedata.normalize("NFKC", shown).strip()
    digits = _NO_DIGIT.sub("", text)
    if len(digits) > LONGEST_EXTENSION and not _LETTER.search(text):
        return _last(digits)
    return _UNFIT.sub("", _OUTSIDE.sub(lambda run: _last(run[0]), text))[:LONGEST_LEG]


def _last(digits: str) -> str:
    return "*" + digits[-SHOWN:]


def _readings(text: str, digits: str, region: str) -> Iterator[phonenumbers.PhoneNumber]:
    """What it may mean: as written; where no plus says so, also with the country code first (4930901820)."""
    for reading in [f"+{digits}"] if text.startswith("+") else [digits, f"+{digits}"]:
        with suppress(phonenumbers.NumberParseException):
            yield phonenumbers.parse(reading, region)


def _is_possible(number: phonenumbers.PhoneNumber) -> bool:
    """Whether it has the length of a whole number: enough where the country is told, as its plan may be newer."""
    reason: int = phonenumbers.is_possible_number_with_reason(number)
    return reason == phonenumbers.ValidationResult.IS_POSSIBLE


def _written(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
