"""The documents of one record, or of one list member, while they are merged."""

from dataclasses import dataclass

from hub.domain.documents import Doc
from hub.domain.mapping.ends import Node, fields_of
from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.listing import Listing
from hub.domain.mapping.paths import Path
from hub.domain.mapping.values import clone, is_nothing


@dataclass(frozen=True)
class Scope:
    """Six views of one node: what was agreed, what is, and what becomes.

    ``hub`` and ``remote`` are written and become the new documents; ``seen`` is the remote's as it came; ``base`` is
    written and becomes the hub's half of the next shadow: it starts as the hub's document, and goes back to
    ``hub_base`` where a change of the hub is still to be sent or disputed.
    """

    hub: Node
    remote: Node
    seen: Node
    base: Node
    hub_base: Node
    remote_base: Node
    making_hub: bool = False
    making_remote: bool = False

    @property
    def is_first(self) -> bool:
        """Whether nothing was ever agreed about this node."""
        return not (self.hub_base.doc or self.remote_base.doc)

    def go_back(self, leaf: Leaf) -> None:
        """Leave the hub's value in the shadow as it was agreed, so that the change stays visible."""
        copy_hub(leaf, self.hub_base, self.base)

    def move_on(self, leaf: Leaf) -> None:
        """Agree on what the leaf has written into the hub."""
        copy_hub(leaf, self.hub, self.base)


@dataclass(frozen=True)
class Member:
    """One list member on both sides, now and as agreed; None where it is not there."""

    key: str
    mine: Doc | None
    theirs: Doc | None
    was_mine: Doc | None
    was_theirs: Doc | None


def copy_hub(leaf: Leaf, source: Node, target: Node) -> None:
    """Make a hub document say what another one says, as far as the leaf goes."""
    for path in fields_of(leaf.rule.hub):
        copy_path(path, source.doc, target.doc)


def copy_remote(leaf: Leaf, source: Node, target: Node) -> None:
    """Make a remote document say what another one says, as far as the leaf goes."""
    for path in fields_of(leaf.rule.remote):
        copy_path(path, source.doc, target.doc)


def copy_path(path: Path, source: Doc, target: Doc) -> None:
    """Make the target say what the source says at one path."""
    value = path.read(source)
    if not is_nothing(value):
        path.write(target, clone(value))
    elif not is_nothing(path.read(target)):
        path.delete(target)


def within(listing: Listing, scope: Scope, member: Member, base: Doc, becoming: Doc) -> Scope:
    """The scope of a member that both sides have; ``becoming`` is the remote's member that is written."""
    key = member.key
    return Scope(
        hub=listing.hub_node(scope.hub, key, member.mine or {}),
        remote=listing.remote_node(scope.remote, key, becoming),
        seen=listing.remote_node(scope.seen, key, member.theirs or {}),
        base=listing.hub_node(scope.base, key, base),
        hub_base=listing.hub_node(scope.hub_base, key, member.was_mine or {}),
        remote_base=listing.remote_node(scope.remote_base, key, member.was_theirs or {}),
    )
