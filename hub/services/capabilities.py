"""What a connected system can, as its connector file declares it and its connector shows by the methods that it has."""

from collections.abc import Iterator

from hub.domain.documents import Doc
from hub.domain.mapping import Mapping
from hub.ports.connector import ObjectSpec
from hub.services.context import System

ABLE = {  # by the optional method of a connector
    "batches": "write_many",
    "lists_ids": "ids",
    "goes_on_by_id": "within",
    "describes": "describe",
    "tells_wholes": "wholes_of",
}
OPERATIONS = ("create", "update", "act")


def capabilities(system: System) -> Doc:
    """What the system can as a whole, and object by object."""
    able = {name: hasattr(system.connector, method) for name, method in ABLE.items()}
    able["hooks"] = system.hooks is not None
    return {"can": able, "objects": list(objects(system))}


def objects(system: System) -> Iterator[Doc]:
    """A row for each object that is mapped, and for the objects that it acts on or is made of."""
    for entity, mapping in system.mappings.items():
        for name in (mapping.object, *(part.name for part in mapping.spec.objects)):
            if name in system.objects:
                yield {"entity": entity, **of_object(system, mapping, system.objects[name])}


def of_object(system: System, mapping: Mapping, spec: ObjectSpec) -> Doc:
    """One object as a mapping uses it; ``reads`` and ``writes`` are what the mapping's rules do."""
    ways = [rule.direction for rule in mapping.spec.rules]
    writes = any(way.pushes for way in ways) or bool(spec.goals)
    made = OPERATIONS[spec.of is not None :] if writes else ()  # what acts on another record is never created
    told = {} if system.hooks is None else {one.object: one.carries_record for one in system.hooks.objects.values()}
    return {
        "object": spec.name,
        "reads": any(way.pulls for way in ways),
        "writes": writes,
        "batch": spec.batch if writes and hasattr(system.connector, ABLE["batches"]) else 1,
        "idempotency": {name: str(spec.idempotency_of(name)) for name in made},
        "key_expires": None if spec.key_expires is None else spec.key_expires.total_seconds(),
        "lookup_by": spec.lookup_by or ", ".join(spec.lookup_alike) or None,
        "goals": {goal: [step.action for step in steps] for goal, steps in spec.goals.items()},
        "takes_back": [step.action for step in spec.compensate],
        "sweeps": spec.sweep and spec.of is None,
        "hooks": None if spec.name not in told else "record" if told[spec.name] else "hint",
    }
