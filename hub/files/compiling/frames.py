"""One stretch of generated code over a record or a member: its variables, and where paths are read and written.

Objects on the way to a value are held in variables: of the source for reading (``EMPTY`` where there is none), of the
target for writing (a copy, or None until something is written). A shape that paths do not expect fails by itself, since
a text has no ``get``, and the record is then left to the reference.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hub.domain.mapping.paths import Condition, Key, Path, Select
from hub.files.compiling.expressions import Names
from hub.files.compiling.writer import Writer

Steps = tuple[str, ...]


@dataclass
class Side:
    """The document of one side: its variable, that of the whole record, and the expression of its node."""

    doc: str
    root: str
    node: str
    holders: dict[Steps, str] = field(default_factory=dict)

    @property
    def names(self) -> Names:
        """Where expressions look names up."""
        return Names(self.doc, self.root)

    def holder(self, path: Steps) -> str:
        """The variable of the object that the path leads to."""
        return self.holders[path] if path else self.doc


@dataclass
class Frame:
    """What every emitter needs: the text, the direction, and both sides."""

    w: Writer
    pushes: bool
    partial: bool
    source: Side
    target: Side
    creating: str = "creating"

    @property
    def nodes(self) -> str:
        """Both nodes, in the order in which the parts of the reference take them."""
        return f"{self.source.node}, {self.target.node}"

    @property
    def hub(self) -> Side:
        """The side of the hub."""
        return self.source if self.pushes else self.target

    def read_objects(self, prefixes: Iterable[Steps]) -> None:
        """Hold the objects of the source."""
        for path in with_parents(prefixes):
            name = self.source.holders[path] = self.w.name(self.source.doc)
            self.w.line(f"{name} = {self.source.holder(path[:-1])}.get({path[-1]!r})")
            self.w.line(f"if {name} is None: {name} = EMPTY")

    def copy_objects(self, prefixes: Iterable[Steps]) -> None:
        """Hold copies of the objects of the target."""
        for path in with_parents(prefixes):
            name = self.target.holders[path] = self.w.name(self.target.doc)
            self.w.line(f"{name} = {self.peek(path)}")
            with self.w.block(f"if {name} is not None"):
                self.w.line(f"{name} = {self.target.holder(path[:-1])}[{path[-1]!r}] = {{**{name}}}")

    def copy_list(self, path: Steps, how: str) -> None:
        """Put a copy of a list, by the function that is named, into the target."""
        with self.w.block(f"if {self.peek(path)} is not None"):
            holder = self.target.holder(path[:-1])
            self.w.line(f"{holder}[{path[-1]!r}] = {how}({holder}[{path[-1]!r}])")

    def peek(self, path: Steps) -> str:
        """The expression of what stands at a path of the target."""
        holder = self.target.holder(path[:-1])
        get = f"{holder}.get({path[-1]!r})"
        return f"(None if {holder} is None else {get})" if len(path) > 1 else get

    def reach(self, path: Steps) -> None:
        """Make the objects on the way to a path of the target, where they are missing."""
        if len(path) < 2:  # noqa: PLR2004 - a field of the document itself
            return
        name, parent = self.target.holder(path[:-1]), path[:-1]
        with self.w.block(f"if {name} is None"):
            self.reach(parent)
            self.w.line(f"{name} = {self.target.holder(parent[:-1])}[{parent[-1]!r}] = {{}}")

    def refresh(self, path: Steps) -> None:
        """Look again at the objects on the way to a path, after a part of the reference has written there."""
        for end in range(1, len(path)):
            self.w.line(f"{self.target.holder(path[:end])} = {self.peek(path[:end])}")


def with_parents(prefixes: Iterable[Steps]) -> list[Steps]:
    """Every path, each after those that lead to it."""
    every = {path[:end] for path in prefixes for end in range(1, len(path) + 1)}
    return sorted(every, key=lambda path: (len(path), path))


def plain(path: Path) -> bool:
    """Say whether the path goes through objects alone."""
    return all(isinstance(step, Key) for step in path.steps)


def before_selector(path: Path) -> tuple[Steps, Select, Steps] | None:
    """The names up to the first selector, the selector, and the names behind it; None when it has none or two."""
    at = [index for index, step in enumerate(path.steps) if isinstance(step, Select)]
    if len(at) != 1:
        return None
    select = path.steps[at[0]]
    names = path.names
    return (names[: at[0]], select, names[at[0] :]) if isinstance(select, Select) else None


def finder(w: Writer, select: Select) -> str:
    """The name of a small function that finds the member a selector means."""
    if repr(select) not in w.functions:
        name = w.name("row")
        w.functions[repr(select)] = (name, list(_finder(name, select, w)))
    return w.functions[repr(select)][0]


def _finder(name: str, select: Select, w: Writer) -> Iterator[str]:
    holds = " and ".join(_holds(condition, w) for condition in select.where)
    yield f"def {name}(rows):"
    yield f"    # {str(select)!r}"
    yield "    if rows is None:"
    yield "        return None"
    yield "    if not isinstance(rows, list):"
    yield "        raise GaveUpError"
    if select.first:
        yield "    for row in rows:"
        yield f"        if isinstance(row, dict) and {holds}:"
        yield "            return row"
        yield "    return None"
        return
    yield f"    found = [row for row in rows if isinstance(row, dict) and {holds}]"
    yield "    if len(found) > 1:"
    yield "        raise GaveUpError"
    yield "    return found[0] if found else None"


def _holds(condition: Condition, w: Writer) -> str:
    got = f"row.get({condition.name!r})"
    if all(isinstance(value, str) for value in condition.values):
        values = ", ".join(map(repr, condition.values))
        return f"{got} == {values}" if len(condition.values) == 1 else f"{got} in ({values})"
    values = ", ".join(map(repr, condition.values))
    return f"{w.let('condition', f'Condition({condition.name!r}, ({values},))')}.holds(row)"
