"""Both schemas of a mapping as trees of places, and which rule ends at which place: what the mapping page draws."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from hub.bootstrap.mapping_book import Trees
from hub.domain.mapping.ends import fields_of
from hub.domain.mapping.paths import Key, ListPath, Path, Step
from hub.domain.mapping.rules import FieldRule, Formula, ListRule, MappingSpec, Members, Operand, Rule
from hub.domain.mapping.syntax import parse_path
from hub.files.schema_tree import SchemaNode

MOST_SPARE = 400
"""Fields told of one object that no rule names: more than any person reads."""


@dataclass
class Place:
    """A field, a list or an object of one side, the member that a selector names, or a value that is worked out."""

    id: str
    name: str
    node: SchemaNode | None
    is_computed: bool = False
    keys: str = ""
    """How the members of a list are aligned: ``[id]``."""
    rules: list[int] = field(default_factory=list)
    """The numbers of the rules that end here."""
    reads: list[int] = field(default_factory=list)
    """The numbers of the rules that only read it, in an expression or as a condition."""
    is_key: bool = False
    is_written: bool = False
    is_needed: bool = False
    """The schema requires it, and nothing writes it."""
    is_selector: bool = False
    children: "list[Place]" = field(default_factory=list)
    spare: "list[Place]" = field(default_factory=list)
    """What the schema has beside, and no rule names."""

    def child(self, name: str) -> "Place | None":
        """The place of a name within this one."""
        return next((each for each in self.children if each.name == name), None)


@dataclass(frozen=True)
class Line:
    """A rule and the places at which it ends; ``depth`` counts the lists around it."""

    number: int
    rule: Rule
    path: str
    depth: int
    hub: tuple[str, ...]
    remote: tuple[str, ...]


@dataclass(frozen=True)
class Atlas:
    """The two trees and the lines between them."""

    hub: Place
    remote: Place
    lines: tuple[Line, ...]


def atlas(spec: MappingSpec, trees: Trees) -> Atlas:
    """What a mapping looks like; a side whose schema is not known has the places that rules name."""
    hub, remote = Side("h", trees.hub), Side("r", trees.remote)
    if spec.identity.remote_id is not None:
        remote.reach(remote.root, spec.identity.remote_id).is_key = True
    drawing = Drawing(hub, remote)
    drawing.draw(spec.rules, hub.root, remote.root, "", 0)
    pulls = spec.sync.creates is not Members.HUB and any(rule.direction.pulls for rule in spec.rules)
    hub.finish(hub.root, demands=pulls)
    remote.finish(remote.root, demands=any(rule.direction.pushes for rule in spec.rules))
    return Atlas(hub.root, remote.root, tuple(drawing.lines))


class Side:
    """One tree while it grows."""

    def __init__(self, mark: str, node: SchemaNode | None) -> None:
        self._ids = (f"{mark}{number}" for number in count())
        self.root = Place(next(self._ids), "", node)
        self._fields: dict[int, tuple[SchemaNode, dict[str, SchemaNode]]] = {}

    def reach(self, at: Place, path: Path) -> Place:
        """The place of a path below another one, made where it is not there yet."""
        for step in path.steps:
            at = at.child(str(step)) or self._grow(at, step)
        return at

    def _grow(self, at: Place, step: Step) -> Place:
        if isinstance(step, Key):
            made = Place(next(self._ids), step.name, None if at.node is None else self._field(at.node, step.name))
        else:
            made = Place(next(self._ids), str(step), None if at.node is None else at.node.items, is_selector=True)
            made.is_written = True
        at.children.append(made)
        return made

    def _field(self, node: SchemaNode, name: str) -> SchemaNode | None:
        if id(node) not in self._fields:  # large schemas are read once, not once for each rule
            self._fields[id(node)] = (node, node.properties)
        return self._fields[id(node)][1].get(name) or node.field(name)

    def compute(self, at: Place, text: str) -> Place:
        """A place for a value that is fixed or worked out."""
        made = Place(next(self._ids), text, None, is_computed=True)
        at.children.append(made)
        return made

    def members(self, at: Place, path: ListPath) -> Place:
        """The members of a list that a rule aligns; its keys and conditions are known to the engine."""
        place = self.reach(at, path.path)
        place.keys = str(path).removeprefix(str(path.path))
        place.node = None if place.node is None else place.node.items
        for key in path.keys:
            self.reach(place, key).is_key = True
        return place

    def finish(self, at: Place, *, demands: bool) -> None:
        """Add what no rule names; ``demands``: records or members come into being here, so what is required counts."""
        known = {each.name for each in at.children}
        fields = {} if at.node is None or not at.children or at.is_selector else at.node.properties
        required = at.node.required if at.node is not None and not at.is_selector else frozenset()
        for name, node in list(fields.items())[:MOST_SPARE]:
            if name not in known:
                at.spare.append(Place(next(self._ids), name, node))
        for place in (*at.children, *at.spare):
            place.is_needed = demands and place.name in required and is_open(place) and not self._is_given(place)
        at.children += [place for place in at.spare if place.is_needed]
        at.spare = [place for place in at.spare if not place.is_needed]
        for place in at.children:
            self.finish(place, demands=demands and self._is_given(place))

    def _is_given(self, place: Place) -> bool:
        return place.is_key or place.is_written or any(self._is_given(each) for each in place.children)


def is_open(place: Place) -> bool:
    """Whether a value must come from outside: the side itself neither computes the field nor fills it in."""
    return place.node is None or not (place.node.says("readOnly") or place.node.says("default") is not None)


@dataclass
class Drawing:
    """Walks through the rules, and lets both trees grow."""

    hub: Side
    remote: Side
    lines: list[Line] = field(default_factory=list)

    def draw(self, rules: tuple[Rule, ...], hub: Place, remote: Place, prefix: str, depth: int) -> None:
        """Add the rules of a record, or of the members of a list."""
        for rule in rules:
            number = len(self.lines) + 1
            if isinstance(rule, ListRule):
                ours, theirs = self.hub.members(hub, rule.hub), self.remote.members(remote, rule.remote)
                path = f"{prefix}{rule.hub.path}[]"
                self._end(number, rule, (ours,), (theirs,))
                self.lines.append(Line(number, rule, path, depth, (ours.id,), (theirs.id,)))
                self.draw(rule.rules, ours, theirs, f"{path}.", depth + 1)
                continue
            mine = tuple(self._ends(self.hub, hub, rule.hub, number))
            other = tuple(self._ends(self.remote, remote, rule.remote, number))
            self._end(number, rule, mine, other)
            self._conditions(rule, hub, number)
            ids = tuple(each.id for each in mine), tuple(each.id for each in other)
            self.lines.append(Line(number, rule, f"{prefix}{rule.path}", depth, *ids))

    def _ends(self, side: Side, at: Place, operand: Operand, number: int) -> Iterator[Place]:
        paths = fields_of(operand)
        yield from (side.reach(at, path) for path in paths)
        if not paths:
            yield side.compute(at, str(operand))
        if isinstance(operand, Formula):
            self._read(side, at, operand.expression.names(), number)

    def _end(self, number: int, rule: Rule, hub: tuple[Place, ...], remote: tuple[Place, ...]) -> None:
        """Note the rule; of the hub's records a value that is only read counts as given, for the hub has it."""
        for place in (*hub, *remote):
            place.rules.append(number)
            place.is_written |= place in hub or rule.direction.pushes

    def _conditions(self, rule: FieldRule, at: Place, number: int) -> None:
        names = () if rule.when is None else rule.when.names()
        self._read(self.hub, at, names, number)
        if rule.codec.companion is not None:
            self._read(self.hub, at, (rule.codec.companion,), number)

    def _read(self, side: Side, at: Place, names: tuple[str, ...], number: int) -> None:
        for name in names:
            outside = name.startswith("record.") and at is not side.root
            path = parse_path(name.removeprefix("record.") if outside else name)
            side.reach(side.root if outside else at, path).reads.append(number)
