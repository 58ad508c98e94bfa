"""A draft as a mapping file: its rules with confidence and reason, and in comments what has no partner."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.domain.mapping.rules import Direction
from hub.files.proposing.pairing import Pair, Paired
from hub.files.proposing.places import Place, quoted
from hub.files.schema_tree import SchemaNode

SHOWN = 100
"""Fields without partner that are named, of each side."""
LONGEST = 100
"""Characters of one name in a comment."""
TELLING = ("tax_id", "serial_number", "code", "number", "email", "phone")
"""Fields of the hub by which records are known, the surest first."""
_BARE = re.compile(r"[A-Za-z_][\w.]*( (<->|->|<-) [\w.]+)?", re.ASCII)
_BARE_VALUE = re.compile(r"[A-Za-z_][\w/.-]*(\(\w*\))?", re.ASCII)
_UNUSUAL = re.compile(r"\W")
_WORDS = frozenset({"null", "true", "false"})
_ESCAPES = {'"': '\\"', "\\": "\\\\"}


@dataclass(frozen=True)
class Heading:
    """What the draft is for."""

    entity: str
    system: str
    object: str
    hub_schema: str
    remote_schema: str


@dataclass
class Draft:
    """The pairs, the direction that each has come to, and why some were left out."""

    heading: Heading
    paired: Paired
    remote: SchemaNode
    steps: dict[int, int] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)

    def refuse(self, pair: Pair, reason: str) -> None:
        """Try the pair in its next direction; after the last one leave it out, for this reason."""
        self.steps[id(pair)] = self.steps.get(id(pair), 0) + 1
        self.reasons[id(pair)] = reason

    def way(self, pair: Pair) -> Direction | None:
        """The direction that the pair has come to; None when it is left out."""
        step = self.steps.get(id(pair), 0)
        return pair.ways[step] if step < len(pair.ways) else None

    def kept(self, pairs: Sequence[Pair]) -> list[Pair]:
        """The pairs that are written as rules; a list without any rule for its members is not."""
        there = [pair for pair in pairs if self.way(pair) is not None]
        return [pair for pair in there if pair.keys is None or self.kept(pair.members)]

    @property
    def rules(self) -> int:
        """How many rules it has, with those of members."""
        return sum(1 for pair in _all(self.paired.pairs) if self.way(pair) is not None)

    def unwritten(self) -> list[Place]:
        """The required fields over there that no rule writes."""
        pairs = self.kept(self.paired.pairs)
        written = {pair.theirs.names[0] for pair in pairs if (way := self.way(pair)) is not None and way.pushes}
        return [
            place for place in [*self.paired.theirs_left, *(pair.theirs for pair in self.paired.pairs)]
            if place.required and place.names[0] not in written and not place.node.says("readOnly")
        ]  # fmt: skip

    def unnamed(self) -> list[Place]:
        """The required fields of ours that no rule names, though records come from over there."""
        kept = self.kept(self.paired.pairs)
        if not any((way := self.way(pair)) is not None and way.pulls for pair in kept):
            return []
        named = {pair.ours.names[0] for pair in kept}
        rest = [*self.paired.ours_left, *(pair.ours for pair in self.paired.pairs)]
        return [place for place in rest if place.required and place.names[0] not in named]

    def text(self) -> tuple[str, dict[int, Pair]]:
        """The file, and the pair of each line that has one."""
        lines: list[str] = []
        by_line: dict[int, Pair] = {}
        for text, pair in self._lines():
            lines.append(text)
            if pair is not None:
                by_line[len(lines)] = pair
        return "\n".join(lines) + "\n", by_line

    def _lines(self) -> Iterator[tuple[str, Pair | None]]:
        head = self.heading
        yield (
            f"# A draft of {head.entity} in {head.system}, proposed from both schemas: read every line before use.",
            None,
        )
        yield "# Behind each rule: how sure the proposal is, and what it rests on. Owners are left at review.", None
        yield f"map: {_value(f'{head.entity}/{head.system}.{head.object}')}", None
        yield "version: 1", None
        yield f"hub: {{entity: {head.entity}, schema: {_value(head.hub_schema)}}}", None
        there = f"system: {_value(head.system)}, object: {_value(head.object)}, schema: {_value(head.remote_schema)}"
        yield f"remote: {{{there}}}", None
        yield from ((text, None) for text in self._identity())
        yield from ((text, None) for text in self._tables())
        yield "fields:", None
        yield from self._rules(self.paired.pairs, "  ")
        yield "sync:", None
        yield "  default_owner: review", None
        yield "  deletes: {hub: review, remote: review}", None
        yield from ((text, None) for text in self._rest())

    def _identity(self) -> Iterator[str]:
        own = self.remote.properties.get("id")
        if own is not None and own.types and own.types <= {"string", "integer"}:
            yield "identity: {remote_id: id}"
        known = {pair.ours.path for pair in self.kept(self.paired.pairs)}
        found = [name for name in TELLING if name in known]
        if found:
            yield f"# identity: adopt_if: [[{found[0]}]] would link records at the first sync that have it in common."

    def _tables(self) -> Iterator[str]:
        wanted = [pair for pair in _all(self.paired.pairs) if pair.carriage.table and self.way(pair) is not None]
        names = _table_names(self.paired.pairs)
        if wanted:
            yield "values:"
        for pair in wanted:
            table = pair.carriage.table
            rows = (
                ", ".join(f"{_value(ours)}: {_value(theirs)}" for ours, theirs in table.rows.items()) if table else ""
            )
            yield f"  {_value(names[id(pair)])}: {{{rows}}}"

    def _rules(self, pairs: Sequence[Pair], margin: str) -> Iterator[tuple[str, Pair | None]]:
        names = _table_names(self.paired.pairs)
        for pair in self.kept(pairs):
            way = self.way(pair)
            remark = f"  # {_remark(pair, narrowed=self.steps.get(id(pair), 0) > 0 and self.reasons[id(pair)])}"
            if pair.keys is not None:
                ours, theirs = (quoted(key) for key in pair.keys)
                yield f"{margin}{_key(f'{pair.ours.path}[{ours}] {way} {pair.theirs.path}[{theirs}]')}:{remark}", pair
                yield from self._rules(pair.members, f"{margin}  ")
                continue
            options = dict(pair.carriage.options)
            if "map" in options:
                options["map"] = names[id(pair)]
            if way is Direction.PULL:
                options = {name: value for name, value in options.items() if name not in ("max", "create_only", "null")}
            told = ", ".join(f"{name}: {_value(value)}" for name, value in options.items())
            rule = _key(f"{pair.ours.path} {way} {pair.theirs.path}")
            yield f"{margin}{rule}:{f' {{{told}}}' if told else ''}{remark}", pair

    def _rest(self) -> Iterator[str]:
        unwritten = self.unwritten()
        yield from _listed("Required over there, and no rule writes it:", unwritten)
        unnamed = self.unnamed()
        yield from _listed("Required here, and no rule names it:", unnamed)
        refused = [pair for pair in _all(self.paired.pairs) if self.way(pair) is None]
        if refused:
            yield "# Alike, but refused:"
        for pair in refused:
            yield f"#   {_clean(pair.ours.path)} - {_clean(pair.theirs.path)}: {_clean(self.reasons[id(pair)])}"
        told = {place.names for place in unwritten}, {place.names for place in unnamed}
        theirs = [place for place in self.paired.theirs_left if place.names not in told[0]]
        ours = [place for place in self.paired.ours_left if place.names not in told[1]]
        yield from _listed("Over there, without partner here:", theirs)
        yield from _listed("Here, without partner over there:", ours)


def _all(pairs: Sequence[Pair]) -> Iterator[Pair]:
    for pair in pairs:
        yield pair
        yield from _all(pair.members)


def _table_names(pairs: Sequence[Pair]) -> dict[int, str]:
    """A name for each table, after its field; a number behind it where two fields are called the same."""
    names: dict[int, str] = {}
    for pair in _all(pairs):
        if pair.carriage.table is not None:
            base = _UNUSUAL.sub("_", pair.ours.name)[:40]
            taken = sum(name.partition("_of_")[0] == base for name in names.values())
            names[id(pair)] = base if not taken else f"{base}_of_{taken + 1}"
    return names


def _remark(pair: Pair, *, narrowed: str | bool) -> str:
    told = [f"{pair.confidence}% {pair.why}"]
    told += [pair.carriage.doubt] if pair.carriage.doubt else []
    told += [f"one way: {narrowed}"] if narrowed else []
    return _clean("; ".join(told), 300)


def _listed(title: str, places: Sequence[Place]) -> Iterator[str]:
    if places:
        yield f"# {title}"
    for place in places[:SHOWN]:
        titles = place.node.says("x-title")
        label = " / ".join(str(text) for text in titles.values()) if isinstance(titles, dict) else ""
        yield f"#   {_clean('.'.join(place.names))}{f' ({_clean(label)})' if label else ''}"
    if len(places) > SHOWN:
        yield f"#   and {len(places) - SHOWN} more"


def _clean(text: str, longest: int = LONGEST) -> str:
    """A text that stays in one line of a comment."""
    told = "".join(character if character.isprintable() else " " for character in text)
    return told if len(told) <= longest else f"{told[:longest]}..."


def _key(rule: str) -> str:
    return rule if _BARE.fullmatch(rule) else _quoted(rule)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return value if _BARE_VALUE.fullmatch(value) and value not in _WORDS else _quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value)


def _quoted(text: str) -> str:
    """A text in YAML's double quotes; what cannot be seen is escaped."""
    told = (_ESCAPES.get(each) or (each if each.isprintable() else f"\\U{ord(each):08X}") for each in text)
    return f'"{"".join(told)}"'
