"""From a mapping and its schemas to the makers of documents of both sides."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

from hub.domain.mapping.paths import Condition, Key, ListPath, Path, Select
from hub.domain.mapping.rules import FieldRule, ListRule, MappingSpec, Rule, Spread
from hub.domain.mapping.values import normal
from hub.laws.crosswalk import LINKED, Crosswalk
from hub.laws.documents import Frame, MappedField, NodeMaker
from hub.laws.fillers import Choice, Fillers
from hub.laws.hints import Hints, hints, outer_hints
from hub.laws.lists import KeyedList, Others, SelectedList
from hub.laws.schema import Schema, at, fits, nullable
from hub.laws.values import Pools, pools, values

Taken: TypeAlias = dict[str, Any]
MemberKey: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class Sides:
    """Both schemas at one place; None where one is not known."""

    hub: Schema | None
    remote: Schema | None

    def side(self, *, of_hub: bool) -> Schema | None:
        """That of one side."""
        return self.hub if of_hub else self.remote

    def members(self, rule: ListRule) -> "Sides":
        """Those of a list's members."""
        ours, theirs = at(self.hub, rule.hub.path), at(self.remote, rule.remote.path)
        return Sides(None if ours is None else ours.items, None if theirs is None else theirs.items)


@dataclass
class Builder:
    """Builds the makers of one mapping; ``barren`` collects the rules that can carry nothing."""

    spec: MappingSpec
    sides: Sides
    links: Crosswalk
    rng: Random
    barren: list[FieldRule] = field(default_factory=list)

    def makers(self) -> tuple[NodeMaker, NodeMaker]:
        """The makers of hub documents and of remote documents."""
        return self._nodes(self.spec.rules, self.sides, self.spec.entity, ({}, {}), ((), ()))

    def _nodes(
        self,
        rules: tuple[Rule, ...],
        sides: Sides,
        entity: str,
        around: tuple[Hints, Hints],
        keys: tuple[tuple[str, ...], tuple[str, ...]],
    ) -> tuple[NodeMaker, NodeMaker]:
        known = self._hints(rules, around)
        carried = {id(rule): self._pools(rule, sides, known) for rule in rules if isinstance(rule, FieldRule)}
        hub, remote = (
            self._node(rules, sides, carried, known[not of_hub], keys[not of_hub], of_hub=of_hub)
            for of_hub in (True, False)
        )
        for rule in (each for each in rules if isinstance(each, ListRule)):
            ours, theirs = self._lists(rule, sides, f"{entity}.{rule.hub.path}")
            hub.parts.append(ours)
            remote.parts.append(theirs)
        return hub, remote

    def _hints(self, rules: tuple[Rule, ...], around: tuple[Hints, Hints]) -> tuple[Hints, Hints]:
        ours, theirs = ({**outer_hints(rules, of_hub=side), **hints(rules, of_hub=side)} for side in (True, False))
        return {**around[0], **ours}, {**around[1], **theirs}

    def _pools(self, rule: FieldRule, sides: Sides, known: tuple[Hints, Hints]) -> Pools:
        remote = rule.remote.paths if isinstance(rule.remote, Spread) else (rule.remote,)
        ours = at(sides.hub, rule.hub) if isinstance(rule.hub, Path) else None
        theirs = tuple(at(sides.remote, path) if isinstance(path, Path) else None for path in remote)
        extra = tuple(
            side.get(operand.names, ()) if isinstance(operand, Path) else ()
            for side, operand in zip(known, (rule.hub, rule.remote), strict=True)
        )
        needed = _needed(rule, sides, of_hub=True), _needed(rule, sides, of_hub=False)
        made = pools(rule, ours, theirs, self.links, self.rng, (extra[0], extra[1]), needed)
        if isinstance(rule.hub, Path) and isinstance(rule.remote, Path | Spread) and not (made.hub and made.remote):
            self.barren.append(rule)
        return made

    def _lists(self, rule: ListRule, sides: Sides, entity: str) -> tuple[KeyedList, KeyedList]:
        inner = sides.members(rule)
        names = tuple(
            tuple([path.names[0] for path in side.keys] + [each.name for each in side.where])
            for side in (rule.hub, rule.remote)
        )
        hub, remote = self._nodes(rule.rules, inner, entity, ({}, {}), (names[0], names[1]))
        ours, theirs = self._keys(rule, inner, entity)
        absent = not rule.remote_ids and _may_lack(rule.remote, inner.remote)
        return (
            KeyedList(rule.hub, ours, hub.make, keyless=False, others=_others(rule.hub.where, inner.hub)),
            KeyedList(rule.remote, theirs, remote.make, keyless=absent, others=_others(rule.remote.where, inner.remote)),
        )

    def _keys(self, rule: ListRule, inner: Sides, entity: str) -> tuple[tuple[MemberKey, ...], tuple[MemberKey, ...]]:
        if not rule.remote_ids:
            width = len(rule.hub.keys)
            pairs = [tuple(_key_parts(rule, inner, number, width)) for number in range(1, LINKED)]
            return tuple(pairs), tuple(pairs)
        theirs = at(inner.remote, rule.remote.keys[0])
        whole = theirs is not None and "string" not in theirs.types and "integer" in theirs.types
        ids = [self.links.remote_id(entity, number) for number in (*range(1, LINKED), LINKED + 1, LINKED + 2)]
        unknown = [(f"{self.spec.system}:{each}",) for each in ids[-2:]]
        known = [(self.links.hub_id(entity, number),) for number in range(1, LINKED)]
        return (*known, *unknown), tuple((int(each) if whole else each,) for each in ids)

    # --- one side

    def _node(
        self,
        rules: tuple[Rule, ...],
        sides: Sides,
        carried: dict[int, Pools],
        known: Hints,
        keys: tuple[str, ...],
        *,
        of_hub: bool,
    ) -> NodeMaker:
        schema = sides.side(of_hub=of_hub)
        named: dict[tuple[Path, ...], MappedField] = {}
        for rule in (each for each in rules if isinstance(each, FieldRule)):
            paths = _paths(rule, of_hub=of_hub)
            if paths:
                pool = carried[id(rule)].hub if of_hub else carried[id(rule)].remote
                self._add(named, paths, pool, schema, needed=_needed(rule, sides, of_hub=of_hub))
        for name, tried in known.items():
            self._read_only(named, name, tried, schema)
        taken = _tree([*(path for rule in rules for path in _plain_names(rule, of_hub=of_hub)), *((key,) for key in keys)])
        for paths in named:
            _tree([_before(paths[0])], taken)
        maker = NodeMaker(self._frame(schema, taken))
        maker.parts += [*self._selected(named, schema), *(each for paths, each in named.items() if not _held(paths[0]))]
        return maker

    def _add(
        self,
        named: dict[tuple[Path, ...], MappedField],
        paths: tuple[Path, ...],
        pool: tuple[Any, ...],
        schema: Schema | None,
        *,
        needed: bool,
    ) -> None:
        """Several rules may read one place: then their values must be common to all."""
        before = named.get(paths)
        if before is None:
            null = all(nullable(at(schema, path)) for path in paths)
            named[paths] = MappedField(paths, Choice(pool, self.rng), needed, null)
        else:
            before.choice.values = _common(before.choice.values, pool)
            before.needed = before.needed or needed

    def _read_only(
        self,
        named: dict[tuple[Path, ...], MappedField],
        name: tuple[str, ...],
        tried: tuple[Any, ...],
        schema: Schema | None,
    ) -> None:
        """A place that only expressions read."""
        path = Path(tuple(map(Key, name)))
        place = at(schema, path)
        if place is None or any(path.names[: len(each.names)] == each.names for paths in named for each in paths):
            return
        if place.properties or "array" in place.types:
            return
        usual = values(place, frozenset({"string"}), self.rng)
        self._add(named, (path,), tuple(v for v in (*usual, *tried) if fits(place, v)), schema, needed=False)

    def _selected(self, named: dict[tuple[Path, ...], MappedField], schema: Schema | None) -> Iterator[SelectedList]:
        by_list: dict[Path, dict[Select, list[MappedField]]] = {}
        for paths, each in named.items():
            if (held := _held(paths[0])) is not None:
                inside = Path(paths[0].steps[len(held.steps) + 1 :])
                select = paths[0].steps[len(held.steps)]
                moved = MappedField((inside,), each.choice, each.needed, each.null)
                if isinstance(select, Select):
                    by_list.setdefault(held, {}).setdefault(select, []).append(moved)
        for held, fields in by_list.items():
            listed = at(schema, held)
            inner = None if listed is None else listed.items
            asked = tuple(condition for select in fields for condition in select.where)
            conditions = [(each.name,) for each in asked]
            mapped = [each.paths[0].names for moved in fields.values() for each in moved]
            extra = self._frame(inner, _tree([*conditions, *mapped]))
            foreign = self._frame(inner, _tree(conditions))
            yield SelectedList(held, fields, extra.make, foreign.make, _others(asked, inner))

    def _frame(self, schema: Schema | None, taken: Taken) -> Frame:
        fillers = Fillers(self.rng)
        known = {} if schema is None else schema.properties
        made = {name: fillers.maker(each) for name, each in known.items() if name not in taken}
        usual = {name: make for name, make in made.items() if make is not None}
        surplus = {name: make for name, make in fillers.surplus(schema).items() if name not in taken}
        required = frozenset[str]() if schema is None else schema.required
        inner = {name: self._frame(at(schema, Path((Key(name),))), below) for name, below in taken.items() if below}
        return Frame(self.rng, usual | surplus, required, inner)


