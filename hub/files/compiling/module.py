"""The whole generated module of a mapping: its head, its constants, push and pull."""

from collections.abc import Iterable

from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.listing import Listing
from hub.domain.mapping.parts import Part
from hub.domain.mapping.paths import Path
from hub.files.compiling.frames import Frame, Side, Steps, before_selector, plain
from hub.files.compiling.leaves import emit_leaf, goes, read_path, written_paths
from hub.files.compiling.lists import emit_list, inlined_list, list_goes, list_path
from hub.files.compiling.writer import Writer

_HEAD = (
    "Generated from a mapping file: do not edit, change the file instead.",
    "",
    "``push`` and ``pull`` carry usual values over. They raise where a record is to be refused or holds something",
    "unusual; it is then carried over, or refused with every reason, by the rules' own parts.",
)


def module_text(name: str, parts: tuple[Part, ...], *, partial: bool) -> str:
    """The source of a mapping; its names stand for what ``RUNTIME`` and the parts hold."""
    w = Writer()
    _function(w, parts, pushes=True, partial=partial)
    _function(w, parts, pushes=False, partial=partial)
    return w.text([f"# {name!r}", *(f"# {line}".rstrip() for line in _HEAD)])


def _function(w: Writer, parts: tuple[Part, ...], *, pushes: bool, partial: bool) -> None:
    come, go = ("hub", "remote") if pushes else ("remote", "hub")
    source, target = (Side(doc, doc, f"Node({doc}, {doc})") for doc in (come, go))
    frame = Frame(w, pushes, partial, source, target)
    w.lines += ["", ""]
    with w.block(f"def {'push' if pushes else 'pull'}({come}, old, refs)"):
        w.line("creating = old is None")
        w.line(f"{go} = {{}} if creating else {{**old}}")
        _emit(frame, parts, "parts")
        w.line(f"return {go}")


def _emit(frame: Frame, parts: tuple[Part, ...], where: str) -> None:
    """The lines for the parts of a record or member."""
    w = frame.w
    if _tangled(parts, pushes=frame.pushes) or not all(isinstance(part, Leaf | Listing) for part in parts):
        _by_reference(frame, parts, where)
        return
    frame.read_objects(_read(parts, pushes=frame.pushes))
    frame.copy_objects(_parents(parts, pushes=frame.pushes))
    for path, how in _lists(parts, pushes=frame.pushes).items():
        frame.copy_list(path, how)
    for index, part in enumerate(parts):
        name = w.let("part", f"{where}[{index}]")
        if isinstance(part, Leaf):
            emit_leaf(frame, part, name)
        else:
            emit_list(frame, part, name, lambda inner, listing, own: _emit(inner, listing.parts, f"{own}.parts"))


def _by_reference(frame: Frame, parts: tuple[Part, ...], where: str) -> None:
    """Rules that write into each other's fields run one by one, as the reference runs them."""
    doc = frame.target.doc
    whole = frame.w.name("whole")
    frame.w.line(f"{whole} = copied({doc})")
    frame.w.line(f"{doc}.clear()")
    frame.w.line(f"{doc}.update({whole})")
    for index in range(len(parts)):
        name = frame.w.let("part", f"{where}[{index}]")
        call = f"{'push' if frame.pushes else 'pull'}_part"
        frame.w.line(f"{call}({name}, {frame.nodes}, refs, creating={frame.creating})")


def _leaves(parts: Iterable[Part], *, pushes: bool) -> list[Leaf]:
    return [part for part in parts if isinstance(part, Leaf) and goes(part.rule, pushes=pushes)]


def _listings(parts: Iterable[Part], *, pushes: bool) -> list[Listing]:
    return [part for part in parts if isinstance(part, Listing) and list_goes(part, pushes=pushes)]


def _read(parts: tuple[Part, ...], *, pushes: bool) -> set[Steps]:
    """The objects of the source that values and lists are read from."""
    paths = [read_path(leaf, pushes=pushes) for leaf in _leaves(parts, pushes=pushes)]
    listed = [list_path(each, of_hub=pushes) for each in _listings(parts, pushes=pushes) if inlined_list(each)]
    return {way for way in [*map(_object, filter(None, paths)), *(names[:-1] for names in listed)] if way}


def _written(parts: tuple[Part, ...], *, pushes: bool) -> list[Path]:
    fields = [path for leaf in _leaves(parts, pushes=pushes) for path in written_paths(leaf, pushes=pushes)]
    lists = [(each.rule.remote if pushes else each.rule.hub).path for each in _listings(parts, pushes=pushes)]
    return [*fields, *lists]


def _parents(parts: tuple[Part, ...], *, pushes: bool) -> set[Steps]:
    """The objects of the target that are written into."""
    return {way for way in map(_object, _written(parts, pushes=pushes)) if way}


def _object(path: Path) -> Steps:
    """The names of the object that a value, or the list of a selector, stands in."""
    selected = before_selector(path)
    if selected is not None:
        return selected[0][:-1]
    return path.names[:-1] if plain(path) else ()


def _lists(parts: tuple[Part, ...], *, pushes: bool) -> dict[Steps, str]:
    """The lists of the target that are written into, with the name of the function that copies them."""
    found: dict[Steps, str] = {}
    for path in (path for leaf in _leaves(parts, pushes=pushes) for path in written_paths(leaf, pushes=pushes)):
        selected = before_selector(path)
        if selected is not None:
            deep = len(selected[2]) > 1 or found.get(selected[0]) == "copied"
            found[selected[0]] = "copied" if deep else "copied_rows"
    lists = [each for each in _listings(parts, pushes=pushes) if not inlined_list(each)]
    return {**found, **{list_path(each, of_hub=not pushes): "copied" for each in lists}}


def _tangled(parts: tuple[Part, ...], *, pushes: bool) -> bool:
    """Say whether a part writes within what another one writes, or through two selectors."""
    paths = _written(parts, pushes=pushes)
    lists = [list_path(each, of_hub=not pushes) for each in _listings(parts, pushes=pushes)]
    whole = {path.steps for path in paths}
    inside = {path.steps[:end] for path in paths for end in range(1, len(path.steps))}
    named = {path.names for path in paths if plain(path)}
    selected = {found[0] for path in paths if (found := before_selector(path)) is not None}
    twice = any(not plain(path) and before_selector(path) is None for path in paths)
    return bool(whole & inside) or bool(named & selected) or len(set(lists)) < len(lists) or twice
