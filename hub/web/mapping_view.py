"""What the mapping pages show: facts of a mapping, titles and types of fields, how each rule stands to the laws."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.bootstrap.mapping_book import Proof
from hub.bootstrap.mapping_check import Finding
from hub.domain.mapping import Mapping
from hub.domain.mapping.rules import Example, FieldRule, ListRule, MappingSpec, Waiver, rules_by_path
from hub.web.i18n import translate, words
from hub.web.mapping_trees import Line, Place
from hub.web.mapping_words import KINDS, LAWS


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
    rules = [rule for _, rule in rules_by_path(spec.rules)]
    owners = Counter(str(rule.owner) for rule in rules if isinstance(rule, FieldRule))
    return len(rules), owners.most_common()


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
