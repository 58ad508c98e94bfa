"""One rule for one value, written out: read, compare where it may matter, write."""

from dataclasses import MISSING, Field, fields
from typing import Any

from hub.domain.mapping.codecs import Codec, Plain
from hub.domain.mapping.ends import PathEnd, SourceEnd, fields_of
from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.paths import Path
from hub.domain.mapping.rules import Const, CreateOnly, FieldRule, Formula, OnNull, Operand
from hub.files.compiling.codecs import ANY, Carriage, Spot, branches
from hub.files.compiling.expressions import source
from hub.files.compiling.frames import Frame, before_selector, finder, plain

_KNOWN = {
    "hub", "remote", "direction", "owner", "codec", "null", "other", "create_only", "sensitive", "when", "default",
    "line", "file", "given", "stated_owner",
}  # fmt: skip
_ONLY_MADE = {True: (CreateOnly.PUSH, CreateOnly.BOTH), False: (CreateOnly.PULL, CreateOnly.BOTH)}


def goes(rule: FieldRule, *, pushes: bool) -> bool:
    """Say whether a rule carries that way."""
    return rule.direction.pushes if pushes else rule.direction.pulls


def written_paths(leaf: Leaf, *, pushes: bool) -> tuple[Path, ...]:
    """The fields that a leaf writes on its way."""
    return fields_of(leaf.rule.remote if pushes else leaf.rule.hub)


def read_path(leaf: Leaf, *, pushes: bool) -> Path | None:
    """The field that a leaf reads, where it is one that generated code can read."""
    operand = leaf.rule.hub if pushes else leaf.rule.remote
    return operand if isinstance(operand, Path) and inlined(leaf, pushes=pushes) else None


def inlined(leaf: Leaf, *, pushes: bool) -> bool:
    """Say whether a leaf is of the kinds that are written out; every other one is run by the reference's part."""
    rule = leaf.rule
    known = type(leaf) is Leaf and type(rule) is FieldRule and not any(_unknown(each, rule) for each in fields(rule))
    if not known or _means_more(rule.codec) or not (_readable(leaf, pushes=pushes) and _writable(leaf, pushes=pushes)):
        return False
    both = rule.direction.pushes and rule.direction.pulls
    if rule.default is not None:
        return type(rule.default) in (str, int, bool) and not both and not leaf.partial
    return True


def _means_more(codec: Codec) -> bool:
    """Say whether a codec makes something of nothing, or reads another field."""
    return codec.reads_null or codec.writes_null or codec.companion is not None


def _unknown(each: "Field[Any]", rule: FieldRule) -> bool:
    """A property of rules that this code does not know of, and that the rule makes use of."""
    if each.name in _KNOWN:
        return False
    usual = each.default if each.default_factory is MISSING else each.default_factory()
    return bool(getattr(rule, each.name) != usual)


def _readable(leaf: Leaf, *, pushes: bool) -> bool:
    operand: Operand = leaf.rule.hub if pushes else leaf.rule.remote
    if isinstance(operand, Const):
        return operand.value is None or type(operand.value) in (str, int, bool)
    return isinstance(operand, Formula) or (isinstance(operand, Path) and _simple(operand))


def _writable(leaf: Leaf, *, pushes: bool) -> bool:
    end, operand = (leaf.remote, leaf.rule.remote) if pushes else (leaf.hub, leaf.rule.hub)
    return type(end) in (PathEnd, SourceEnd) and isinstance(operand, Path) and _simple(operand)


def _simple(path: Path) -> bool:
    """Objects alone, or one selector with one field behind it."""
    selected = before_selector(path)
    return plain(path) or (selected is not None and len(selected[2]) == 1)


def emit_leaf(frame: Frame, leaf: Leaf, name: str) -> None:
    """Write the lines of a leaf; ``name`` is its variable in the module."""
    rule = leaf.rule
    if not goes(rule, pushes=frame.pushes):
        return
    frame.w.note(str(rule))
    conditions = [frame.creating] if rule.create_only in _ONLY_MADE[frame.pushes] else []
    if rule.when is not None:
        conditions.append(source(rule.when, frame.hub.names, frame.w))
    if not conditions:
        _emit(frame, leaf, name)
        return
    with frame.w.block(f"if {' and '.join(conditions)}"):
        _emit(frame, leaf, name)


