"""How an operator's mapping file is laid over the shipped one: by the path of the rule, with file and line kept.

A rule is the same rule when its two paths are the same: its options are merged, and the overlay's arrow counts.
``remove`` in a rule's place takes it away. Elsewhere ``null`` takes away what was shipped; in a value table, where null
is a value, an empty list does. Examples are merged by name. What the overlay does not name stays as it is shipped.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hub.files.problems import Problem, closest
from hub.files.yaml import Document, Place, key_text

REMOVE = "remove"
_ARROWS = (" <-> ", " -> ", " <- ")


def lay_over(base: Document, over: Document) -> tuple[Document, list[Problem]]:
    """One document of two, which knows the file and line of every place; and what the overlay asks in vain."""
    layers = _Layers(base, over)
    data = layers.whole(base.data, over.data)
    return Document(base.file, data, layers.lines, layers.files), layers.problems


def rule_path(text: str) -> str:
    """The two paths of a rule without its arrow and spacing; the text itself where it is no rule."""
    for arrow in _ARROWS:
        left, found, right = text.partition(arrow)
        if found:
            return f"{' '.join(left.split())} | {' '.join(right.split())}"
    return text


@dataclass(frozen=True)
class _Pair:
    """A place in the merged document, and where it comes from in each of the two."""

    place: Place
    base: Place
    over: Place

    def child(self, base: Any, over: Any) -> "_Pair":
        """The same key below; the overlay's spelling counts."""
        return _Pair((*self.place, key_text(over)), (*self.base, key_text(base)), (*self.over, key_text(over)))


@dataclass
class _Layers:
    base: Document
    over: Document
    lines: dict[Place, int] = field(default_factory=dict)
    files: dict[Place, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def whole(self, base: Any, over: Any) -> Any:
        """The blocks of a file."""
        blocks: dict[str, Callable[[Any, Any, _Pair], Any]] = {
            "fields": self.rules,
            "values": self.tables,
            "tests": self.examples,
        }
        return self.merged(base, over, _Pair((), (), ()), lambda key: blocks.get(key, self.options))

    def merged(self, base: Any, over: Any, at: _Pair, of_key: Callable[[str], Callable[[Any, Any, _Pair], Any]]) -> Any:
        """Two mappings key by key; null in the overlay takes away."""
        if not (isinstance(base, dict) and isinstance(over, dict)):
            return self.taken(self.over, over, at.over, at.place)
        result = {key: self.kept(value, key, at) for key, value in base.items() if key not in over}
        for key, value in over.items():
            here = at.child(key, key)
            if value is None:
                continue
            self.note(self.over, here.over, here.place)
            if key in base:
                result[key] = of_key(key_text(key))(base[key], value, here)
            else:
                result[key] = self.taken(self.over, value, here.over, here.place)
        return result

    def options(self, base: Any, over: Any, at: _Pair) -> Any:
        """Plain settings, down to the leaves."""
        return self.merged(base, over, at, lambda _: self.options)

    # --- rules

    def rules(self, base: Any, over: Any, at: _Pair) -> Any:
        """Rules by their paths, with the options of lists among them."""
        if not (isinstance(base, dict) and isinstance(over, dict)):
            return self.taken(self.over, over, at.over, at.place)
        shipped = {rule_path(key_text(key)): key for key in base}
        named = {shipped.get(rule_path(key_text(key))): key for key in over}
        result: dict[Any, Any] = {}
        for key, value in base.items():
            if key in named:
                self.rule(result, (key, value), (named[key], over[named[key]]), at)
            else:
                result[key] = self.kept(value, key, at)
        for key, value in over.items():
            if rule_path(key_text(key)) not in shipped:
                self.new_rule(result, key, value, at, shipped)
        return result

    def rule(self, result: dict[Any, Any], base: tuple[Any, Any], over: tuple[Any, Any], at: _Pair) -> None:
        """One rule, or option of a list, that both have."""
        (key, shipped), (spelling, own) = base, over
        here = at.child(key, spelling)
        is_rule = rule_path(key_text(key)) != key_text(key)
        if own == REMOVE or (own is None and not is_rule):
            return
        if own is None:
            result[spelling] = self.taken(self.base, shipped, here.base, here.place)
        elif isinstance(shipped, dict) and isinstance(own, dict):
            result[spelling] = self.rules(shipped, own, here)
        else:
            result[spelling] = self.taken(self.over, own, here.over, here.place)
        self.note(self.over, here.over, here.place)

    def new_rule(self, result: dict[Any, Any], key: Any, value: Any, at: _Pair, shipped: dict[str, Any]) -> None:
        """A rule that only the overlay has."""
        here = at.child(key, key)
        if value == REMOVE:
            file, line = self.over.where(here.over)
            meant = closest(rule_path(key_text(key)), shipped)
            known = None if meant is None else key_text(shipped[meant])
            text = "there is no such rule to remove"
            self.problems.append(Problem(file, line, ": ".join(map(str, here.over)), text, {}, known))
            return
        self.note(self.over, here.over, here.place)
        result[key] = self.taken(self.over, value, here.over, here.place)

    # --- value tables and examples

    def tables(self, base: Any, over: Any, at: _Pair) -> Any:
        """Value tables by name, row by row; an empty list takes a row away; included files are added."""
        return self.merged(base, over, at, lambda name: self.included if name == "include" else self.rows)

    def rows(self, base: Any, over: Any, at: _Pair) -> Any:
        """The rows of one table by the hub's value."""
        if not (isinstance(base, dict) and isinstance(over, dict)):
            return self.taken(self.over, over, at.over, at.place)
        result = {key: self.kept(value, key, at) for key, value in base.items() if key not in over}
        for key, value in over.items():
            if value != []:
                here = at.child(key, key)
                self.note(self.over, here.over, here.place)
                result[key] = self.taken(self.over, value, here.over, here.place)
        return result

    def included(self, base: Any, over: Any, at: _Pair) -> Any:
        """The files that both include."""
        return self.joined(base, over, at, lambda file: file)

    def examples(self, base: Any, over: Any, at: _Pair) -> Any:
        """Examples by name."""
        return self.joined(base, over, at, lambda example: example.get("name") if isinstance(example, dict) else None)

    def joined(self, base: Any, over: Any, at: _Pair, name_of: Callable[[Any], Any]) -> Any:
        """Two lists, where a member of the overlay replaces the shipped one of the same name."""
        if not (isinstance(base, list) and isinstance(over, list)):
            return self.taken(self.over, over, at.over, at.place)
        own = {str(name_of(member)) for member in over}
        kept = [(self.base, index, member) for index, member in enumerate(base) if str(name_of(member)) not in own]
        added = [(self.over, index, member) for index, member in enumerate(over)]
        result: list[Any] = []
        for document, index, member in (*kept, *added):
            was = (*(at.base if document is self.base else at.over), index)
            result.append(self.taken(document, member, was, (*at.place, len(result))))
        return result

    # --- where it comes from

    def kept(self, value: Any, key: Any, at: _Pair) -> Any:
        """A value of the shipped file, as it is."""
        here = at.child(key, key)
        return self.taken(self.base, value, here.base, here.place)

    def taken(self, document: Document, value: Any, was: Place, place: Place) -> Any:
        """A value of one file, with the lines of everything in it."""
        self.note(document, was, place)
        members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, member in members:
            name = key if isinstance(value, list) else key_text(key)
            self.taken(document, member, (*was, name), (*place, name))
        return value

    def note(self, document: Document, was: Place, place: Place) -> None:
        """Remember where a place comes from."""
        file, line = document.where(was)
        self.lines[place] = line
        self.files[place] = file
