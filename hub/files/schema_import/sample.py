"""What records look like, worked out from some of them: a guess, with how often each field was seen."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import orjson

from hub.domain.documents import Doc
from hub.files.schema_import.looks import look_of
from hub.files.schema_import.source import DEEPEST, Count, Source

FEW = 12
"""Distinct values up to which a repeated text is taken for one of a list."""
REPEATED = 3
"""How often each of those values is seen at least, on average."""
EPOCHS = {"s": (946_684_800, 4_102_444_800), "ms": (946_684_800_000, 4_102_444_800_000)}
"""The years 2000 to 2099, as seconds and as milliseconds since 1970."""
SHORT = 40
"""Characters of the longest value of a list."""
KINDS = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
)


def read_sample(source: Source) -> dict[str, Doc]:
    """The object whose records are given: one, a list, or one a line."""
    records = _records(source)
    if not any(records):
        raise source.refusal("it holds no record")
    made = _object(records, (), Count(source))
    return {source.wanted or source.name: {**made, "x-samples": len(records)}}


def _records(source: Source) -> list[Doc]:
    try:
        data = orjson.loads(source.text)
    except orjson.JSONDecodeError as error:
        try:
            data = [orjson.loads(line) for line in source.text.splitlines() if line.strip()]
        except orjson.JSONDecodeError:
            raise source.refusal(str(error)) from error
    records = data if isinstance(data, list) else [data]
    if not all(isinstance(each, dict) for each in records):
        raise source.refusal("its records are no objects")
    return records


def _object(records: Sequence[Doc], around: tuple[str, ...], count: Count) -> Doc:
    if len(around) > DEEPEST:
        return {"type": "object"}
    seen: defaultdict[str, list[Any]] = defaultdict(list)
    for each in records:
        for name, value in each.items():
            seen[name].append(value)
    properties: Doc = {}
    for name, values in seen.items():
        count.one(len(around))
        properties[name] = {**_value(values, (*around, name), count), "x-seen": f"{len(values)}/{len(records)}"}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _value(values: Sequence[Any], around: tuple[str, ...], count: Count) -> Doc:
    told = [value for value in values if value is not None]
    types = sorted({next(word for kind, word in KINDS if isinstance(value, kind)) for value in told})
    if types == ["integer", "number"]:
        types = ["number"]
    made: Doc = {} if not types else _of_type(types[0], told, around, count) if len(types) == 1 else {"type": types}
    if len(told) < len(values) and "type" in made:
        made["type"] = [*([made["type"]] if isinstance(made["type"], str) else made["type"]), "null"]
        made.update({"enum": [*made["enum"], None]} if "enum" in made else {})
    return made


def _of_type(kind: str, values: Sequence[Any], around: tuple[str, ...], count: Count) -> Doc:
    if kind == "object":
        return _object(values, around, count)
    if kind == "array":
        members = [member for value in values for member in value]
        return {"type": "array", "items": _value(members, (*around, "[]"), count)}
    if kind == "string":
        return _text(values)
    return {"type": kind, **(_epoch(values) if kind == "integer" else {})}


def _epoch(values: Sequence[int]) -> Doc:
    """Numbers that are all instants of this century, counted in seconds or milliseconds."""
    found = next((unit for unit, (least, most) in EPOCHS.items() if all(least <= each < most for each in values)), None)
    return {"x-look": f"epoch({found})"} if found and values else {}


def _text(values: Sequence[str]) -> Doc:
    """A text: its form by look, the values it repeats, the longest length that was seen."""
    look = look_of(values)
    distinct = sorted(set(values))
    is_list = len(distinct) <= FEW and len(values) >= REPEATED * len(distinct) and max(map(len, distinct)) <= SHORT
    choices = {"enum": distinct} if is_list and not look and all(distinct) else {}
    return {"type": "string", **look, **choices, "x-longest": max(map(len, values)), "examples": distinct[:3]}
