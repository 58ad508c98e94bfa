"""What changed between two documents of one side, in canonical form and over mapped paths only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hub.domain.documents import Doc
from hub.domain.mapping.ends import Node
from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.listing import Listing
from hub.domain.mapping.parts import Part, Run, place_of
from hub.domain.mapping.rules import FieldRule, ListRule, Owner
from hub.domain.mapping.values import ABSENT, Read, clone


@dataclass(frozen=True)
class FieldChange:
    """One changed value, or one member that came or went; ``path`` is canonical where the rule has such a path."""

    path: str
    remote_path: str
    old: Any
    new: Any
    rule: FieldRule | ListRule

    @property
    def owner(self) -> Owner | None:
        """Whose value wins when both sides changed; members of lists have their own rule."""
        return self.rule.owner

    @property
    def sensitive(self) -> bool:
        """Whether the values are to be masked wherever they are shown."""
        return self.rule.sensitive


def changes(parts: Sequence[Part], old: Node, new: Node, run: Run, *, of_hub: bool) -> Iterator[FieldChange]:
    """Every change from ``old`` to ``new``, both of the hub or both of the remote."""
    for part in parts:
        if isinstance(part, Leaf) and part.is_plain and part.is_untouched(old, new, of_hub=of_hub):
            continue
        with run.at(part, new, new, of_hub=of_hub):
            if isinstance(part, Leaf):
                yield from _leaf_change(part, old, new, of_hub=of_hub)
            else:
                yield from _member_changes(part.at(new), old, new, run, of_hub=of_hub)


def _leaf_change(leaf: Leaf, old: Node, new: Node, *, of_hub: bool) -> Iterator[FieldChange]:
    differs = leaf.hub_differs if of_hub else leaf.remote_differs
    read = leaf.hub.read if of_hub else leaf.remote.read
    if differs(old, new):
        paths = place_of(leaf, new, of_hub=True), place_of(leaf, new, of_hub=False)
        yield FieldChange(*paths, shown(read(old)), shown(read(new)), leaf.rule)


def _member_changes(listing: Listing, old: Node, new: Node, run: Run, *, of_hub: bool) -> Iterator[FieldChange]:
    before, after = (_members(listing, node.doc, run, of_hub=of_hub) for node in (old, new))
    node_of = listing.hub_node if of_hub else listing.remote_node
    for key in dict.fromkeys((*before, *after)):
        if key in before and key in after:
            nodes = node_of(old, key, before[key]), node_of(new, key, after[key])
            yield from changes(listing.parts, *nodes, run, of_hub=of_hub)
        else:
            paths = f"{new.path}{listing.path(key)}", f"{new.where}{listing.rule.remote.path}[{key}]"
            yield FieldChange(*paths, clone(before.get(key)), clone(after.get(key)), listing.rule)


def _members(listing: Listing, doc: Doc, run: Run, *, of_hub: bool) -> dict[str, Doc]:
    return listing.hub_members(doc) if of_hub else listing.remote_members(doc, run.refs)


def shown(value: Read) -> Any:
    """A value as a change tells it: absent is told as null, a spread value as a list."""
    if value is ABSENT:
        return None
    return list(value) if isinstance(value, tuple) else clone(value)
