"""From a mapping and its schemas to the makers of documents of both sides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hub.domain.mapping.paths import Key, Path, Select
from hub.domain.mapping.rules import FieldRule, ListRule, MappingSpec, Rule, Spread
from hub.domain.mapping.values import normal
from hub.laws.crosswalk import Crosswalk
from hub.laws.documents import Frame, MappedField, NodeMaker
from hub.laws.fillers import Choice, Fillers
from hub.laws.hints import Hints, hints, outer_hints
from hub.laws.keys import Keys, may_lack, names_in, others
from hub.laws.lists import KeyedList, SelectedList
from hub.laws.schema import Schema, at, fits, nullable
from hub.laws.sides import Sides, written_paths
from hub.laws.taken import Names, Taken, list_of, taken, tree
from hub.laws.values import Pools, pools, values

Both = tuple[NodeMaker, NodeMaker]


@dataclass
class Builder:
    """Builds the makers of one mapping; ``barren`` collects the rules that can carry nothing."""

    spec: MappingSpec
    sides: Sides
    links: Crosswalk
    rng: Random
    barren: list[FieldRule] = field(default_factory=list)

    def makers(self) -> Both:
        """The makers of hub documents and of remote documents."""
        return self._nodes(self.spec.rules, self.sides, self.spec.entity, ([], []))

    def _nodes(self, rules: tuple[Rule, ...], sides: Sides, entity: str, keys: tuple[list[Names], list[Names]]) -> Both:
        """The makers of a record or a member; ``keys`` are names that the list around it fills."""
        tried = {
            of_hub: {**outer_hints(rules, of_hub=of_hub), **hints(rules, of_hub=of_hub)} for of_hub in (True, False)
        }
        carried = {id(rule): self._pools(rule, sides, tried) for rule in rules if isinstance(rule, FieldRule)}
        hub = SideBuilder(sides, carried, tried[True], self.links, self.rng, of_hub=True).node(rules, keys[0])
        remote = SideBuilder(sides, carried, tried[False], self.links, self.rng, of_hub=False).node(rules, keys[1])
        for rule in (each for each in rules if isinstance(each, ListRule)):
            ours, theirs = self._lists(rule, sides.members(rule), f"{entity}.{rule.hub.path}")
            hub.parts.append(ours)
            remote.parts.append(theirs)
        return hub, remote

    def _pools(self, rule: FieldRule, sides: Sides, tried: Mapping[bool, Hints]) -> Pools:
        ours = at(sides.hub, rule.hub) if isinstance(rule.hub, Path) else None
        spread = rule.remote.paths if isinstance(rule.remote, Spread) else (rule.remote,)
        theirs = tuple(at(sides.remote, path) if isinstance(path, Path) else None for path in spread)
        extra = (_hinted(tried[True], rule.hub), _hinted(tried[False], rule.remote))
        needed = (sides.needed(rule, of_hub=True), sides.needed(rule, of_hub=False))
        made = pools(rule, ours, theirs, self.links, self.rng, extra, needed)
        carries = written_paths(rule, of_hub=True) and written_paths(rule, of_hub=False)
        if carries and not (made.hub and made.remote):
            self.barren.append(rule)
        return made

    def _lists(self, rule: ListRule, inner: Sides, entity: str) -> tuple[KeyedList, KeyedList]:
        hub, remote = self._nodes(rule.rules, inner, entity, (names_in(rule.hub), names_in(rule.remote)))
        ours, theirs = Keys(rule, inner, entity, self.spec.system, self.links).both()
        keyless = not rule.remote_ids and may_lack(rule.remote, inner.remote)
        here = KeyedList(rule.hub, ours, hub.make, keyless=False, others=others(rule.hub.where, inner.hub))
        strange = others(rule.remote.where, inner.remote)
        return here, KeyedList(rule.remote, theirs, remote.make, keyless=keyless, others=strange)


def _hinted(tried: Hints, operand: object) -> tuple[Any, ...]:
    return tried.get(operand.names, ()) if isinstance(operand, Path) else ()


@dataclass
class SideBuilder:
    """Builds the maker of one side of a record or a member, from the values that its rules can carry."""

    sides: Sides
    carried: Mapping[int, Pools]
    tried: Hints
    links: Crosswalk
    rng: Random
    of_hub: bool

    @property
    def schema(self) -> Schema | None:
        """The schema of this side."""
        return self.sides.side(of_hub=self.of_hub)

    def node(self, rules: tuple[Rule, ...], keys: list[Names]) -> NodeMaker:
        """The maker, without the lists that are aligned by key."""
        named: dict[tuple[Path, ...], MappedField] = {}
        for rule in (each for each in rules if isinstance(each, FieldRule)):
            if paths := written_paths(rule, of_hub=self.of_hub):
                pool = self.carried[id(rule)].hub if self.of_hub else self.carried[id(rule)].remote
                self._add(named, paths, pool, needed=self.sides.needed(rule, of_hub=self.of_hub))
        read = [name for name in self.tried if self._read_only(named, name)]
        frame = self._frame(self.schema, taken(rules, [*keys, *read], of_hub=self.of_hub))
        plain = [each for paths, each in named.items() if list_of(paths[0]) is None]
        return NodeMaker(frame, [*self._selected(named), *plain])

    def _add(
        self,
        named: dict[tuple[Path, ...], MappedField],
        paths: tuple[Path, ...],
        pool: tuple[Any, ...],
        *,
        needed: bool,
    ) -> None:
        """Several rules may name one place: then its values must be common to all."""
        before = named.get(paths)
        if before is None:
            null = all(nullable(at(self.schema, path)) for path in paths)
            named[paths] = MappedField(paths, Choice(pool, self.rng), needed, null)
        else:
            before.choice.values = _common(before.choice.values, pool)
            before.needed = before.needed or needed

    def _read_only(self, named: dict[tuple[Path, ...], MappedField], name: Names) -> bool:
        """Add a place that only expressions read; a list or an object has no single value."""
        path = Path(tuple(map(Key, name)))
        place = at(self.schema, path)
        if place is None or place.properties or "array" in place.types:
            return False
        if any(name[: len(each.names)] == each.names for paths in named for each in paths):
            return False
        usual = (*values(place, frozenset({"string"}), self.rng), *self.tried[name])
        around = self.schema if len(name) == 1 else at(self.schema, Path(path.steps[:-1]))
        needed = around is not None and name[-1] in around.required
        self._add(named, (path,), tuple(value for value in usual if fits(place, value)), needed=needed)
        return True

    def _selected(self, named: Mapping[tuple[Path, ...], MappedField]) -> Iterator[SelectedList]:
        """The lists of which rules select members, each with all rules that do."""
        by_list: dict[Path, dict[Select, list[MappedField]]] = {}
        for paths, each in named.items():
            held = list_of(paths[0])
            select = paths[0].steps[len(held.steps)] if held is not None else None
            if held is not None and isinstance(select, Select):
                inside = Path(paths[0].steps[len(held.steps) + 1 :])
                moved = MappedField((inside,), each.choice, each.needed, each.null)
                by_list.setdefault(held, {}).setdefault(select, []).append(moved)
        for held, fields in by_list.items():
            yield self._selected_list(held, fields)

    def _selected_list(self, held: Path, fields: dict[Select, list[MappedField]]) -> SelectedList:
        listed = at(self.schema, held)
        inner = None if listed is None else listed.items
        where = tuple(condition for select in fields for condition in select.where)
        asked = [(each.name,) for each in where]
        mapped = [each.paths[0].names for moved in fields.values() for each in moved]
        ours, foreign = self._frame(inner, tree([*asked, *mapped])), self._frame(inner, tree(asked))
        return SelectedList(held, fields, ours.make, foreign.make, others(where, inner))

    def _frame(self, schema: Schema | None, names: Taken) -> Frame:
        """What no rule names, at every depth that rules go through."""
        fillers = Fillers(self.rng, self.links)
        known = {} if schema is None else schema.properties
        made = {name: fillers.maker(each) for name, each in known.items() if name not in names}
        usual = {name: make for name, make in made.items() if make is not None}
        surplus = {name: make for name, make in fillers.surplus(schema).items() if name not in names}
        required = frozenset[str]() if schema is None else schema.required
        inner = {name: self._frame(at(schema, Path((Key(name),))), below) for name, below in names.items() if below}
        return Frame(self.rng, usual | surplus, required, inner)


def _common(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    known = set(map(normal, other))
    return tuple(value for value in one if normal(value) in known) or one or other
