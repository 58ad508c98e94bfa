"""Workflow files into workflows; a file may extend another and replace what it names."""

from collections.abc import Mapping, Sequence
from typing import Any

from hub.domain.documents import Doc
from hub.domain.events import TICKET_EVENTS
from hub.domain.gates import FollowUpRule
from hub.domain.ticket_effects import EFFECTS
from hub.domain.ticket_guards import GUARDS
from hub.domain.workflow import SERVICE_EFFECTS, Hold, Transition, Workflow
from hub.files.policies.reading import Source, span

_TABLES = ("holds", "commands", "facts", "roll_up")
_NEEDED = (*_TABLES, "settlement", "gates", "follow_up")
HUB = "hub"


def read_workflows(sources: Sequence[Source], roles: Mapping[str, object]) -> dict[str, Workflow]:
    """Parse all workflow files, noting every problem."""
    docs = {source.doc["workflow"]: source.doc for source in sources}
    found: dict[str, Workflow] = {}
    for source in sources:
        doc = _extended(source, docs)
        if doc is not None:
            found[doc["workflow"]] = _workflow(source, doc, {*roles, HUB})
    return found


def _extended(source: Source, docs: Mapping[str, Doc]) -> Doc | None:
    """The file with what it takes over; None when that is not there or something is missing."""
    base: Doc = {}
    if "extends" in source.doc:
        source.unknown("extends", [source.doc["extends"]], docs)
        base = docs.get(source.doc["extends"], {})
        if "extends" in base:
            source.wrong("extends", "'{name}' extends another one itself: extend that one", name=base["workflow"])
    tables = {
        name: {**base.get(name, {}), **source.doc.get(name, {})} for name in _TABLES if name in {**base, **source.doc}
    }
    doc = {**base, **source.doc, **tables}
    missing = [name for name in _NEEDED if name not in doc]
    for name in missing:
        source.wrong(name, "is missing")
    return None if missing else doc


def _workflow(source: Source, doc: Doc, roles: set[str]) -> Workflow:
    facts = {name: _transition(source, "facts", name, each, roles) for name, each in doc["facts"].items()}
    source.unknown("roll_up", [fact for fact in doc["roll_up"].values() if fact], facts)
    for name, each in doc["commands"].items():
        if not each.get("who"):
            source.wrong(f"commands.{name}.who", "is missing: nobody could give this command")
    return Workflow(
        name=doc["workflow"],
        version=doc["version"],
        title=doc["title"],
        commands={name: _transition(source, "commands", name, each, roles) for name, each in doc["commands"].items()},
        facts=facts,
        roll_up=doc["roll_up"],
        holds={reason: Hold(reason, each["title"], each["stops_clock"]) for reason, each in doc["holds"].items()},
        gates=tuple(doc["gates"]),
        settlement=doc["settlement"],
        follow_up=_follow_up(doc["follow_up"]),
    )


def _transition(source: Source, table: str, name: str, doc: Mapping[str, Any], roles: set[str]) -> Transition:
    path = f"{table}.{name}"
    source.unknown(f"{path}.who", doc.get("who", ()), roles)
    source.unknown(f"{path}.guards", doc.get("guards", ()), GUARDS)
    source.unknown(f"{path}.effects", doc.get("effects", ()), {*EFFECTS, *SERVICE_EFFECTS})
    source.unknown(f"{path}.event", [doc["event"]], TICKET_EVENTS)
    return Transition(
        name=name,
        title=doc["title"],
        event=doc["event"],
        sources=frozenset(doc["from"]),
        target=doc.get("to"),
        who=frozenset(doc.get("who", ())),
        sets=tuple(doc.get("sets", ())),
        takes=tuple(doc.get("takes", ())),
        require=tuple(doc.get("require", ())),
        guards=tuple(doc.get("guards", ())),
        when=source.expression(doc, path),
        effects=tuple(doc.get("effects", ())),
    )


def _follow_up(doc: Mapping[str, Any]) -> FollowUpRule:
    return FollowUpRule(span(doc["after"]), span(doc["before"]), doc["attempts"])
