"""The first document of a record on the side where it is made; a value that a person decides about is left out."""

from dataclasses import dataclass

from hub.domain.documents import Doc
from hub.domain.mapping.compiled import Mapping
from hub.domain.mapping.links import Refs
from hub.domain.mapping.paths import Path
from hub.domain.mapping.refusal import UnsettledError
from hub.domain.mapping.rules import Direction, FieldRule
from hub.domain.mapping.values import is_nothing
from hub.domain.sync.merging import merge
from hub.domain.sync.outcome import HELD, Conflict


@dataclass(frozen=True)
class Made:
    """A new document, and what a person is asked about it; ``held`` belongs into the hub's half of the shadow."""

    doc: Doc
    conflicts: tuple[Conflict, ...] = ()

    @property
    def held(self) -> Doc:
        """What the shadow remembers of the open questions."""
        return {HELD: sorted({conflict.path for conflict in self.conflicts})} if self.conflicts else {}


def make_here(mapping: Mapping, remote: Doc, refs: Refs) -> Made:
    """The hub's document for a remote record that is new here; fails as ``pull`` does."""
    try:
        return Made(mapping.pull(remote, None, refs))
    except UnsettledError:
        merged = merge(mapping, hub_base=None, remote_base=None, hub_now=None, remote_now=remote, refs=refs)
        return Made(merged.hub, merged.conflicts)


def unsaid(mapping: Mapping, hub: Doc, made: Doc, remote: Doc) -> frozenset[str]:
    """Fields that a record got here when it was ``made``, that only go out, and of which the remote one has nothing.

    So a ticket's number, which the case that it was made of does not know yet. Our key alone is not worth a write: the
    link knows it.
    """
    rules = [rule for rule in mapping.spec.rules if isinstance(rule, FieldRule)]
    told = {"id", *made, *(str(rule.hub) for rule in rules if rule.direction.pulls)}
    outward = (rule for rule in rules if rule.direction is Direction.PUSH and str(rule.hub) in hub.keys() - told)
    return frozenset(
        str(rule.hub)
        for rule in outward
        if isinstance(rule.remote, Path) and (is_nothing(found := rule.remote.read(remote)) or found == "")
    )


def make_there(mapping: Mapping, hub: Doc, refs: Refs) -> Made:
    """The remote's document for a record of ours that is new there; fails as ``push`` does."""
    try:
        return Made(mapping.push(hub, None, refs))
    except UnsettledError:
        merged = merge(mapping, hub_base=None, remote_base=None, hub_now=hub, remote_now=None, refs=refs)
        return Made(merged.remote, merged.conflicts)
