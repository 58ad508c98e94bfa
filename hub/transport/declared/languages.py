"""Query languages: how a value becomes a literal that cannot end early, and which names may stand in a query."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from hub.domain.errors import RejectedError

NAME = re.compile(r"[A-Za-z_][\w.-]*")
PLAIN = re.compile(r"[\w.:@+-]*", re.ASCII)
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def _backslash(quote: str) -> Callable[[str], str]:
    return lambda text: quote + text.replace("\\", "\\\\").replace(quote, f"\\{quote}") + quote


def _doubled(quote: str) -> Callable[[str], str]:
    return lambda text: quote + text.replace(quote, quote * 2) + quote


def _plain(text: str) -> str:
    if not PLAIN.fullmatch(text):
        raise RejectedError("A value cannot stand in a query: it has more than letters, digits and _.:@+-")
    return text


LANGUAGES: Mapping[str, Callable[[str], str]] = {
    "soql": _backslash("'"),
    "ticketsql": _backslash("'"),
    "sql": _doubled("'"),
    "odata": _doubled("'"),
    "lucene": _backslash('"'),
    "plain": _plain,
}
BARE_TIMES = frozenset({"soql", "odata", "plain"})  # languages in which a time is no text


def literal(language: str, value: Any) -> str:
    """A value as a literal; lists with commas between. RejectedError where the language cannot say it."""
    if isinstance(value, list):
        return ", ".join(literal(language, one) for one in value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, Decimal)):
        return str(value)
    if not isinstance(value, str) or CONTROLS.search(value):
        raise RejectedError("A value cannot stand in a query: it is no text, or has control characters")
    return LANGUAGES[language](value)


def name(told: Any) -> str:
    """Names of fields as they are, with commas between; RejectedError when one is no name."""
    names = told if isinstance(told, list) else [told]
    if wrong := [one for one in names if not NAME.fullmatch(str(one))]:
        raise RejectedError("{name} is no name of a field", name=str(wrong[0])[:60])
    return ", ".join(map(str, names))