def _needed(rule: FieldRule, sides: Sides, *, of_hub: bool) -> bool:
    """Whether a value must be there: this schema requires it, or the other one does and the rule writes it."""
    own = _required(rule.hub if of_hub else rule.remote, sides.side(of_hub=of_hub))
    writes_other = rule.direction.pushes if of_hub else rule.direction.pulls
    return own or (writes_other and _required(rule.remote if of_hub else rule.hub, sides.side(of_hub=not of_hub)))


def _required(operand: Any, schema: Schema | None) -> bool:
    if isinstance(operand, Spread):
        return any(_required(path, schema) for path in operand.paths)
    if not isinstance(operand, Path):
        return False
    holder = at(schema, Path(operand.steps[:-1]))
    return holder is not None and operand.names[-1] in holder.required


def _paths(rule: FieldRule, *, of_hub: bool) -> tuple[Path, ...]:
    operand = rule.hub if of_hub else rule.remote
    if isinstance(operand, Spread):
        return operand.paths
    return (operand,) if isinstance(operand, Path) else ()


def _plain_names(rule: Rule, *, of_hub: bool) -> Iterator[tuple[str, ...]]:
    if isinstance(rule, ListRule):
        yield (rule.hub if of_hub else rule.remote).path.names
    else:
        yield from map(_before, _paths(rule, of_hub=of_hub))


