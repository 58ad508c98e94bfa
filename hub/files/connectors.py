"""Connector files: what each product offers, checked against ``schemas/connector.json`` and its driver's schema."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import orjson
from ruamel.yaml.error import YAMLError

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, InvalidError
from hub.domain.hooks import Hooks
from hub.files.connector_drivers import against, wrong_for_driver
from hub.files.connector_hooks import hooks_of, wrong_hooks
from hub.files.data import data_dir
from hub.files.plain_yaml import plain_yaml
from hub.ports.connector import Feed, ObjectSpec, Step

SCHEMAS = data_dir("schemas")
UNITS = {"ms": "milliseconds", "s": "seconds", "min": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class ConnectorFile:
    """A connector file, read: the specs for the sync engine; ``connection`` and ``remote`` for the driver alone."""

    name: str
    title: Mapping[str, str]
    module: str
    settings: Mapping[str, Doc]
    objects: Mapping[str, ObjectSpec]
    remote: Mapping[str, Doc]
    connection: Doc = field(default_factory=dict)
    hooks: Hooks | None = None
    folder: str = ""
    product: str = ""
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # of objects

    @property
    def driver(self) -> str:
        """The name of the package that speaks to it."""
        return self.module.rpartition(".")[2]


def load_connector(path: Path) -> ConnectorFile:
    """Read one file; InvalidError names every wrong field."""
    declared = _read(path)
    _check(path, declared)
    objects: Mapping[str, Doc] = declared["objects"]
    return ConnectorFile(
        name=declared["connector"],
        title=declared["title"],
        module=declared.get("module") or f"connectors.{declared['driver']}",
        settings=declared["settings"],
        objects={name: _spec(name, told) for name, told in objects.items()},
        remote={name: told["remote"] for name, told in objects.items()},
        connection=declared.get("connection", {}),
        hooks=hooks_of(declared.get("hooks")),
        folder=str(path.parent),
        product=declared.get("product", ""),
        titles={name: told["title"] for name, told in objects.items()},
    )


def _read(path: Path) -> Doc:
    try:
        read: Any = plain_yaml(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        raise InvalidError("{file}: not YAML: {error}", file=path.name, error=str(error)) from error
    if not isinstance(read, dict):
        raise InvalidError("{file}: not a connector file: it has no keys", file=path.name)
    return read


def _check(path: Path, declared: Doc) -> None:
    wrong = list(against(orjson.loads((SCHEMAS / "connector.json").read_bytes()), declared, ""))
    if not wrong and "driver" in declared:
        wrong += wrong_for_driver(declared)
    wrong += [
        FieldError(f"objects.{name}.of", "there is no object {of}", {"of": told["of"]})
        for name, told in declared.get("objects", {}).items()
        if not wrong and told.get("of", name) not in declared["objects"]
    ]
    if not wrong and "hooks" in declared:
        wrong += wrong_hooks(declared["hooks"], declared["objects"])
    wrong += [] if wrong else _wrong_cursors(declared["objects"])
    if wrong:
        raise InvalidError("{file}: {count} wrong", fields=tuple(wrong), file=path.name, count=len(wrong))


def _wrong_cursors(objects: Mapping[str, Doc]) -> list[FieldError]:
    """What lists changes must say in which time zone and how exactly it dates them; a wrong guess loses records."""
    wrong, zones = [], available_timezones()
    for name, told in objects.items():
        path, cursor = f"objects.{name}.cursor", told.get("cursor")
        if cursor is None and "of" not in told:
            wrong.append(FieldError(path, "is missing: say tz and granularity", {}))
        elif cursor is not None and cursor["tz"] not in zones:
            wrong.append(FieldError(f"{path}.tz", "there is no time zone {zone}", {"zone": cursor["tz"]}))
    return wrong


def _feed(told: Doc | None) -> Feed:
    if told is None:
        return Feed()
    return Feed(told["tz"], _duration(told["granularity"]), told.get("cap"))


def _spec(name: str, told: Doc) -> ObjectSpec:
    lookup = told.get("lookup", {})
    goals: Mapping[str, Sequence[Doc]] = told.get("goals", {})
    return ObjectSpec(
        name=name,
        idempotency=told.get("idempotency", "none"),
        lookup_by=lookup.get("by"),
        lookup_alike=tuple(lookup.get("alike", ())),
        settle=_duration(lookup.get("settle", "30 s")),
        state=told.get("state"),
        goals={goal: tuple(Step(**step) for step in steps) for goal, steps in goals.items()},
        reached=told.get("reached", {}),
        compensate=tuple(Step(**step) for step in told.get("compensate", ())),
        of=told.get("of"),
        key_expires=_duration(told["key_expires"]) if "key_expires" in told else None,
        batch=told.get("batch", {}).get("max", 1),
        sweep=told.get("sweep", True),
        feed=_feed(told.get("cursor")),
    )


def _duration(told: str) -> timedelta:
    number, unit = told.split()
    return timedelta(**{UNITS[unit]: int(number)})
