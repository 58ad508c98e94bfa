"""What a write has settled, by what is read back after it.

A field that we sent and that came back different is *normalised* (trimmed, upper-cased, rounded): the hub's half of the
shadow is ours, the remote's is theirs, and nothing is written again. Any other change since the old copy is inbound.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from hub.domain.documents import Doc
from hub.domain.mapping.changes import shown
from hub.domain.mapping.compiled import Mapping as FieldMapping
from hub.domain.mapping.ends import Node, SourceEnd, record
from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.links import NO_LINKS, Refs
from hub.domain.mapping.listing import Listing
from hub.domain.mapping.parts import Part, Run, place_of
from hub.domain.mapping.values import clone
from hub.domain.sync.agreement import agreed
from hub.domain.sync.merging import merge
from hub.domain.sync.outcome import COMPUTED, IDLE, REWRITTEN, Merge
from hub.domain.sync.rewriting import is_rewriting
from hub.domain.sync.scope import copy_hub, copy_remote


def settle(
    mapping: FieldMapping,
    *,
    hub_base: Doc | None,
    remote_base: Doc | None,
    hub_now: Doc,
    sent: Doc,
    read_back: Doc,
    refs: Refs = NO_LINKS,
    ours: bool = True,
) -> Merge:
    """Agree on what was sent, as it came back, then merge whatever else changed on either side meanwhile.

    ``sent`` is the remote document of the write, ``hub_base`` and ``remote_base`` the shadow that it was worked out
    from, ``hub_now`` our record as it is now. ``ours`` says that what was read back is the version that our write
    made; where that is not known, what looks like our value rewritten is, another is taken in as a change, and as
    normalised the second time that the same comes back for the same.
    """
    if (quiet := agreed(mapping, hub_base, hub_now, read_back, refs)) is not None:
        return quiet
    hub, remote = clone(hub_base or {}), clone(remote_base or {})
    known = _Known(refs)
    settlement = _Settlement(
        Run(known), known, ours=ours, rewritten=hub.get(REWRITTEN, {}), computed=hub.get(COMPUTED, {})
    )
    settlement.parts(
        mapping.parts,
        _Views(
            record(hub_now), record(sent), record(read_back), record(hub), record(remote), record(remote_base or {})
        ),
    )
    settlement.run.finish(mapping.spec.file, mapping.entity)
    idle = [path for path in hub.get(IDLE, ()) if path not in settlement.sent]
    hub |= {COMPUTED: settlement.computed, REWRITTEN: settlement.rewritten, IDLE: idle}
    merged = merge(mapping, hub_base=hub, remote_base=remote, hub_now=hub_now, remote_now=read_back, refs=known)
    return replace(merged, lines=known.lines)


def took_effect(mapping: FieldMapping, *, remote_base: Doc, sent: Doc, read_back: Doc) -> bool:
    """Whether a write without answer shows in what is there now: a value that was sent, or what looks like it."""
    before, written, back = record(remote_base), record(sent), record(read_back)
    for leaf in mapping.parts:
        if not isinstance(leaf, Leaf) or leaf.remote_meaning(back) == leaf.remote_meaning(before):
            continue
        if leaf.remote_meaning(written) == leaf.remote_meaning(before):
            continue
        if leaf.remote_meaning(back) == leaf.remote_meaning(written):
            return True
        if is_rewriting(leaf.remote.read(written), leaf.remote.read(back)):
            return True
    return mapping.same_remote(read_back, sent)


@dataclass
class _Known:
    """The crosswalk with the pairs of members that the read-back has just told."""

    refs: Refs
    pairs: dict[str, dict[str, str]] = field(default_factory=dict)  # entity: hub key: remote key

    def to_remote(self, entity: str, hub_id: str) -> str | None:
        """The remote id."""
        return self.pairs.get(entity, {}).get(hub_id) or self.refs.to_remote(entity, hub_id)

    def to_hub(self, entity: str, remote_id: str) -> str | None:
        """The hub id."""
        new = (mine for mine, theirs in self.pairs.get(entity, {}).items() if theirs == remote_id)
        return next(new, None) or self.refs.to_hub(entity, remote_id)

    @property
    def lines(self) -> dict[str, dict[str, str]]:
        """The new pairs by list path."""
        return {entity.partition(".")[2]: pairs for entity, pairs in self.pairs.items()}


@dataclass(frozen=True)
class _Views:
    """One node: as it is here, as it was sent, as it came back; both halves of the shadow, moving on; the old one."""

    hub_now: Node
    sent: Node
    back: Node
    hub: Node
    remote: Node
    remote_base: Node


@dataclass
class _Settlement:
    """Moves the shadow on, field by field that was sent."""

    run: Run
    known: _Known
    ours: bool
    rewritten: Doc
    computed: Doc
    sent: set[str] = field(default_factory=set)

    def parts(self, parts: Sequence[Part], views: _Views) -> None:
        """Settle the parts of a record or member."""
        for part in parts:
            with self.run.at(part, views.hub_now, views.back, of_hub=False):
                if isinstance(part, Leaf):
                    self.leaf(part, views)
                else:
                    self.members(part.at(views.hub_now), views)

    def leaf(self, leaf: Leaf, views: _Views) -> None:
        """Agree on a value that was sent; one that was not is left to the merge."""
        if not leaf.rule.direction.pushes or leaf.remote_meaning(views.sent) == leaf.remote_meaning(views.remote_base):
            return
        self.sent.add(place_of(leaf, views.hub_now, of_hub=True))
        if leaf.same(views.hub_now, views.sent, self.known):
            copy_hub(leaf, views.hub_now, views.hub)
            if isinstance(leaf.hub, SourceEnd):
                self.computed[place_of(leaf, views.hub_now, of_hub=True)] = shown(leaf.hub_value(views.hub_now))
        else:  # the hub has changed again since: what was sent is what was agreed
            leaf.pull(views.sent, views.hub, self.known)
        copy_remote(leaf, views.back if self.is_answer(leaf, views) else views.sent, views.remote)

    def is_answer(self, leaf: Leaf, views: _Views) -> bool:
        """Whether what came back is the answer to what was sent, and no change by somebody else."""
        if self.ours or leaf.remote_meaning(views.sent) == leaf.remote_meaning(views.back):
            return True
        if is_rewriting(leaf.remote.read(views.sent), leaf.remote.read(views.back)):
            return True
        path = place_of(leaf, views.hub_now, of_hub=True)
        rewriting = [shown(leaf.remote.read(views.sent)), shown(leaf.remote.read(views.back))]
        seen_before = bool(self.rewritten.get(path) == rewriting)
        self.rewritten[path] = rewriting
        return seen_before

    # --- members of lists

    def members(self, listing: Listing, views: _Views) -> None:
        """Settle the members that were sent, added or taken away."""
        if not listing.rule.direction.pushes:
            return
        named = dict(self.name_new(listing, views)) if listing.rule.remote_ids else {}
        sent = listing.remote_members(views.sent.doc, self.known) | named
        back = listing.remote_members(views.back.doc, self.known)
        was = listing.remote_members(views.remote_base.doc, self.known)
        agreed = listing.hub_members(views.hub.doc)
        for key, member in sent.items():
            if key in was and (key not in back or key not in agreed):
                continue  # not ours, or gone meanwhile: the merge sees to it
            if key in back:
                self.member(listing, views, key, member, was.get(key, {}), back[key])
            else:
                self.refused(listing, views, key)
        for key in [key for key in was if key not in sent]:
            listing.drop_hub(views.hub.doc, key)
            listing.drop_remote(views.remote.doc, listing.remote_members(views.remote.doc, self.known)[key])

    def member(self, listing: Listing, views: _Views, key: str, sent: Doc, was: Doc, back: Doc) -> None:
        """Settle one member that is there on both sides; of a new one, every value was sent."""
        here, there = listing.hub_members(views.hub.doc), listing.remote_members(views.remote.doc, self.known)
        now = listing.hub_members(views.hub_now.doc).get(key, {})
        inner = _Views(
            hub_now=listing.hub_node(views.hub_now, key, now),
            sent=listing.remote_node(views.sent, key, sent),
            back=listing.remote_node(views.back, key, back),
            hub=listing.hub_node(views.hub, key, here.get(key) or listing.add_hub(views.hub.doc, key, back)),
            remote=listing.remote_node(
                views.remote, key, there.get(key) or listing.mark_remote(views.remote.doc, back)
            ),
            remote_base=listing.remote_node(views.remote_base, key, was),
        )
        self.parts(listing.parts, inner)

    def refused(self, listing: Listing, views: _Views, key: str) -> None:
        """A new member did not come back: it stays ours alone, and is not sent again."""
        now = listing.hub_members(views.hub_now.doc).get(key)
        if now is not None:
            listing.put_hub(views.hub.doc, now)

    def name_new(self, listing: Listing, views: _Views) -> Iterator[tuple[str, Doc]]:
        """Find the ids that the remote has given to new members: the likeliest of those that appeared."""
        old = listing.remote_keys(views.remote_base.doc)
        appeared = {key: member for key, member in listing.remote_keys(views.back.doc).items() if key not in old}
        named = {**listing.remote_members(views.sent.doc, self.known), **listing.hub_members(views.hub.doc)}
        waiting = {key: member for key, member in listing.hub_members(views.hub_now.doc).items() if key not in named}
        for member in listing.keyless(views.sent.doc):
            theirs = _likeliest(appeared, partial(self.alike, listing, member))
            mine = _likeliest(waiting, partial(self.equal, listing, member))
            if theirs is not None and mine is not None:
                del appeared[theirs], waiting[mine]
                self.known.pairs.setdefault(listing.entity, {})[mine] = theirs
                yield mine, member

    def alike(self, listing: Listing, one: Doc, other: Doc) -> int:
        """In how many values two members of the remote agree."""
        return sum(leaf.remote_meaning(record(one)) == leaf.remote_meaning(record(other)) for leaf in _sent(listing))

    def equal(self, listing: Listing, theirs: Doc, mine: Doc) -> int:
        """In how many values a member of the hub and one of the remote agree."""
        return sum(leaf.same(record(mine), record(theirs), self.known) for leaf in _sent(listing))


def _sent(listing: Listing) -> Iterator[Leaf]:
    """The values of a member that we send: by these it is recognised."""
    return (part for part in listing.parts if isinstance(part, Leaf) and part.rule.direction.pushes)


def _likeliest(members: Mapping[str, Doc], score: Callable[[Doc], int]) -> str | None:
    """The key of the member with the highest score, the earlier one where two are equal."""
    return max(members, key=lambda key: score(members[key]), default=None)