def _held(path: Path) -> Path | None:
    """The list that a path selects a member of."""
    found = next((index for index, step in enumerate(path.steps) if isinstance(step, Select)), None)
    return None if found is None else Path(path.steps[:found])


def _before(path: Path) -> tuple[str, ...]:
    return (_held(path) or path).names


def _tree(names: list[tuple[str, ...]], tree: Taken | None = None) -> Taken:
    found: Taken = {} if tree is None else tree
    for path in names:
        here = found
        for name in path:
            here = here.setdefault(name, {})
    return found


def _common(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    known = set(map(normal, other))
    return tuple(value for value in one if normal(value) in known) or one or other


def _others(where: tuple[Condition, ...], inner: Schema | None) -> Others:
    """For each field that a condition asks for: values that the schema allows, among them such that fail it."""
    found = {}
    for each in where:
        place = None if inner is None else inner.field(each.name)
        choices = ("other", "fax") if place is None or place.choices is None else place.choices
        found[each.name] = tuple(choice for choice in choices if choice not in each.values and fits(place, choice))
    return {name: tried for name, tried in found.items() if tried}


def _may_lack(side: ListPath, inner: Schema | None) -> bool:
    return inner is None or not {path.names[0] for path in side.keys} & inner.required


def _key_parts(rule: ListRule, inner: Sides, number: int, width: int) -> Iterator[Any]:
    for index in range(width):
        places = [at(inner.hub, rule.hub.keys[index]), at(inner.remote, rule.remote.keys[index])]
        whole = any(place is not None and place.types and "string" not in place.types for place in places)
        text = f"L{number}" if index == 0 else f"{'AB'[number % 2]}{index}"
        yield number if whole else text


