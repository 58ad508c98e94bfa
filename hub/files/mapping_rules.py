"""From the lines of a mapping file to rules: each line by itself, its problems noted, the others go on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.domain import expression
from hub.domain.errors import HubError, InvalidError
from hub.domain.mapping.codecs import Chain, Codec, Cut, Plain, Ref, ValueMap
from hub.domain.mapping.rules import (
    Const,
    CreateOnly,
    Direction,
    FieldRule,
    Formula,
    ListRule,
    Members,
    OnNull,
    OnOther,
    Operand,
    Owner,
    Rule,
    Spread,
)
from hub.domain.mapping.syntax import is_list_rule, parse_codec, parse_list_path, parse_operand, split_rule
from hub.files.problems import Problem, closest
from hub.files.yaml import Document, Place, key_text

_ARROWS = tuple(f" {direction} " for direction in Direction)
_ONE_WAY_OWNER = {Direction.PUSH: Owner.HUB, Direction.PULL: Owner.REMOTE}
_ONE_WAY_MEMBERS = {Direction.BOTH: Members.BOTH, Direction.PUSH: Members.HUB, Direction.PULL: Members.REMOTE}


MOST_RULES = 500
"""Ten times the longest file of ours; what compares rules with one another stays fast."""
MOST_GUESSES = 20
"""So many unknown names of one file are told with what may have been meant."""


@dataclass
class RuleReader:
    """Reads the rules of one file; ``skip`` are the lines that have a problem already."""

    document: Document
    tables: Mapping[str, ValueMap]
    skip: frozenset[Place] = frozenset()
    problems: list[Problem] = field(default_factory=list)
    used_tables: set[str] = field(default_factory=set)
    count: int = 0

    def too_many(self) -> Iterator[Problem]:
        """The problem of a file with more rules than are read."""
        if self.count > MOST_RULES:
            text = "it has more than {most} rules: split it"
            yield Problem(self.document.file, self.document.line(("fields",)), "fields", text, {"most": MOST_RULES})

    def read(self, lines: Mapping[str, Any], place: Place, owner: Owner, way: Direction) -> Iterator[Rule]:
        """The rules of a block of lines; ``way`` is the direction of the list around it."""
        for text, options in lines.items():
            here = (*place, str(text))
            if not is_rule(text) or here in self.skip:
                continue
            self.count += 1
            if self.count > MOST_RULES:
                return
            try:
                yield self._rule(text, _named(options), here, owner, way)
            except HubError as error:
                self.problems.append(self._problem(here, text, error))

    def _rule(self, text: str, options: Mapping[str, Any], place: Place, owner: Owner, way: Direction) -> Rule:
        left, direction, right = split_rule(text)
        direction = _narrowed(direction, way)
        if is_list_rule(left, right):
            return self._list_rule(left, right, direction, options, place, owner)
        hub, remote = parse_operand(left), parse_operand(right)
        _check_ends(hub, remote, direction)
        return FieldRule(
            hub=hub,
            remote=remote,
            direction=direction,
            owner=_ONE_WAY_OWNER.get(direction) or Owner(options.get("owner", owner)),
            codec=self._codec(options, len(remote.paths) if isinstance(remote, Spread) else 1),
            null=OnNull(options.get("null", OnNull.CLEAR)),
            other=OnOther(options.get("other", OnOther.ERROR)),
            create_only=CreateOnly(options.get("create_only", CreateOnly.NO)),
            sensitive=bool(options.get("sensitive", False)),
            when=expression.parse(options["when"]) if "when" in options else None,
            default=options.get("default"),
            given=frozenset(options),
            stated_owner=Owner(options["owner"]) if "owner" in options else None,
            **self._where(place),
        )

    def _where(self, place: Place) -> dict[str, Any]:
        file, line = self.document.where(place)
        return {"line": line, "file": "" if file == self.document.file else file}

    def _list_rule(
        self, left: str, right: str, direction: Direction, options: Mapping[str, Any], place: Place, owner: Owner
    ) -> ListRule:
        hub, remote = parse_list_path(left), parse_list_path(right)
        remote_ids = options.get("ids") == "remote"
        if remote_ids and len(hub.keys) > 1:
            raise InvalidError("where the remote assigns the ids, the hub's members have one key field")
        if not remote_ids and len(hub.keys) != len(remote.keys):
            raise InvalidError("both sides need as many key fields")
        inner = Owner(options.get("owner", owner))
        return ListRule(
            hub=hub,
            remote=remote,
            direction=direction,
            members=Members(options.get("members", _ONE_WAY_MEMBERS[direction])),
            rules=tuple(self.read(options, place, inner, direction)),
            remote_ids=remote_ids,
            **self._where(place),
        )

    def _codec(self, options: Mapping[str, Any], width: int) -> Codec:
        """``ref`` or ``map`` nearest the hub, then ``as``, then ``max``."""
        parts: list[Codec] = []
        if "ref" in options:
            parts.append(Ref(options["ref"]))
        if "map" in options:
            parts.append(self._table(options["map"]))
        named = {"tz": options["tz"]} if "tz" in options else {}
        if "as" in options:
            parts.append(parse_codec(options["as"], **named).over(width))
        elif named:
            raise InvalidError("tz says the zone of 'as: datetime', which is missing")
        elif width > 1:
            raise InvalidError("a value over several fields needs 'as', such as datetime with tz")
        if "max" in options:
            parts.append(Cut(options["max"]))
        return parts[0] if len(parts) == 1 else Chain(tuple(parts)) if parts else Plain()

    def _table(self, name: str) -> ValueMap:
        self.used_tables.add(name)
        if name not in self.tables:
            guess = closest(name, self.tables) if len(self.problems) < MOST_GUESSES else None
            raise UnknownNameError("there is no value table '{name}'", name=name, known=guess)
        return self.tables[name]

    def _problem(self, place: Place, text: str, error: HubError) -> Problem:
        known = error.params.get("known")
        file, line = self.document.where(place)
        return Problem(file, line, text, error.template, error.params, str(known) if known else None)


def _named(options: Any) -> dict[str, Any]:
    """Options by name: an option of ours is called null."""
    return {key_text(key): value for key, value in options.items()} if isinstance(options, dict) else {}


class UnknownNameError(HubError):
    """A name that the file does not define; ``known`` is the one that looks most like it."""


def is_rule(text: object) -> bool:
    """Say whether a key of a block is a rule and not an option."""
    return isinstance(text, str) and any(arrow in text for arrow in _ARROWS)


def _narrowed(direction: Direction, way: Direction) -> Direction:
    """The direction of a rule within a list: no wider than the list's."""
    if way is Direction.BOTH or direction is way:
        return direction
    if direction is Direction.BOTH:
        return way
    raise InvalidError("the rule goes {direction} in a list that goes {way}", direction=direction, way=way)


def _check_ends(hub: Operand, remote: Operand, direction: Direction) -> None:
    """What is computed or fixed is a source; what is a source cannot be written."""
    if isinstance(hub, Const | Formula) and direction.pulls:
        raise InvalidError("{source} cannot be written: use ->", source=str(hub))
    if isinstance(remote, Const | Formula) and direction.pushes:
        raise InvalidError("{source} cannot be written: use <-", source=str(remote))
    if isinstance(hub, Spread):
        raise InvalidError("only the remote side may spread a value over several fields")
