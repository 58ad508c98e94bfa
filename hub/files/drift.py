"""What changed between a stored schema and a live one, and which rules of a mapping that concerns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hub.domain.mapping.codecs import Chain, Codec, Cut, ValueMap
from hub.domain.mapping.paths import Path, Select
from hub.domain.mapping.rules import FieldRule, ListRule, MappingSpec, Rule
from hub.domain.mapping.values import normal
from hub.files.fingerprint import Facts, facts_of
from hub.files.lint.blocks import reads, writes
from hub.files.schema_tree import SchemaNode


@dataclass(frozen=True)
class Shift:
    """One thing that changed over there: ``kind`` names it, ``text`` tells it."""

    path: str
    kind: str
    text: str
    gone: tuple[Any, ...] = ()
    most: int | None = None


@dataclass(frozen=True)
class Found:
    """A shift and the rules that it concerns: a problem when there are any, else a note."""

    shift: Shift
    rules: tuple[FieldRule | ListRule, ...]
    whole: bool = False
    """It concerns every record that is written, whatever its rules: a field that must now be there."""

    @property
    def is_problem(self) -> bool:
        """Whether the mapping must be held until somebody has looked."""
        return bool(self.rules) or self.whole


def shifts(stored: SchemaNode, live: SchemaNode) -> list[Shift]:
    """What changed, in the order of the paths."""
    before, after = facts_of(stored), facts_of(live)
    told = [shift for path in sorted(before.keys() | after.keys()) for shift in _at(path, before, after)]
    gone = {shift.path for shift in told if shift.kind == REMOVED}
    return [shift for shift in told if shift.kind != REMOVED or not any(_inside(shift.path, each) for each in gone)]


OURS = frozenset({"country", "currency", "email", "phone", "time-zone", "uri"})
"""Forms that we write into schemas of systems which know texts alone: that they do not say them is no change."""
ADDED, REMOVED, DEMANDED = "added", "removed", "required"


def _inside(path: str, around: str) -> bool:
    return path.startswith((f"{around}.", f"{around}[]."))


def _at(path: str, before: dict[str, Facts], after: dict[str, Facts]) -> Iterator[Shift]:
    if path not in after:
        yield Shift(path, REMOVED, "is not there any more")
    elif path not in before:
        must = after[path].required and not after[path].read_only
        yield Shift(path, DEMANDED if must else ADDED, "is new, and required" if must else "is new")
    else:
        yield from _changed(path, before[path], after[path])


def _changed(path: str, was: Facts, now: Facts) -> Iterator[Shift]:
    if was.types != now.types and was.types and now.types:
        yield Shift(path, "type", f"was {_listed(was.types)}, is {_listed(now.types)}")
    if was.form != now.form and not (now.form is None and was.form in OURS):
        kind = "form" if now.form is not None else "loosened"
        yield Shift(path, kind, f"had the form {was.form or 'of any text'}, has {now.form or 'any'}")
    if now.required and not was.required and not now.read_only:
        yield Shift(path, DEMANDED, "is required now")
    if now.read_only and not was.read_only:
        yield Shift(path, "read-only", "is read-only now")
    if was.nullable and not now.nullable:
        yield Shift(path, "null", "cannot be null any more")
    if now.most is not None and (was.most is None or now.most < was.most):
        held = "any length" if was.most is None else f"{was.most} characters"
        yield Shift(path, "shorter", f"held {held}, holds {now.most}", most=now.most)
    yield from _values(path, was, now)


def _values(path: str, was: Facts, now: Facts) -> Iterator[Shift]:
    gone = [value for value in was.choices or () if value not in (now.choices or ())] if now.choices is not None else []
    new = [value for value in now.choices or () if value not in (was.choices or ())] if was.choices is not None else []
    if was.choices is None and now.choices is not None:
        yield Shift(path, "listed", f"takes only {_listed(now.choices)} now")
    elif gone:
        yield Shift(path, "values", f"takes {_listed(gone)} no more", gone=tuple(gone))
    if new:
        yield Shift(path, "new values", f"takes {_listed(new)} too")


def _listed(values: Sequence[Any]) -> str:
    return ", ".join(map(str, values)) or "anything"


# --- which rules


Concerns = Callable[[Shift, FieldRule | ListRule], bool]


def _pushed(_: Shift, rule: FieldRule | ListRule) -> bool:
    return rule.direction.pushes


def _always(_shift: Shift, _rule: FieldRule | ListRule) -> bool:
    return True


def _never(_shift: Shift, _rule: FieldRule | ListRule) -> bool:
    return False


def _writes_gone(shift: Shift, rule: FieldRule | ListRule) -> bool:
    """Whether a rule writes a value that is not taken any more; a rule without table may write any."""
    if not rule.direction.pushes or isinstance(rule, ListRule):
        return False
    tables = [part for part in _parts(rule.codec) if isinstance(part, ValueMap)]
    written = {normal(remotes[0]) for table in tables for _, remotes in table.rows if remotes}
    return not tables or any(normal(value) in written for value in shift.gone)


def _too_long(shift: Shift, rule: FieldRule | ListRule) -> bool:
    """Whether a rule may write more than the field holds."""
    if not rule.direction.pushes or isinstance(rule, ListRule) or shift.most is None:
        return False
    parts = _parts(rule.codec)
    tables = [part for part in parts if isinstance(part, ValueMap)]
    if tables:
        return any(len(str(remotes[0])) > shift.most for table in tables for _, remotes in table.rows if remotes)
    return not any(isinstance(part, Cut) and part.length <= shift.most for part in parts)


def _parts(codec: Codec) -> tuple[Codec, ...]:
    return codec.parts if isinstance(codec, Chain) else (codec,)


CONCERNS: dict[str, Concerns] = {
    ADDED: _never,
    REMOVED: _always,
    "type": _always,
    "form": _always,
    "loosened": lambda _, rule: rule.direction.pulls,
    DEMANDED: _pushed,
    "read-only": _pushed,
    "null": _pushed,
    "shorter": _too_long,
    "listed": _pushed,
    "values": _writes_gone,
    "new values": _never,
}
"""Which rules a kind of change concerns, of those that name the field."""


def found_in(spec: MappingSpec, prefix: str, told: Sequence[Shift]) -> list[Found]:
    """Each shift of an object with the rules of a mapping that it concerns; ``prefix`` leads to the object."""
    named = list(_named(spec.rules, ""))
    return [_found(spec, shift, f"{prefix}{shift.path}", named) for shift in told]


def _found(spec: MappingSpec, shift: Shift, path: str, named: Sequence[tuple[Rule, str, str]]) -> Found:
    concerns = CONCERNS[shift.kind]
    rules = {id(rule): rule for rule, at, _ in named if _meets(at, path, shift.kind) and concerns(shift, rule)}
    written = {at for _, at, way in named if way == WRITES}
    outside = shift.kind == DEMANDED and path not in written and "[]" not in path
    own = spec.identity.remote_id
    is_id = own is not None and str(own) == path
    makes = any(rule.direction.pushes for rule in spec.rules)
    return Found(shift, tuple(rules.values()), whole=outside and makes and not is_id)


WRITES, READS = "writes", "reads"


def _named(rules: Sequence[Rule], around: str) -> Iterator[tuple[Rule, str, str]]:
    """Every rule with each path that it names over there, as a schema has it."""
    for rule in rules:
        for way, paths in ((WRITES, writes(rule, of_hub=False)), (READS, tuple(reads(rule, of_hub=False)))):
            for path in paths:
                yield from ((rule, f"{around}{each}", way) for each in _as_schema(path))
        if isinstance(rule, ListRule):
            at = f"{around}{next(_as_schema(rule.remote.path))}[]."
            yield from ((rule, f"{at}{each}", READS) for key in rule.remote.keys for each in _as_schema(key))
            yield from ((rule, f"{at}{condition.name}", READS) for condition in rule.remote.where)
            yield from _named(rule.rules, at)


def _as_schema(path: Path) -> Iterator[str]:
    """A path as ``facts_of`` has it, and those of the fields that its selectors look at."""
    at = ""
    asked: list[str] = []
    for step in path.steps:
        if isinstance(step, Select):
            at = f"{at}[]"
            asked += [f"{at}.{condition.name}" for condition in step.where]
        else:
            at = f"{at}.{step.name}" if at else step.name
    yield at
    yield from asked


def _meets(named: str, path: str, kind: str) -> bool:
    """Whether a rule names what changed; what is taken away takes along what is in it."""
    return named == path or (kind == REMOVED and _inside(named, path))