def _emit(frame: Frame, leaf: Leaf, name: str) -> None:
    if not inlined(leaf, pushes=frame.pushes):
        _by_reference(frame, leaf, name)
        return
    w, rule = frame.w, leaf.rule
    target = rule.remote if frame.pushes else rule.hub
    if not isinstance(target, Path):
        raise TypeError(target)
    read = _read(frame, leaf)
    if isinstance(rule.codec, Plain) and read[0] in "'\"":
        _spot(frame, leaf, name, target).store(read)
        return
    w.line(f"value = {read}")
    if rule.default is not None:
        w.line(f"if value is None: value = {rule.default!r}")
    spot = _spot(frame, leaf, name, target)
    found = branches(Carriage(rule.codec, name, rule.other, frame.pushes, spot)) or []
    for index, (condition, write) in enumerate(found):
        with w.block(f"{'elif' if index else 'if'} {condition}"):
            write()
    rest = [] if found and found[-1][0] == ANY else [ANY]
    rest += [] if rule.null is OnNull.KEEP else [_taken_away(frame, leaf, spot)]
    if rest:
        with w.block(f"{'elif' if found else 'if'} {' or '.join(rest)}"):
            spot.fallback()


def _by_reference(frame: Frame, leaf: Leaf, name: str) -> None:
    call = f"{'push' if frame.pushes else 'pull'}_part"
    frame.w.line(f"{call}({name}, {frame.nodes}, refs, creating={frame.creating})")
    for path in written_paths(leaf, pushes=frame.pushes):
        selected = before_selector(path)
        frame.refresh(path.names if selected is None else selected[0])


def _read(frame: Frame, leaf: Leaf) -> str:
    operand = leaf.rule.hub if frame.pushes else leaf.rule.remote
    if isinstance(operand, Const):
        return repr(operand.value)
    if isinstance(operand, Formula):
        return f"written({source(operand.expression, frame.source.names, frame.w)})"
    if not isinstance(operand, Path):
        raise TypeError(operand)
    selected = before_selector(operand)
    if selected is None:
        return f"{frame.source.holder(operand.names[:-1])}.get({operand.names[-1]!r})"
    way, select, (last,) = selected
    frame.w.line(f"row = {finder(frame.w, select)}({frame.source.holder(way[:-1])}.get({way[-1]!r}))")
    return f"row.get({last!r}) if row is not None else None"


def _spot(frame: Frame, leaf: Leaf, name: str, path: Path) -> Spot:
    w = frame.w
    selected = before_selector(path)
    if selected is None:
        return Spot(w, frame.peek(path.names), lambda value: _store(frame, path, value), _falling(frame, leaf, name))
    way, select, (last,) = selected
    w.line(f"row = {finder(w, select)}({frame.peek(way)})")
    fallback = _falling(frame, leaf, name)

    def store(value: str) -> None:
        with w.block("if row is not None"):
            w.line(f"row[{last!r}] = {value}")
        with w.block("else"):
            fallback()

    return Spot(w, f"(None if row is None else row.get({last!r}))", store, fallback)


def _store(frame: Frame, path: Path, value: str) -> None:
    frame.reach(path.names)
    frame.w.line(f"{frame.target.holder(path.names[:-1])}[{path.names[-1]!r}] = {value}")


def _falling(frame: Frame, leaf: Leaf, name: str) -> Any:
    return lambda: _by_reference(frame, leaf, name)


def _taken_away(frame: Frame, leaf: Leaf, spot: Spot) -> str:
    """When nothing in the source does something to the target: where there is something that the rule takes away."""
    there = f"{spot.get} is not None"
    said = _said(frame, leaf) if frame.partial and not frame.pushes else ""
    return f"({there} and {said})" if said else there


def _said(frame: Frame, leaf: Leaf) -> str:
    """The condition that a partial document may say that there is no value; empty where it always does."""
    operand = leaf.rule.remote
    if not isinstance(operand, Path) or not plain(operand):
        return ""
    holder = frame.source.holder(operand.names[:-1])
    mentions = f"{operand.names[-1]!r} in {holder}"
    return mentions if len(operand.names) == 1 else f"({holder} is EMPTY or {mentions})"
