"""From the remote to the hub: every part writes what differs in meaning into the hub's document."""

from collections.abc import Sequence

from hub.domain.mapping.ends import Node
from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.listing import Listing
from hub.domain.mapping.parts import Part, Run


def pull_parts(parts: Sequence[Part], remote: Node, hub: Node, run: Run, *, creating: bool) -> None:
    """Write the parts into the hub node; ``creating`` says that the record or member is new in the hub."""
    for part in parts:
        with run.at(part, hub, remote, of_hub=False):
            if isinstance(part, Leaf):
                pull_leaf(part, remote, hub, run, creating=creating)
            elif part.rule.direction.pulls and not part.unsaid(remote.doc):
                _pull_members(part.at(hub), remote, hub, run, creating=creating)


def pull_leaf(leaf: Leaf, remote: Node, hub: Node, run: Run, *, creating: bool) -> None:
    """Write one value, where the rule carries that way and its condition holds."""
    if leaf.can_pull(creating=creating) and leaf.active(hub):
        leaf.pull(remote, hub, run.refs)


def _pull_members(listing: Listing, remote: Node, hub: Node, run: Run, *, creating: bool) -> None:
    """A record that is made takes its members along, whoever adds and removes them later."""
    given = listing.remote_members(remote.doc, run.refs)
    present = listing.hub_members(hub.doc)
    for key, member in given.items():
        here = present.get(key)
        adding = here is None
        if here is None:
            if not (listing.remote_decides or creating):
                continue
            here = listing.add_hub(hub.doc, key, member)
        nodes = listing.remote_node(remote, key, member), listing.hub_node(hub, key, here)
        pull_parts(listing.parts, *nodes, run, creating=adding)
    if listing.remote_decides:
        for key in [key for key in present if key not in given]:
            listing.drop_hub(hub.doc, key)
