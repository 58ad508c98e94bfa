"""From the hub to the remote: every part writes what differs in meaning into the remote's document."""

from collections.abc import Sequence

from hub.domain.mapping.ends import Node
from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.listing import Listing
from hub.domain.mapping.parts import Part, Run


def push_parts(parts: Sequence[Part], hub: Node, remote: Node, run: Run, *, creating: bool) -> None:
    """Write the parts into the remote node; ``creating`` says that the record or member is new over there."""
    for part in parts:
        with run.at(part, hub, remote, of_hub=True):
            if isinstance(part, Leaf):
                push_leaf(part, hub, remote, run, creating=creating)
            elif part.rule.direction.pushes:
                _push_members(part.at(hub), hub, remote, run, creating=creating)


def push_leaf(leaf: Leaf, hub: Node, remote: Node, run: Run, *, creating: bool) -> None:
    """Write one value, where the rule carries that way and its condition holds."""
    if leaf.can_push(creating=creating) and leaf.active(hub):
        leaf.push(hub, remote, run.refs)


def _push_members(listing: Listing, hub: Node, remote: Node, run: Run, *, creating: bool) -> None:
    """A record that is made takes its members along, whoever adds and removes them later."""
    wanted = listing.hub_members(hub.doc)
    present = listing.remote_members(remote.doc, run.refs)
    nameless = iter(listing.keyless(remote.doc)) if listing.rule.remote_ids else iter(())
    for key, member in wanted.items():
        # a member without id is one that an earlier push made and that the remote has not named yet
        there = present.get(key) or next(nameless, None)
        adding = there is None
        if there is None:
            if not (listing.hub_decides or creating):
                continue
            there = listing.add_remote(remote.doc, member)
        nodes = listing.hub_node(hub, key, member), listing.remote_node(remote, key, there)
        push_parts(listing.parts, *nodes, run, creating=adding)
    if listing.hub_decides:
        for key in [key for key in present if key not in wanted]:
            listing.drop_remote(remote.doc, present[key])
