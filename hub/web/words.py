"""Words for records, fields and values, as the canonical schemas give them."""

from collections.abc import Mapping
from typing import Any

from hub.domain.errors import NotFoundError
from hub.web.formats import when
from hub.web.i18n import N_, choice, language, translate, words
from hub.web.state import hub

KINDS = {
    "user": N_("account"),
    "api_key": N_("API key"),
    "message": N_("message"),
    "login": N_("sign-in by name"),
    "address": N_("sign-in by address"),
    "reconciliation": N_("reconciliation report"),
}
"""What is audited besides records."""


def entity_word(entity: object) -> str:
    """What a kind of record is called; the name itself when it is none of ours."""
    try:
        title = words(hub().schemas.schema(str(entity)).get("x-title"), str(entity))
    except NotFoundError:
        return translate(KINDS.get(str(entity), str(entity)))
    return title if language() != "en" else title.lower()


def node(entity: str, path: str) -> Mapping[str, Any]:
    """The schema of a field at a dotted path, through lists; empty when there is none."""
    schemas = hub().schemas
    found: Mapping[str, Any] = schemas.schema(entity) if entity in schemas.entities() else {}
    for name in path.split("."):
        inner = found.get("items", found)
        found = inner.get("properties", {}).get(name, {})
    return found


def label(entity: str, path: str) -> str:
    """What a field is called."""
    return words(node(entity, path).get("x-title"), path)


def value_word(entity: str, path: str, value: object) -> str:
    """What a value of a choice is called."""
    return choice(node(entity, path), value)


OF_A_CALL = N_("Call")
"""What the hub itself calls a ticket that an answered call has opened."""


def subject(ticket: Mapping[str, Any]) -> str:
    """What a ticket is about: in the words of who wrote it, or in the reader's language where the hub did."""
    told = str(ticket.get("subject", ""))
    return translate(OF_A_CALL) if told == OF_A_CALL else told


TONES = {
    "good": "completed closed finished met paid done active confirmed invoiced answered approved one issued "
    "received settled waived none_due reviewed won",
    "busy": "new triaged assigned in_service planned accepted en_route on_site running ringing sent draft "
    "ready partial partly_paid due p2 taken",
    "warn": "paused hold waiting open unknown several missed unfinished unpaid pending p1 unanswered",
    "bad": "breached refused dead rejected failed void reversed",
}
TONE_OF = {value: tone for tone, values in TONES.items() for value in values.split()}


def tone(value: object) -> str:
    """The colour in which a state is shown: good, busy, warn, bad, or none."""
    return TONE_OF.get(str(value), "")


HIDDEN = frozenset(
    {"id", "version", "created_at", "updated_at", "history", "sla", "gates", "number", "opened_at", "is_draft"}
)


def shown_value(entity: str, path: str, value: object) -> str:
    """A value of a field as people read it: the word of a choice, a local time, else the value."""
    field = node(entity, path)
    if field.get("format") == "date-time" and isinstance(value, str):
        return when(value)
    return choice(field, value) if "enum" in field else str(value)


def role_word(name: str) -> str:
    """What a role is called."""
    roles = hub().policies.roles
    return words(roles[name].title, name) if name in roles else name
