"""The values of a record that was run through a mapping, side by side, as the mapping page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from hub.domain.mapping.masking import MASK
from hub.domain.mapping.readings import Reading
from hub.domain.mapping.rules import ListRule
from hub.domain.sync import Merge
from hub.web.i18n import N_, translate
from hub.web.mapping_trees import Atlas, Line
from hub.web.mapping_view import places

MOST_SHOWN = 300
"""Characters of a value that are shown."""


@dataclass(frozen=True)
class Value:
    """One value before and after, ready to be shown."""

    line: Line | None
    path: str
    remote_path: str
    old: str
    new: str
    same: bool
    is_masked: bool
    verdict: str
    """What the next sync would do with it; nothing where that is not known, or the value stays."""


def values_of(
    readings: Sequence[Reading], drawn: Atlas, merged: Merge | None, to: str, *, sees_personal: bool
) -> list[Value]:
    """Every value of one direction; those that change first, sensitive ones masked; ``to`` is hub or remote."""
    by_rule = {id(line.rule): line for line in drawn.lines}
    personal = set() if sees_personal else personal_rules(drawn)
    found = [
        replace(
            _value(each, by_rule.get(id(each.value.rule)), personal),
            verdict="" if each.same or merged is None else verdict(merged, each.value.path, to),
        )
        for each in readings
    ]
    return sorted(found, key=lambda each: each.same)


def verdict(merged: Merge, path: str, to: str) -> str:
    """What the merge of both sides does with a value that one direction by itself would change."""
    if any(path == each.path for each in merged.conflicts):
        return translate(N_("sync asks a person"))
    around = (path, path.rpartition(".")[0])  # a member that comes brings its values along
    if any(each.to == to and each.path in around for each in merged.changes):
        return translate(N_("sync writes it"))
    return translate(N_("sync leaves it alone"))


def personal_rules(drawn: Atlas) -> set[int]:
    """The numbers of the rules that carry what the hub's schema calls personal."""
    return {
        number
        for place in places(drawn.hub)
        if place.node is not None and place.node.says("x-sensitive")
        for number in (*place.rules, *place.reads)
    }


def _value(reading: Reading, line: Line | None, personal: set[int]) -> Value:
    value = reading.value
    is_member = isinstance(value.rule, ListRule)
    masked = not is_member and (value.sensitive or (line is not None and line.number in personal))
    show = _member if is_member else _masked if masked else told
    return Value(line, value.path, value.remote_path, show(value.old), show(value.new), reading.same, masked, "")


def _masked(value: Any) -> str:
    return "–" if value is None else MASK


def _member(value: Any) -> str:
    return translate("no member") if value is None else translate("a member")


def told(value: Any) -> str:
    """A JSON value as people read it: text as it is, a dash for none, else JSON."""
    if value is None:
        return "–"
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
