"""Whether a value looks like another one as a system writes it down: trimmed, in other letters, cut off, or rounded."""

from decimal import Decimal, InvalidOperation
from typing import Any

SHORTEST = 8  # letters: what is cut off to less than this may as well be another text


def is_rewriting(sent: Any, back: Any) -> bool:
    """Whether ``back`` may be what a system made of ``sent``; numbers are rounded or cut to the places of ``back``."""
    if not isinstance(sent, str) or not isinstance(back, str):
        return False
    one, other = _plain(sent), _plain(back)
    if one == other or (len(other) >= SHORTEST and one.startswith(other)):
        return True
    try:
        exact, told = Decimal(sent), Decimal(back)
    except InvalidOperation:
        return False
    exponent = told.as_tuple().exponent
    return isinstance(exponent, int) and abs(exact - told) < Decimal(1).scaleb(exponent)


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()
