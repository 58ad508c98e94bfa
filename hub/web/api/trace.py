"""Over the API: the eight stops of a message, and where each value of a record came from."""

from flask import Blueprint, Response

from hub.domain.documents import Doc
from hub.domain.errors import ForbiddenError
from hub.services import provenance, trace
from hub.services.visibility import need
from hub.services.walk import Passage
from hub.web.api.answers import shown
from hub.web.api.records import viewer
from hub.web.api.reviews import sees_personal
from hub.web.auth import allowed, guarded, may
from hub.web.entities import ENTITIES
from hub.web.i18n import translate
from hub.web.state import hub

READS = allowed("trace")


def register_trace(api: Blueprint) -> None:
    """The routes of the trace."""
    api.add_url_rule("/trace/<path:any_id>", "trace-get", guarded(READS)(show))
    api.add_url_rule("/provenance/<path:any_id>", "provenance-get", guarded(READS)(fields))


def show(any_id: str) -> Response:
    """The stops of a message; of a record, the messages that concerned it."""
    found = hub().store.read(lambda tx: trace.subject(hub(), tx, any_id))
    if found.correlation is not None:
        passages = trace.passages(hub(), found.correlation)
        return shown({"correlation": found.correlation, "stops": [passage(one) for one in passages]})
    told = hub().store.read(lambda tx: trace.messages(tx, found.entity, found.record_id))
    messages = [
        {"correlation": one.correlation, "at": one.at.isoformat(), "system": one.system, "stop": one.newest.stop}
        for one in told
    ]
    return shown({"entity": found.entity, "record_id": found.record_id, "messages": messages})


def passage(one: Passage) -> Doc:
    """A stop as JSON."""
    told = [(note.template, note.params) for note in one.notes] + [(fact.template, fact.params) for fact in one.facts]
    return {
        "stop": one.stop,
        "state": one.state,
        "at": one.at.isoformat() if one.at else None,
        "took_seconds": one.took.total_seconds() if one.took is not None else None,
        "told": [translate(template, **params) for template, params in told],
    }


def fields(any_id: str) -> Response:
    """Where each value of a record came from; the record by ``ENTITY/ID``, number or remote id."""
    sees = sees_personal()
    entity, record_id = record_meant(any_id)
    items = [provenance.document(one, sees_personal=sees) for one in trace.fields(hub(), entity, record_id)]
    return shown({"entity": entity, "record_id": record_id, "fields": items})


def record_meant(any_id: str) -> tuple[str, str]:
    """The record that an id means, which the caller may see."""
    only = viewer()
    entity, record_id = hub().store.read(lambda tx: trace.record_of(hub(), tx, any_id))
    may_read(entity)
    hub().store.read(lambda tx: need(tx, entity, record_id, only(tx)))
    return entity, record_id


def may_read(entity: str) -> None:
    """ForbiddenError when the caller may not read records of this kind."""
    if not may(ENTITIES[entity].reads):
        raise ForbiddenError("This needs the permission {permission}.", permission=ENTITIES[entity].reads)
