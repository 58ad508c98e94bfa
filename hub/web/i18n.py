"""The languages of the interface: message catalogs, the choice of a language, and words for schema fields."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from flask import g, has_request_context, request

LANGUAGES = {"en": "English", "zh": "简体中文"}
LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}
COOKIE = "th_language"
TRANSLATIONS = Path(__file__).parent / "translations"


def N_(message: str) -> str:  # noqa: N802 - the customary mark of a message that is translated later
    """Mark a message for translation."""
    return message


@cache
def catalog(language: str) -> Mapping[str, str]:
    """The messages of a language; empty for English, whose messages are the keys."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        read = read_po(file, locale=language)
    return {str(message.id): str(message.string) for message in read if message.id and message.string}


def language() -> str:
    """The language of the present request."""
    return str(g.get("language", "en")) if has_request_context() else "en"


def preferred() -> str:
    """The language that a request asks for before anybody is signed in: by cookie, then by Accept-Language."""
    chosen = request.cookies.get(COOKIE, "")
    asked = (tag.replace("_", "-").partition("-")[0].lower() for tag, quality in request.accept_languages if quality)
    return chosen if chosen in LANGUAGES else next((tag for tag in asked if tag in LANGUAGES), "en")


def translate(template: str, /, **params: object) -> str:
    """A message in the language of the request, filled in."""
    return catalog(language()).get(template, template).format(**params) if params else plain(template)


def plain(message: str) -> str:
    """A message without parameters."""
    return catalog(language()).get(message, message)


def words(title: Mapping[str, str] | None, default: str = "") -> str:
    """Bilingual data in the language of the request."""
    return (title or {}).get(language()) or (title or {}).get("en") or default


def choice(node: Mapping[str, Any], value: object) -> str:
    """The word for a value of an enumeration, as its schema gives it; the value itself where it gives none."""
    return words(node.get("x-enum", {}).get(value), str(value))
