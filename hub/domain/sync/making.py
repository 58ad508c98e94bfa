"""The first document of a record on the side where it is made; a value that a person decides about is left out."""

from dataclasses import dataclass

from hub.domain.documents import Doc
from hub.domain.mapping.compiled import Mapping
from hub.domain.mapping.links import Refs
from hub.domain.mapping.refusal import UnsettledError
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


def make_there(mapping: Mapping, hub: Doc, refs: Refs) -> Made:
    """The remote's document for a record of ours that is new there; fails as ``push`` does."""
    try:
        return Made(mapping.push(hub, None, refs))
    except UnsettledError:
        merged = merge(mapping, hub_base=None, remote_base=None, hub_now=hub, remote_now=None, refs=refs)
        return Made(merged.remote, merged.conflicts)
