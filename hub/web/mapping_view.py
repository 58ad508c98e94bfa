"""What the mapping pages show: facts of a mapping, how each rule stands to the laws, a record's values side by side."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from hub.bootstrap.mapping_book import Proof
from hub.bootstrap.mapping_check import Finding
from hub.domain.mapping import Mapping
from hub.domain.mapping.masking import MASK
from hub.domain.mapping.readings import Reading
from hub.domain.mapping.rules import Example, FieldRule, ListRule, MappingSpec, Waiver
from hub.web.i18n import translate, words
from hub.web.mapping_trees import Atlas, Line, Place
from hub.web.mapping_words import KINDS, LAWS

MOST_SHOWN = 300
"""Characters of a value that are shown."""


@dataclass(frozen=True)
class Summary:
    """One mapping in the list."""

    system: str
    mapping: Mapping
    rules: int
    owners: Sequence[tuple[str, int]]
    problem: "LastProblem | None"


@dataclass(frozen=True)
class LastProblem:
    """The newest thing that went wrong with records of a mapping, and where it can be read about."""

    text: str
    url: str


def count_rules(spec: MappingSpec) -> tuple[int, list[tuple[str, int]]]:
    """How many rules there are, and how many each owner has, the most frequent first."""
    rules = list(_flat(spec.rules))
    owners = Counter(str(rule.owner) for rule in rules if isinstance(rule, FieldRule))
    return len(rules), owners.most_common()


def _flat(rules: Sequence[FieldRule | ListRule]) -> Iterator[FieldRule | ListRule]:
    for rule in rules:
        yield rule
        if isinstance(rule, ListRule):
            yield from _flat(rule.rules)


# --- places


def places(root: Place) -> Iterator[Place]:
    """A place and all below it."""
    yield root
    for child in (*root.children, *root.spare):
        yield from places(child)


def title_of(place: Place) -> str:
    """What a field is called, as its schema says; nothing where it says nothing."""
    if place.node is None:
        return ""
    plain = place.node.says("title")
    return words(place.node.says("x-title"), plain if isinstance(plain, str) else "")


def kind_of(place: Place) -> str:
    """What values a field has: the word of its type, and its form where the schema states one."""
    if place.node is None or place.is_selector:
        return ""
    types = [translate(KINDS[name]) for name in sorted(place.node.types) if name in KINDS]
    form = place.node.says("format")
    return " · ".join([*types, *([form] if isinstance(form, str) else [])])


# --- laws


@dataclass(frozen=True)
class Standing:
    """How one rule stands to one law: kept, broken, waived, or idle where the law says nothing of it."""

    law: str
    state: str


def standings(line: Line, proof: Proof) -> list[Standing]:
    """How a rule stands to each law."""
    return [Standing(law, _state(law, line, proof)) for law in LAWS]


def _state(law: str, line: Line, proof: Proof) -> str:
    if any(each.check == law and concerns(each, line) for each in proof.checked.findings):
        return "broken"
    if any((each.law, each.path) == (law, line.path) for each in proof.checked.waived):
        return "waived"
    return "kept" if _says(law, line) else "idle"


def _says(law: str, line: Line) -> bool:
    """Whether a law says anything of a rule: only a rule of both directions makes a round trip."""
    way = line.rule.direction
    if law in ("L1", "L2"):
        return way.pushes and way.pulls
    return law != "L4" or isinstance(line.rule, ListRule)


def concerns(finding: Finding, line: Line) -> bool:
    """Whether something was found of a rule."""
    return finding.line == line.rule.line and finding.path == str(line.rule)


def of_whole(law: str, proof: Proof) -> str:
    """How the mapping as a whole stands to a law."""
    if any(each.check == law for each in proof.checked.findings):
        return "broken"
    return "waived" if any(each.law == law for each in proof.checked.waived) else "kept"


def fails(example: Example, proof: Proof) -> list[Finding]:
    """What an example does other than it says."""
    return [each for each in proof.failed if (each.line, each.path) == (example.line, f"test '{example.name}'")]


def shown_waivers(spec: MappingSpec) -> tuple[Waiver, ...]:
    """The waivers, in the order of the file."""
    return tuple(sorted(spec.waivers, key=lambda each: each.line))


# --- a record's values


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


def values_of(readings: Sequence[Reading], drawn: Atlas, *, sees_personal: bool) -> list[Value]:
    """Every value of one direction; those that change first, sensitive ones masked."""
    by_rule = {id(line.rule): line for line in drawn.lines}
    personal = set() if sees_personal else personal_rules(drawn)
    found = [_value(each, by_rule.get(id(each.value.rule)), personal) for each in readings]
    return sorted(found, key=lambda each: each.same)


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
    return Value(line, value.path, value.remote_path, show(value.old), show(value.new), reading.same, masked)


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
