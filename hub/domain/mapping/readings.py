"""Every value that a mapping carries one way, before and after, whether it changed or not: for people who look on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.domain.documents import Doc
from hub.domain.errors import FieldError
from hub.domain.mapping.changes import FieldChange, shown
from hub.domain.mapping.compiled import Mapping
from hub.domain.mapping.ends import Node, record
from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.links import Refs
from hub.domain.mapping.listing import Listing
from hub.domain.mapping.parts import Part, Run, place_of
from hub.domain.mapping.values import clone


@dataclass(frozen=True)
class Reading:
    """One value of the target's documents, before and after; ``same`` says that both mean the same."""

    value: FieldChange
    same: bool


@dataclass(frozen=True)
class Readings:
    """The values in the order in which the rules run, and those that could not be read."""

    values: tuple[Reading, ...]
    problems: tuple[FieldError, ...]


def readings(mapping: Mapping, old: Doc, new: Doc, refs: Refs, *, of_hub: bool) -> Readings:
    """What the rules of one direction write, in two documents of the side that it writes.

    ``of_hub``: both are documents of the hub, so the rules that pull are told; else those that push.
    """
    run = Run(refs)
    values = tuple(_read(mapping.parts, record(old), record(new), run, of_hub=of_hub))
    return Readings(values, (*run.problems, *(held.error for held in run.held)))


def _read(parts: Sequence[Part], old: Node, new: Node, run: Run, *, of_hub: bool) -> Iterator[Reading]:
    for part in parts:
        if not (part.rule.direction.pulls if of_hub else part.rule.direction.pushes):
            continue
        with run.at(part, new, new, of_hub=of_hub):
            if isinstance(part, Leaf):
                yield _of_leaf(part, old, new, of_hub=of_hub)
            else:
                yield from _of_members(part.at(new), old, new, run, of_hub=of_hub)


def _of_leaf(leaf: Leaf, old: Node, new: Node, *, of_hub: bool) -> Reading:
    meaning = leaf.hub_meaning if of_hub else leaf.remote_meaning
    read = leaf.hub.read if of_hub else leaf.remote.read
    paths = place_of(leaf, new, of_hub=True), place_of(leaf, new, of_hub=False)
    return Reading(FieldChange(*paths, shown(read(old)), shown(read(new)), leaf.rule), meaning(old) == meaning(new))


def _of_members(listing: Listing, old: Node, new: Node, run: Run, *, of_hub: bool) -> Iterator[Reading]:
    find = listing.hub_members if of_hub else lambda doc: listing.remote_members(doc, run.refs)
    before, after = find(old.doc), find(new.doc)
    node_of = listing.hub_node if of_hub else listing.remote_node
    for key in dict.fromkeys((*before, *after)):
        if (key in before) != (key in after):
            paths = f"{new.path}{listing.path(key)}", f"{new.where}{listing.rule.remote.path}[{key}]"
            yield Reading(FieldChange(*paths, clone(before.get(key)), clone(after.get(key)), listing.rule), same=False)
        if key in after:
            nodes = node_of(old, key, before.get(key, {})), node_of(new, key, after[key])
            yield from _read(listing.parts, *nodes, run, of_hub=of_hub)
