"""sla.yaml into the SLA book."""

from collections.abc import Mapping
from typing import Any

from hub.domain.events import TICKET_EVENTS
from hub.domain.sla import AlarmRule, Policy, Selection, SlaBook, Target
from hub.domain.sla_clock import ZERO, Condition, Conditions
from hub.files.policies.reading import Source, span


def read_sla(source: Source, calendars: Mapping[str, object], roles: Mapping[str, object]) -> SlaBook:
    """Parse the policies, noting every problem."""
    doc = source.doc
    source.unknown("select", [line["policy"] for line in doc["select"]], doc["policies"])
    policies = {name: _policy(source, name, each, calendars, roles) for name, each in doc["policies"].items()}
    return SlaBook(doc["version"], policies, tuple(map(_selection, doc["select"])))


def _selection(doc: Mapping[str, Any]) -> Selection:
    return Selection(doc["policy"], {path: tuple(values) for path, values in doc.get("match", {}).items()})


def _policy(
    source: Source, name: str, doc: Mapping[str, Any], calendars: Mapping[str, object], roles: Mapping[str, object]
) -> Policy:
    path = f"policies.{name}"
    source.unknown(f"{path}.calendar", [doc["calendar"]], calendars)
    targets = (_target(source, f"{path}.targets.{key}", key, each, roles) for key, each in doc["targets"].items())
    return Policy(name, doc["calendar"], tuple(targets))


def _target(source: Source, path: str, name: str, doc: Mapping[str, Any], roles: Mapping[str, object]) -> Target:
    conditions = {
        key: _condition(source, f"{path}.{key}", doc[key])
        for key in ("start", "pause", "resume", "stop", "cancel", "reset")
        if key in doc
    }
    keys = [each["key"] for each in doc.get("alarms", ())]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        source.wrong(f"{path}.alarms", "the key '{key}' is there twice", key=key)
    for each in doc.get("alarms", ()):
        source.unknown(f"{path}.alarms.{each['key']}.tell", each["tell"], roles)
    return Target(
        name=name,
        allowed={priority: span(text) for priority, text in doc["allowed"].items()},
        conditions=Conditions(**conditions),
        alarms=tuple(map(_alarm, doc.get("alarms", ()))),
    )


def _condition(source: Source, path: str, doc: Mapping[str, Any]) -> Condition:
    source.unknown(f"{path}.events", doc.get("events", ()), TICKET_EVENTS)
    sets = {name: frozenset(doc.get(name, ())) for name in ("events", "statuses", "holds")}
    return Condition(**sets, stopped_clock=doc.get("stopped_clock", False))


def _alarm(doc: Mapping[str, Any]) -> AlarmRule:
    """``before`` and ``after`` are measured from the end of the allowed time."""
    shift = span(doc.get("after")) - span(doc.get("before")) if "share" not in doc else ZERO
    return AlarmRule(doc["key"], doc.get("share", 100), shift, tuple(doc["tell"]))
