"""``map explain``: which rules write or read a field, of ours or over there, and under which conditions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from hub.domain.mapping.codecs import CODECS, Chain, Codec, Plain
from hub.domain.mapping.paths import ListPath, Path
from hub.domain.mapping.rules import CreateOnly, FieldRule, ListRule, MappingSpec, OnNull, OnOther, Rule
from hub.files.lint.blocks import reads, writes
from hub.files.problems import closest

_INSIDE = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True)
class Explained:
    """One rule that concerns a field: where it stands, what it does, and what is said of it."""

    file: str
    line: int
    system: str
    entity: str
    object: str
    rule: str
    hub_path: str
    remote_path: str
    does: str
    codec: str | None
    owner: str
    notes: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()


@dataclass
class Answer:
    """What is known of a path; when nothing is, what may have been meant."""

    path: str
    rules: list[Explained] = field(default_factory=list)
    meant: str | None = None


@dataclass(frozen=True)
class _Placed:
    """A rule with the lists around it, on both sides."""

    spec: MappingSpec
    rule: Rule
    ours: str = ""
    theirs: str = ""

    @property
    def key(self) -> str:
        """The path by which waivers name the rule."""
        own = f"{self.rule.hub.path}[]" if isinstance(self.rule, ListRule) else self.rule.path
        return f"{self.ours}{own}"

    def paths(self, *, of_hub: bool, written: bool) -> list[str]:
        """The full paths that the rule writes, or that it names, on one side."""
        found = writes(self.rule, of_hub=of_hub) if written else reads(self.rule, of_hub=of_hub)
        told = [f"{self.ours if of_hub else self.theirs}{path}" for path in found]
        return [f"{path}[]" for path in told] if isinstance(self.rule, ListRule) else told


def explain(specs: Sequence[MappingSpec], path: str) -> Answer:
    """Every rule that writes or reads a path of ours (also ``customer.phone``) or of another system."""
    placed = [each for spec in specs for each in _placed(spec, spec.rules)]
    answer = Answer(path)
    for each in placed:
        does = tuple(_does(each, path))
        if does:
            answer.rules.append(_explained(each, " and ".join(does)))
    if not answer.rules:
        known = {
            name for each in placed for of_hub in (True, False) for name in each.paths(of_hub=of_hub, written=False)
        }
        entities = {f"{each.spec.entity}.{name}" for each in placed for name in each.paths(of_hub=True, written=False)}
        answer.meant = closest(path, sorted(known)) or closest(path, sorted(entities))
    return answer


def _placed(spec: MappingSpec, rules: Sequence[Rule], ours: str = "", theirs: str = "") -> Iterator[_Placed]:
    for rule in rules:
        yield _Placed(spec, rule, ours, theirs)
        if isinstance(rule, ListRule):
            inside = f"{ours}{rule.hub.path}[].", f"{theirs}{rule.remote.path}[]."
            yield from _placed(spec, rule.rules, *inside)


def _does(each: _Placed, path: str) -> Iterator[str]:
    """What a rule does with a path."""
    for of_hub, side in ((True, "here"), (False, f"in {each.spec.system}")):
        names = {bare(path)} | ({bare(path.partition(".")[2])} if of_hub and _of_entity(path, each.spec) else set())
        if any(_meets(bare(found), names) for found in each.paths(of_hub=of_hub, written=True)):
            yield f"writes it {side}"
        elif any(_meets(bare(found), names) for found in each.paths(of_hub=of_hub, written=False)):
            yield f"reads it {side}"


def _of_entity(path: str, spec: MappingSpec) -> bool:
    return path.partition(".")[0] == spec.entity and "." in path


def _meets(found: str, names: set[str]) -> bool:
    """Whether a path is one of the names, or stands within the object or list that one of them names."""
    return any(found == name or found.startswith(f"{name}.") for name in names if name)


def bare(path: str) -> str:
    """A path without keys, selectors and brackets."""
    return _INSIDE.sub("", path)


def _explained(each: _Placed, does: str) -> Explained:
    spec, rule = each.spec, each.rule
    waived = [f"{waiver.law}: {waiver.reason}" for waiver in spec.waivers if waiver.path == each.key]
    return Explained(
        file=rule.file or spec.file,
        line=rule.line,
        system=spec.system,
        entity=spec.entity,
        object=spec.object,
        rule=_shown(each),
        hub_path=each.key,
        remote_path=f"{each.theirs}{_remote(rule)}",
        does=does,
        codec=None if isinstance(rule, ListRule) or isinstance(rule.codec, Plain) else spelt(rule.codec),
        owner=f"members by {rule.members}" if isinstance(rule, ListRule) else str(rule.owner),
        notes=tuple(_notes(spec, rule)),
        waived=tuple(waived),
    )


def _shown(each: _Placed) -> str:
    """The rule with the lists around it in its paths."""
    ours, theirs = (
        f"{around}{end}" if isinstance(end, Path | ListPath) else str(end)
        for around, end in ((each.ours, each.rule.hub), (each.theirs, each.rule.remote))
    )
    return f"{ours} {each.rule.direction} {theirs}"


def spelt(codec: Codec) -> str:
    """A codec as a file writes it, with its arguments: ``phone(CN)``."""
    if isinstance(codec, Chain):
        return ", then ".join(map(spelt, codec.parts))
    instance: Any = codec
    names = (
        [each.name for each in fields(instance)] if type(codec) in CODECS.values() and is_dataclass(instance) else []
    )
    told = [getattr(codec, name) for name in names if name not in ("width", "currency")]
    given = ", ".join(str(value) for value in told if value is not None)
    return f"{codec}({given})" if given else str(codec)


def _remote(rule: Rule) -> str:
    return f"{rule.remote.path}[]" if isinstance(rule.remote, ListPath) else str(rule.remote)


def _notes(spec: MappingSpec, rule: Rule) -> Iterator[str]:
    """What is said of a rule besides its ends."""
    if isinstance(rule, FieldRule):
        told: tuple[tuple[bool, str], ...] = (
            (rule.create_only is not CreateOnly.NO, f"only when it makes the record ({rule.create_only})"),
            (rule.when is not None, f"when {rule.when.text if rule.when else ''}"),
            (rule.null is not OnNull.CLEAR, f"nothing: {rule.null}"),
            (rule.other is not OnOther.ERROR, f"a value without counterpart: {rule.other}"),
            (rule.default is not None, f"default {rule.default!r}"),
            (rule.sensitive, "sensitive"),
        )
        yield from (text for holds, text in told if holds)
        yield from _identity(spec, rule)


def _identity(spec: MappingSpec, rule: FieldRule) -> Iterator[str]:
    own: Any = spec.identity
    if own.external_id is not None and (rule.hub, rule.remote) == own.external_id:
        yield "our id over there"
    if any(rule.path in rung for rung in own.adopt_if):
        yield "records are recognised by it at the first sync"
