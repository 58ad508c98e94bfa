"""Holds the mappings that a change of the other side concerns, and lets go of those that are mended."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from hub.bootstrap.mapping_drift import TROUBLE, Drift, of_mapping
from hub.files.data import data_dir
from hub.files.schema_tree import SchemaFolder
from hub.services.context import Hub

EVERY = timedelta(hours=1)
"""How often live schemas are compared: they change when somebody over there changes his software."""


def watch(hub: Hub, directory: Path) -> int:
    """Compare what every system that is not paused says now with the stored schemas; says how many mappings are held.

    What cannot be asked now stays as it was: a system that is down has not changed.
    """
    schemas = SchemaFolder(data_dir("schemas"), directory / "schemas")
    held = 0
    for system in hub.systems.values():
        if not system.paused:
            specs = [mapping.spec for mapping in system.mappings.values()]
            told = [each for spec in specs for each in of_mapping(system.name, spec, system.connector, schemas)]
            fields = _fields(told, hub.holds.of(system.name))
            hub.holds.replace(system.name, fields)
            held += len(hub.holds.of(system.name))
    return held


def _fields(told: Iterable[Drift], before: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """By entity, the fields that a mapping cannot live with."""
    found: dict[str, tuple[str, ...]] = {}
    for each in told:
        new = before.get(each.entity, ()) if each.state == TROUBLE else tuple(one.shift.path for one in each.problems)
        found[each.entity] = tuple(dict.fromkeys((*found.get(each.entity, ()), *new)))
    return found
