"""What every template has at hand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, g, request
from jinja2 import ChainableUndefined

from hub.ports.records import Record
from hub.web import flashes, formats, navigation, offers, terms, words
from hub.web.auth import may
from hub.web.i18n import LANGUAGES, N_, language, translate
from hub.web.i18n import words as bilingual
from hub.web.state import caller, hub


def record_of(record_id: str, known: Mapping[str, Record]) -> Record | None:
    """The record of an id, where the page has it."""
    return known.get(record_id)


FILTERS = {
    "when": formats.when,
    "exactly": formats.exactly,
    "day": formats.day,
    "ago": formats.ago,
    "duration": formats.seconds,
    "lasted": formats.lasted,
    "quantity": formats.quantity,
    "telephone": formats.telephone,
    "subject": words.subject,
    "words": bilingual,
    "record_of": record_of,
}
STATIC = Path(__file__).parent / "static"


def register(app: Flask) -> None:
    """Give templates their filters and globals; a field that a document does not have shows as nothing."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = ChainableUndefined
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        _=translate,
        label=words.label,
        value_word=words.value_word,
        entity_word=words.entity_word,
        word_of=terms.word_of,
        action_word=terms.action_word,
        personal=personal,
        plain=plain,
        told_of=told_of,
        suggestions=offers.suggestions,
        today=formats.today,
        shown_value=words.shown_value,
        hidden_fields=words.HIDDEN,
        money=formats.money,
        tone=words.tone,
        role_word=words.role_word,
        is_past=formats.is_past,
        may=may,
        new_key=new_key,
        languages=LANGUAGES,
        asset_version=asset_version(),
    )
    app.jinja_env.globals["ui"] = app.jinja_env.get_template("parts/macros.html").module
    app.context_processor(of_request)
    app.after_request(flashes.forget)


def of_request() -> dict[str, Any]:
    """What differs from request to request."""
    known = caller()
    return {
        "language": language(),
        "person": known.user if known else None,
        "csrf": known.session.csrf if known and known.session else "",
        "menu": navigation.of_caller(),
        "here": request.path,
        "flash": flashes.take() if "HX-Request" not in request.headers else None,
        "correlation": g.get("correlation", ""),
    }


def asset_version() -> str:
    """Changes with the files, so that browsers keep them until they change."""
    return str(max((int(path.stat().st_mtime) for path in STATIC.rglob("*") if path.is_file()), default=0))


def new_key() -> str:
    """A key under which a form has its effect once, however often it is sent."""
    return hub().ids.new()


def told_of(entity: str, path: str, value: Any) -> str:
    """A value of a field on one line: the word of a choice, a local time, else as it is."""
    return words.shown_value(entity, path, value) if isinstance(value, str) and value else plain(value)


def plain(value: Any) -> str:
    """A value of any kind on one line, as people read it."""
    if value is None or value == "":
        return formats.NOTHING
    if isinstance(value, bool):
        return translate(N_("Yes")) if value else translate(N_("No"))
    if isinstance(value, list):
        return "; ".join(map(plain, value)) or formats.NOTHING
    if isinstance(value, dict):
        return ", ".join(f"{name}: {plain(one)}" for name, one in value.items())
    return str(value)


def personal(value: Any) -> Any:
    """A personal value, for those who see such; a sign that there is one, for others."""
    known = caller()
    return value if not value or (known and known.sees_personal) else "•••"
