"""The three-way merge by field owner: pure, per value, compared in canonical form.

Changed on one side: that side wins. Changed on both: the rule's owner decides; what a person must decide is held, and
the rest of the record moves on. What nobody changed is left alone on both sides, even where it reads differently: the
remote may have normalised it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from hub.domain.documents import Doc
from hub.domain.mapping.changes import FieldChange, shown
from hub.domain.mapping.compiled import Mapping as FieldMapping
from hub.domain.mapping.ends import Node, SourceEnd, record
from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.links import NO_LINKS, Refs
from hub.domain.mapping.parts import Part, Run, place_of
from hub.domain.mapping.refusal import UnfitError
from hub.domain.mapping.rules import Const, OnNull, OnOther, Owner
from hub.domain.mapping.values import clone, is_nothing, normal
from hub.domain.sync.agreement import agreed
from hub.domain.sync.judging import DECIDED, SKEW, Times, Verdict, judge
from hub.domain.sync.ledger import Ledger
from hub.domain.sync.members import MemberMerger
from hub.domain.sync.outcome import COMPUTED, HELD, IDLE, REWRITTEN, Change, Conflict, Dispute, Merge, Reason
from hub.domain.sync.scope import Scope


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
    if (quiet := agreed(mapping, hub_base, hub_now, remote_now, refs)) is not None:
        return quiet
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
    ledger = Ledger(Run(refs), frozenset(scope.hub_base.doc.get(HELD, ())), decided or {})
    merger = _Merger(mapping, scope, hub_now or {}, ledger, Times(hub_at, remote_at, field_times or {}))
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


class _Merger:
    """Walks the parts of a mapping once over a record."""

    def __init__(self, mapping: FieldMapping, scope: Scope, hub_now: Doc, ledger: Ledger, times: Times) -> None:
        self.mapping = mapping
        self.scope = scope
        self.hub_now = hub_now
        self.ledger = ledger
        self.run = ledger.run
        self.times = times
        self.lists = MemberMerger(ledger, self.parts)
        self.agreed = scope.hub_base.doc.get(COMPUTED, {})
        self.computed: Doc = {}
        self.was_idle = frozenset(scope.hub_base.doc.get(IDLE, ()))
        self.idle: list[str] = []

    def finish(self) -> Merge:
        """Merge every part and put the outcome together."""
        self.parts(self.mapping.parts, self.scope)
        for held in self.run.held:
            self.conflict(held.leaf, held.hub, held.remote, None)
        self.run.held.clear()
        self.run.finish(self.mapping.spec.file, self.mapping.entity)
        base = self.scope.base.doc
        if self.ledger.conflicts:
            base[HELD] = sorted({conflict.path for conflict in self.ledger.conflicts})
        if self.computed:
            base[COMPUTED] = self.computed
        if self.idle:
            base[IDLE] = self.idle
        if self.scope.hub_base.doc.get(REWRITTEN):
            base[REWRITTEN] = self.scope.hub_base.doc[REWRITTEN]
        return Merge(
            hub=self.scope.hub.doc,
            remote=self.scope.remote.doc,
            hub_base=base,
            remote_base=clone(self.scope.seen.doc),
            changes=tuple(self.ledger.changes),
            conflicts=tuple(self.ledger.conflicts),
        )

    def parts(self, parts: Sequence[Part], scope: Scope) -> None:
        """Merge the parts of a record or member, in their order."""
        for part in parts:
            if isinstance(part, Leaf):
                self.leaf(part, scope)
            else:
                with self.run.at(part, scope.hub, scope.seen, of_hub=False):
                    self.lists.merge(part.at(scope.hub), scope)

    # --- values

    def leaf(self, leaf: Leaf, scope: Scope) -> None:
        """Decide about one value, and carry it over."""
        if self.is_untouched(leaf, scope):
            return
        verdict, reason = Verdict.LEAVE, None
        with self.run.at(leaf, scope.hub, scope.seen, of_hub=False):
            if leaf.active(scope.hub):
                self.remember(leaf, scope)
                verdict, reason = self.judge(leaf, scope)
            else:
                self.idle.append(place_of(leaf, scope.hub, of_hub=True))
        with self.run.at(leaf, scope.hub, scope.seen, of_hub=verdict is Verdict.HUB):
            try:
                self.carry(leaf, scope, verdict, reason)
            except UnfitError:
                if leaf.rule.other is not OnOther.REVIEW:
                    raise
                self.dispute(leaf, scope, Dispute.NO_COUNTERPART)

    def is_untouched(self, leaf: Leaf, scope: Scope) -> bool:
        """Whether both sides say to the letter what they said before: most fields of most changes, and no work."""
        if self.ledger.held or self.was_idle or not leaf.is_plain:
            return False
        same_here = leaf.is_untouched(scope.hub_base, scope.hub, of_hub=True)
        return same_here and leaf.is_untouched(scope.remote_base, scope.seen, of_hub=False)

    def judge(self, leaf: Leaf, scope: Scope) -> tuple[Verdict, Reason | Dispute | None]:
        """Who wins; nobody where nothing changed or both mean the same."""
        hub_changed, remote_changed = self.hub_changed(leaf, scope), self.remote_changed(leaf, scope)
        path = place_of(leaf, scope.hub, of_hub=True)
        held = path in self.ledger.held
        if not (hub_changed or remote_changed or held) or leaf.same(scope.hub, scope.seen, self.run.refs):
            return Verdict.LEAVE, None
        if path in self.ledger.decided:
            return DECIDED[self.ledger.decided[path]], Reason.DECIDED
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
        if self.slept(leaf, scope):
            return leaf.hub_meaning(scope.hub) is not None
        return leaf.hub_differs(scope.hub_base, scope.hub)

    def remote_changed(self, leaf: Leaf, scope: Scope) -> bool:
        """Whether the remote has something new to take in."""
        if not leaf.can_pull(creating=scope.making_hub) or leaf.unsaid(scope.seen):
            return False
        if leaf.rule.null is OnNull.KEEP and is_nothing(leaf.remote_value(scope.seen)):
            return False
        if isinstance(leaf.rule.remote, Const):
            return scope.is_first
        if self.slept(leaf, scope):
            return leaf.remote_meaning(scope.seen) is not None
        return leaf.remote_differs(scope.remote_base, scope.seen)

    def slept(self, leaf: Leaf, scope: Scope) -> bool:
        """Whether the rule did not apply the last time."""
        return place_of(leaf, scope.hub, of_hub=True) in self.was_idle

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
        value = shown(leaf.hub_value(scope.hub)) if isinstance(leaf.hub, SourceEnd) else None
        if value is not None:
            self.computed[place_of(leaf, scope.hub, of_hub=True)] = value

    def go_back(self, leaf: Leaf, scope: Scope) -> None:
        """Leave the hub's value in the shadow as it was agreed, so that the change stays visible."""
        scope.go_back(leaf)
        path = place_of(leaf, scope.hub, of_hub=True)
        if path in self.was_idle:
            self.idle.append(path)
        self.computed.pop(path, None)
        if path in self.agreed:
            self.computed[path] = self.agreed[path]

    def note(self, leaf: Leaf, hub: Node, to: str, old: Any, new: Any, reason: Reason) -> None:
        """Remember what was carried."""
        self.ledger.changes.append(Change(place_of(leaf, hub, of_hub=True), to, old, new, reason, leaf.rule))

    def dispute(self, leaf: Leaf, scope: Scope, dispute: Dispute) -> None:
        """Hold a value: both sides keep theirs."""
        self.go_back(leaf, scope)
        self.conflict(leaf, scope.hub, scope.seen, shown(leaf.hub.read(scope.hub_base)), dispute)

    def conflict(
        self, leaf: Leaf, hub: Node, remote: Node, base: Any, dispute: Dispute = Dispute.NO_COUNTERPART
    ) -> None:
        """Ask a person about a value."""
        conflict = Conflict(
            path=place_of(leaf, hub, of_hub=True),
            remote_path=place_of(leaf, remote, of_hub=False),
            base=base,
            hub=shown(leaf.hub.read(hub)),
            remote=shown(leaf.remote.read(remote)),
            dispute=dispute,
            rule=leaf.rule,
        )
        self.ledger.conflicts.append(conflict)

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
