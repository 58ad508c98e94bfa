"""A list whose members are aligned by key, written out: both sides by key, then the rules of every member."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hub.domain.mapping.listing import Listing
from hub.domain.mapping.paths import ListPath
from hub.domain.mapping.rules import ListRule
from hub.files.compiling.frames import Frame, Side, Steps, plain
from hub.files.compiling.writer import Writer

_KNOWN = {"hub", "remote", "direction", "members", "rules", "remote_ids", "line", "file"}

Emit = Callable[[Frame, Listing, str], None]


def inlined_list(listing: Listing) -> bool:
    """Say whether a list is of the kind that is written out: one key field, which both sides have."""
    rule = listing.rule
    known = type(listing) is Listing and type(rule) is ListRule and set(rule.__dataclass_fields__) <= _KNOWN
    return known and not rule.remote_ids and _simple(rule.hub) and _simple(rule.remote)


def _simple(at: ListPath) -> bool:
    return plain(at.path) and not at.where and len(at.keys) == 1 and plain(at.keys[0]) and len(at.keys[0].names) == 1


def list_goes(listing: Listing, *, pushes: bool) -> bool:
    """Say whether a list is carried that way."""
    return listing.rule.direction.pushes if pushes else listing.rule.direction.pulls


def list_path(listing: Listing, *, of_hub: bool) -> Steps:
    """The names that lead to the list on one side."""
    return (listing.rule.hub if of_hub else listing.rule.remote).path.names


def emit_list(frame: Frame, listing: Listing, name: str, members: Emit) -> None:
    """Write the lines of a list; ``members`` writes those of a member, in a frame of its own."""
    if not list_goes(listing, pushes=frame.pushes):
        return
    frame.w.note(str(listing.rule))
    if not inlined_list(listing):
        _by_reference(frame, listing, name)
        return
    if frame.partial and not frame.pushes:
        with frame.w.block(f"if {_given(frame, listing)} is not None"):
            _emit(frame, listing, name, members)
    else:
        _emit(frame, listing, name, members)


def _by_reference(frame: Frame, listing: Listing, name: str) -> None:
    call = f"{'push' if frame.pushes else 'pull'}_part"
    frame.w.line(f"{call}({name}, {frame.nodes}, refs, creating={frame.creating})")
    frame.refresh(list_path(listing, of_hub=not frame.pushes))


def _given(frame: Frame, listing: Listing) -> str:
    way = list_path(listing, of_hub=frame.pushes)
    return f"{frame.source.holder(way[:-1])}.get({way[-1]!r})"


def _emit(frame: Frame, listing: Listing, name: str, members: Emit) -> None:
    w, rule = frame.w, listing.rule
    come, go = (rule.hub, rule.remote) if frame.pushes else (rule.remote, rule.hub)
    way, come_key, go_key = go.path.names, come.keys[0].names[0], go.keys[0].names[0]
    given, rows, present, key = (w.name(stem) for stem in ("given", "rows", "present", "key"))
    member, other, adding = w.name(frame.source.doc), w.name(frame.target.doc), w.name("adding")
    w.line(f"{given}, rows = {{}}, {_given(frame, listing)}")
    with _each_row(w):
        _index(w, given, come_key, strict=frame.pushes)
    w.line(f"{present}, {rows}, rows = {{}}, None, {frame.peek(way)}")
    with _each_row(w, f"{rows} = {frame.target.holder(way[:-1])}[{way[-1]!r}] = []"):
        w.line("row = {**row}")
        w.line(f"{rows}.append(row)")
        _index(w, present, go_key, strict=not frame.pushes)
    with w.block(f"for {key}, {member} in {given}.items()"):
        w.line(f"{other} = {present}.get({key})")
        w.line(f"{adding} = {other} is None")
        with w.block(f"if {adding}"):
            if not _decides(listing, pushes=frame.pushes):
                w.line(f"if not {frame.creating}: continue")
            w.line(f"{other} = {{{go_key!r}: {member}[{come_key!r}]}}")
            with w.block(f"if {rows} is None"):
                frame.reach(way)
                w.line(f"{rows} = {frame.target.holder(way[:-1])}[{way[-1]!r}] = []")
            w.line(f"{rows}.append({other})")
        members(_inner(frame, name, key, (member, other), adding), listing, name)
    if _decides(listing, pushes=frame.pushes):
        with w.block(f"if {rows} is not None and len({rows}) > len({given})"):
            w.line(f"drop_rows({rows}, {present}, {given})")


@contextmanager
def _each_row(w: Writer, *before: str) -> Iterator[None]:
    """What is done with each of the ``rows``, where there is such a list."""
    with w.block("if rows is not None"):
        w.line("if not isinstance(rows, list): raise GaveUpError")
        for line in before:
            w.line(line)
        with w.block("for row in rows"):
            yield


def _index(w: Writer, index: str, key: str, *, strict: bool) -> None:
    """Note a row by its key."""
    w.line(f"key = row.get({key!r})")
    with w.block(f"if key.__class__ is str and key and key not in {index}"):
        w.line(f"{index}[key] = row")
    with w.block("else"):
        w.line(f"odd_row({index}, key, row, strict={strict})")


def _decides(listing: Listing, *, pushes: bool) -> bool:
    return listing.hub_decides if pushes else listing.remote_decides


def _inner(frame: Frame, name: str, key: str, docs: tuple[str, str], adding: str) -> Frame:
    """The frame of a member."""
    sides = [
        Side(doc, side.root, f"{name}.{'hub' if of_hub else 'remote'}_node({side.node}, {key}, {doc})")
        for doc, side, of_hub in zip(docs, (frame.source, frame.target), (frame.pushes, not frame.pushes), strict=True)
    ]
    return Frame(frame.w, frame.pushes, frame.partial, sides[0], sides[1], creating=adding)
