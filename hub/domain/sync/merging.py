"""The three-way merge by field owner: pure, per value, compared in canonical form.

Changed on one side: that side wins. Changed on both: the rule's owner decides; what a person must decide is held, and
the rest of the record moves on. What nobody changed is left alone on both sides, even where it reads differently: the
remote may have normalised it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import cached_property
from typing import Any

from hub.domain.documents import Doc
from hub.domain.mapping.changes import FieldChange, changes, shown
from hub.domain.mapping.compiled import Mapping as FieldMapping
from hub.domain.mapping.ends import Node, SourceEnd, record
from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.links import NO_LINKS, Refs
from hub.domain.mapping.listing import Listing
from hub.domain.mapping.parts import Part, Run, place_of
from hub.domain.mapping.pull import pull_parts
from hub.domain.mapping.push import push_parts
from hub.domain.mapping.refusal import UnfitError
from hub.domain.mapping.rules import Const, OnNull, OnOther, Owner
from hub.domain.mapping.values import clone, is_nothing, normal
from hub.domain.sync.outcome import COMPUTED, HELD, REWRITTEN, Change, Conflict, Dispute, Merge, Reason
from hub.domain.sync.scope import Member, Scope, within

SKEW = timedelta(seconds=5)
"""Two clocks that differ by less say nothing about who was later."""


class Verdict(Enum):
    """What becomes of one value."""

    LEAVE = auto()
    HUB = auto()
    REMOTE = auto()
    REVIEW = auto()


@dataclass(frozen=True)
class Times:
    """When the sides changed: the records as a whole, and single hub fields by path where that is known."""

    hub_at: datetime | None
    remote_at: datetime | None
    hub_fields: Mapping[str, datetime]


def merge(  # noqa: PLR0913 - the three-way merge is of four documents, and all are named
    mapping: FieldMapping,
    *,
    hub_base: Doc | None,
    remote_base: Doc | None,
    hub_now: Doc | None,
    remote_now: Doc | None,
    refs: Refs = NO_LINKS,
    hub_at: datetime | None = None,
    remote_at: datetime | None = None,
    field_times: Mapping[str, datetime] | None = None,
    decided: Mapping[str, str] | None = None,
) -> Merge:
    """Bring both sides together; the documents that are given are never changed.

    No base means that nothing was agreed yet: a value fills a gap on the other side, two values go by owner, nothing is
    cleared. None as ``hub_now`` or ``remote_now`` means that the record is to be made there. ``hub_at`` and
    ``remote_at`` say when the records changed, ``field_times`` when single hub fields did, by path. ``decided`` settles
    held paths: hub or remote. Fails with an InvalidError that names every value without counterpart, or as push does.
    """
    before, seen = remote_base or {}, _completed(mapping, remote_base or {}, remote_now or {})
    scope = Scope(
        hub=record(clone(hub_now or {})),
        remote=record(clone(seen)),
        seen=record(seen),
        base=record(clone(hub_now or {})),
        hub_base=record(hub_base or {}),
        remote_base=record(before),
        making_hub=hub_now is None,
        making_remote=remote_now is None,
    )
    times = Times(hub_at, remote_at, field_times or {})
    merger = _Merger(mapping, scope, hub_now or {}, Run(refs), times, decided or {})
    return merger.finish()


def _completed(mapping: FieldMapping, before: Doc, now: Doc) -> Doc:
    """What a partial document of the remote leaves out is as it was."""
    return _overlaid(before, now) if mapping.spec.partial else now


def _overlaid(before: Doc, now: Doc) -> Doc:
    both = {
        name: _overlaid(before[name], now[name]) for name in before.keys() & now.keys() if _objects(before, now, name)
    }
    return {**before, **now, **both}


def _objects(before: Doc, now: Doc, name: str) -> bool:
    return isinstance(before[name], dict) and isinstance(now[name], dict)


def judge(owner: Owner, *, hub_changed: bool, remote_changed: bool, later: Verdict) -> tuple[Verdict, Reason | Dispute]:
    """Who wins a value that changed and does not mean the same on both sides; ``later`` says who was last, if known."""
    if not remote_changed:
        return Verdict.HUB, Reason.HUB_CHANGED
    if not hub_changed:
        return Verdict.REMOTE, Reason.REMOTE_CHANGED
    return _LATER[later] if owner is Owner.LATEST else _OWNED[owner]


_OWNED: dict[Owner, tuple[Verdict, Reason | Dispute]] = {
    Owner.HUB: (Verdict.HUB, Reason.HUB_OWNS),
    Owner.REMOTE: (Verdict.REMOTE, Reason.REMOTE_OWNS),
    Owner.REVIEW: (Verdict.REVIEW, Dispute.BOTH_CHANGED),
}
_LATER: dict[Verdict, tuple[Verdict, Reason | Dispute]] = {
    Verdict.HUB: (Verdict.HUB, Reason.HUB_LATER),
    Verdict.REMOTE: (Verdict.REMOTE, Reason.REMOTE_LATER),
    Verdict.REVIEW: (Verdict.REVIEW, Dispute.TIMES_UNCLEAR),
}
_DECIDED = {"hub": Verdict.HUB, "remote": Verdict.REMOTE}


class _Merger:
    """Walks the parts of a mapping once over a record."""

    def __init__(
        self,
        mapping: FieldMapping,
        scope: Scope,
        hub_now: Doc,
        run: Run,
        times: Times,
        decided: Mapping[str, str],
    ) -> None:
        self.mapping = mapping
        self.scope = scope
        self.hub_now = hub_now
        self.run = run
        self.times = times
        self.decided = decided
        self.held = frozenset(scope.hub_base.doc.get(HELD, ()))
        self.changes: list[Change] = []
        self.conflicts: list[Conflict] = []
        self.agreed = scope.hub_base.doc.get(COMPUTED, {})
        self.computed: Doc = {}

    def finish(self) -> Merge:
        """Merge every part and put the outcome together."""
        self.parts(self.mapping.parts, self.scope)
        self.run.finish(self.mapping.spec.file, self.mapping.entity)
        base = self.scope.base.doc
        if self.conflicts:
            base[HELD] = sorted({conflict.path for conflict in self.conflicts})
        if self.computed:
            base[COMPUTED] = self.computed
        if self.scope.hub_base.doc.get(REWRITTEN):
            base[REWRITTEN] = self.scope.hub_base.doc[REWRITTEN]
        return Merge(
            hub=self.scope.hub.doc,
            remote=self.scope.remote.doc,
            hub_base=base,
            remote_base=clone(self.scope.seen.doc),
            changes=tuple(self.changes),
            conflicts=tuple(self.conflicts),
        )

    def parts(self, parts: Sequence[Part], scope: Scope) -> None:
        """Merge the parts of a record or member, in their order."""
        for part in parts:
            if isinstance(part, Leaf):
                self.leaf(part, scope)
            else:
                with self.run.at(part, scope.hub, scope.seen, of_hub=False):
                    self.members(part, scope)

    # --- values

    def leaf(self, leaf: Leaf, scope: Scope) -> None:
        """Decide about one value, and carry it over."""
        verdict, reason = Verdict.LEAVE, None
        if isinstance(leaf.hub, SourceEnd):
            self.remember(leaf, scope)
        with self.run.at(leaf, scope.hub, scope.seen, of_hub=False):
            if leaf.active(scope.hub):
                verdict, reason = self.judge(leaf, scope)
        with self.run.at(leaf, scope.hub, scope.seen, of_hub=verdict is Verdict.HUB):
            try:
                self.carry(leaf, scope, verdict, reason)
            except UnfitError:
                if leaf.rule.other is not OnOther.REVIEW:
                    raise
                self.dispute(leaf, scope, Dispute.NO_COUNTERPART)

    def judge(self, leaf: Leaf, scope: Scope) -> tuple[Verdict, Reason | Dispute | None]:
        """Who wins; nobody where nothing changed or both mean the same."""
        hub_changed, remote_changed = self.hub_changed(leaf, scope), self.remote_changed(leaf, scope)
        path = place_of(leaf, scope.hub, of_hub=True)
        held = path in self.held
        if not (hub_changed or remote_changed or held) or leaf.same(scope.hub, scope.seen, self.run.refs):
            return Verdict.LEAVE, None
        if path in self.decided:
            return _DECIDED[self.decided[path]], Reason.DECIDED
        if held:
            return self.judge_held(leaf, scope, hub_changed=hub_changed)
        later = self.later(path) if leaf.rule.owner is Owner.LATEST else Verdict.REVIEW
        return judge(leaf.rule.owner, hub_changed=hub_changed, remote_changed=remote_changed, later=later)

    def judge_held(self, leaf: Leaf, scope: Scope, *, hub_changed: bool) -> tuple[Verdict, Reason | Dispute]:
        """A dispute ends by itself when one side takes its change back."""
        if not hub_changed:
            return Verdict.REMOTE, Reason.REMOTE_CHANGED
        if leaf.same(scope.hub_base, scope.seen, self.run.refs):
            return Verdict.HUB, Reason.HUB_CHANGED
        return Verdict.REVIEW, Dispute.BOTH_CHANGED

    def hub_changed(self, leaf: Leaf, scope: Scope) -> bool:
        """Whether the hub has something new to send."""
        if not leaf.can_push(creating=scope.making_remote):
            return False
        if leaf.rule.null is OnNull.KEEP and is_nothing(leaf.hub_value(scope.hub)):
            return False
        if isinstance(leaf.hub, SourceEnd):
            agreed = self.agreed.get(place_of(leaf, scope.hub, of_hub=True))
            return bool(normal(shown(leaf.hub_value(scope.hub))) != normal(agreed))
        return bool(leaf.hub_meaning(scope.hub) != leaf.hub_meaning(scope.hub_base))

    def remote_changed(self, leaf: Leaf, scope: Scope) -> bool:
        """Whether the remote has something new to take in."""
        if not leaf.can_pull(creating=scope.making_hub) or leaf.unsaid(scope.seen):
            return False
        if leaf.rule.null is OnNull.KEEP and is_nothing(leaf.remote_value(scope.seen)):
            return False
        if isinstance(leaf.rule.remote, Const):
            return scope.is_first
        return bool(leaf.remote_meaning(scope.seen) != leaf.remote_meaning(scope.remote_base))

    def carry(self, leaf: Leaf, scope: Scope, verdict: Verdict, reason: Reason | Dispute | None) -> None:
        """Carry a value to the other side, or hold it."""
        if isinstance(reason, Dispute):
            self.dispute(leaf, scope, reason)
        elif verdict is Verdict.HUB:
            self.send(leaf, scope, reason or Reason.HUB_CHANGED)
        elif verdict is Verdict.REMOTE:
            self.take(leaf, scope, reason or Reason.REMOTE_CHANGED)

    def send(self, leaf: Leaf, scope: Scope, reason: Reason) -> None:
        """Write the hub's value into the remote's new document; it stays to be sent until it was."""
        old, meant = shown(leaf.remote.read(scope.remote)), leaf.remote_meaning(scope.remote)
        leaf.push(scope.hub, scope.remote, self.run.refs)
        if leaf.remote_meaning(scope.remote) == meant:
            return
        self.go_back(leaf, scope)
        self.note(leaf, scope.hub, "remote", old, shown(leaf.remote.read(scope.remote)), reason)

    def take(self, leaf: Leaf, scope: Scope, reason: Reason) -> None:
        """Write the remote's value into the hub's new document, and agree on it."""
        old, meant = shown(leaf.hub.read(scope.hub)), leaf.hub_meaning(scope.hub)
        leaf.pull(scope.seen, scope.hub, self.run.refs)
        if leaf.hub_meaning(scope.hub) == meant:
            return
        scope.move_on(leaf)
        self.note(leaf, scope.hub, "hub", old, shown(leaf.hub.read(scope.hub)), reason)

    def remember(self, leaf: Leaf, scope: Scope) -> None:
        """A fixed or computed value is agreed with this merge, unless it goes back."""
        value = shown(leaf.hub_value(scope.hub)) if leaf.active(scope.hub) else None
        if value is not None:
            self.computed[place_of(leaf, scope.hub, of_hub=True)] = value

    def go_back(self, leaf: Leaf, scope: Scope) -> None:
        """Leave the hub's value in the shadow as it was agreed, so that the change stays visible."""
        scope.go_back(leaf)
        path = place_of(leaf, scope.hub, of_hub=True)
        self.computed.pop(path, None)
        if path in self.agreed:
            self.computed[path] = self.agreed[path]

    def note(self, leaf: Leaf, hub: Node, to: str, old: Any, new: Any, reason: Reason) -> None:
        """Remember what was carried."""
        self.changes.append(Change(place_of(leaf, hub, of_hub=True), to, old, new, reason, leaf.rule))

    def dispute(self, leaf: Leaf, scope: Scope, dispute: Dispute) -> None:
        """Hold a value: both sides keep theirs."""
        self.go_back(leaf, scope)
        conflict = Conflict(
            path=place_of(leaf, scope.hub, of_hub=True),
            remote_path=place_of(leaf, scope.seen, of_hub=False),
            base=shown(leaf.hub.read(scope.hub_base)),
            hub=shown(leaf.hub.read(scope.hub)),
            remote=shown(leaf.remote.read(scope.seen)),
            dispute=dispute,
            rule=leaf.rule,
        )
        self.conflicts.append(conflict)

    # --- times

    def later(self, path: str) -> Verdict:
        """Who changed a value last; the record's time counts only where nothing else explains it."""
        here = self.times.hub_fields.get(path) or (self.times.hub_at if self.changed_here == [path] else None)
        there = self.times.remote_at if self.changed_there == [path] else None
        if here is None or there is None or abs(here - there) <= SKEW:
            return Verdict.REVIEW
        return Verdict.HUB if here > there else Verdict.REMOTE

    @cached_property
    def changed_here(self) -> list[str]:
        """The paths that the hub changed since both sides agreed."""
        return self._changed(self.mapping.changed_hub(self.scope.hub_base.doc, self.hub_now))

    @cached_property
    def changed_there(self) -> list[str]:
        """The paths that the remote changed since both sides agreed."""
        return self._changed(
            self.mapping.changed_remote(self.scope.remote_base.doc, self.scope.seen.doc, self.run.refs)
        )

    def _changed(self, found: list[FieldChange]) -> list[str]:
        """What a change of one field brings along (a title that names it) is no change of its own."""
        return [change.path for change in found if not change.path.startswith("->")]

    # --- members of lists

    def members(self, listing: Listing, scope: Scope) -> None:
        """Merge a list member by member."""
        mine, was_mine = listing.hub_members(scope.hub.doc), listing.hub_members(scope.hub_base.doc)
        theirs = listing.remote_members(scope.seen.doc, self.run.refs)
        was_theirs = listing.remote_members(scope.remote_base.doc, self.run.refs)
        for key in dict.fromkeys((*mine, *theirs, *was_mine, *was_theirs)):
            member = Member(key, mine.get(key), theirs.get(key), was_mine.get(key), was_theirs.get(key))
            if member.mine is not None and member.theirs is not None:
                base, becoming = (
                    listing.hub_members(scope.base.doc),
                    listing.remote_members(scope.remote.doc, self.run.refs),
                )
                self.parts(listing.parts, within(listing, scope, member, base[key], becoming[key]))
            elif member.mine is not None or member.theirs is not None:
                self.one_sided(listing, scope, member)

    def one_sided(self, listing: Listing, scope: Scope, member: Member) -> None:
        """Decide about a member that only one side has: it came there, or it went on the other side."""
        path = f"{scope.hub.path}{listing.path(member.key)}"
        if path in self.decided:
            self.settle_member(listing, scope, member, _DECIDED[self.decided[path]], Reason.DECIDED)
        elif path in self.held:
            self.dispute_member(listing, scope, member)
        elif member.mine is not None:
            self.only_here(listing, scope, member)
        else:
            self.only_there(listing, scope, member)

    def only_here(self, listing: Listing, scope: Scope, member: Member) -> None:
        """The hub added it, or the remote took it away."""
        gone = member.was_theirs is not None
        came = not gone and member.was_mine is None
        if came and (listing.hub_decides or scope.making_remote):
            self.settle_member(listing, scope, member, Verdict.HUB, Reason.HUB_CHANGED)
        elif gone and not listing.remote_decides:
            if listing.hub_decides:
                self.settle_member(listing, scope, member, Verdict.HUB, Reason.HUB_OWNS)
        elif gone and self.edited(listing, scope, member, of_hub=True):
            self.dispute_member(listing, scope, member)
        elif gone:
            self.settle_member(listing, scope, member, Verdict.REMOTE, Reason.REMOTE_CHANGED)

    def only_there(self, listing: Listing, scope: Scope, member: Member) -> None:
        """The remote added it, or the hub took it away."""
        gone = member.was_mine is not None
        came = not gone and member.was_theirs is None
        if came and (listing.remote_decides or scope.making_hub):
            self.settle_member(listing, scope, member, Verdict.REMOTE, Reason.REMOTE_CHANGED)
        elif gone and not listing.hub_decides:
            if listing.remote_decides:
                self.settle_member(listing, scope, member, Verdict.REMOTE, Reason.REMOTE_OWNS)
        elif gone and self.edited(listing, scope, member, of_hub=False):
            self.dispute_member(listing, scope, member)
        elif gone:
            self.settle_member(listing, scope, member, Verdict.HUB, Reason.HUB_CHANGED)

    def edited(self, listing: Listing, scope: Scope, member: Member, *, of_hub: bool) -> bool:
        """Whether a member changed since it was agreed."""
        node: Callable[[Node, str, Doc], Node] = listing.hub_node if of_hub else listing.remote_node
        parent = scope.hub if of_hub else scope.seen
        old, new = (member.was_mine, member.mine) if of_hub else (member.was_theirs, member.theirs)
        nodes = node(parent, member.key, old or {}), node(parent, member.key, new or {})
        return any(changes(listing.parts, *nodes, self.run, of_hub=of_hub))

    def settle_member(self, listing: Listing, scope: Scope, member: Member, verdict: Verdict, reason: Reason) -> None:
        """Make the other side as the winning one: with the member, or without it."""
        to = "remote" if verdict is Verdict.HUB else "hub"
        act = {
            (True, True): self.add_there,
            (True, False): self.drop_there,
            (False, True): self.add_here,
            (False, False): self.drop_here,
        }[verdict is Verdict.HUB, (member.mine if verdict is Verdict.HUB else member.theirs) is not None]
        old, new = act(listing, scope, member)
        path = f"{scope.hub.path}{listing.path(member.key)}"
        self.changes.append(Change(path, to, old, new, reason, listing.rule))

    def add_there(self, listing: Listing, scope: Scope, member: Member) -> tuple[Any, Any]:
        """Add to the remote's new document; it stays to be sent until it was."""
        mine = member.mine or {}
        there = listing.add_remote(scope.remote.doc, mine)
        nodes = listing.hub_node(scope.hub, member.key, mine), listing.remote_node(scope.remote, member.key, there)
        push_parts(listing.parts, *nodes, self.run, creating=True)
        listing.drop_hub(scope.base.doc, member.key)
        return None, clone(there)

    def drop_there(self, listing: Listing, scope: Scope, member: Member) -> tuple[Any, Any]:
        """Take out of the remote's new document; it stays to be sent until it was."""
        listing.drop_remote(scope.remote.doc, listing.remote_members(scope.remote.doc, self.run.refs)[member.key])
        self.keep_base(listing, scope, member)
        return clone(member.theirs), None

    def add_here(self, listing: Listing, scope: Scope, member: Member) -> tuple[Any, Any]:
        """Add to the hub's new document, and agree on it."""
        theirs = member.theirs or {}
        here = listing.add_hub(scope.hub.doc, member.key, theirs)
        nodes = listing.remote_node(scope.seen, member.key, theirs), listing.hub_node(scope.hub, member.key, here)
        pull_parts(listing.parts, *nodes, self.run, creating=True)
        listing.put_hub(scope.base.doc, here)
        return None, clone(here)

    def drop_here(self, listing: Listing, scope: Scope, member: Member) -> tuple[Any, Any]:
        """Take out of the hub's new document, and agree on it."""
        listing.drop_hub(scope.hub.doc, member.key)
        listing.drop_hub(scope.base.doc, member.key)
        return clone(member.mine), None

    def dispute_member(self, listing: Listing, scope: Scope, member: Member) -> None:
        """Hold a member: it stays where it is."""
        self.keep_base(listing, scope, member)
        conflict = Conflict(
            path=f"{scope.hub.path}{listing.path(member.key)}",
            remote_path=f"{scope.seen.where}{listing.rule.remote.path}[{member.key}]",
            base=clone(member.was_mine),
            hub=clone(member.mine),
            remote=clone(member.theirs),
            dispute=Dispute.DELETED_HERE if member.mine is None else Dispute.DELETED_THERE,
            rule=listing.rule,
        )
        self.conflicts.append(conflict)

    def keep_base(self, listing: Listing, scope: Scope, member: Member) -> None:
        """Leave the hub's half of the shadow with the member as it was agreed."""
        if member.was_mine is not None:
            listing.put_hub(scope.base.doc, member.was_mine)
        else:
            listing.drop_hub(scope.base.doc, member.key)
