"""The members of keyed lists in a merge: who came, who went, and what a deletion meets on the other side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hub.domain.documents import Doc
from hub.domain.mapping.changes import changes
from hub.domain.mapping.ends import Node
from hub.domain.mapping.listing import Listing
from hub.domain.mapping.parts import Part
from hub.domain.mapping.pull import pull_parts
from hub.domain.mapping.push import push_parts
from hub.domain.mapping.values import clone
from hub.domain.sync.judging import DECIDED, Verdict
from hub.domain.sync.ledger import Ledger
from hub.domain.sync.outcome import Change, Conflict, Dispute, Reason
from hub.domain.sync.scope import Member, Scope, within


@dataclass(frozen=True)
class MemberMerger:
    """Merges one list; ``merge_parts`` merges the values of a member that both sides have."""

    ledger: Ledger
    merge_parts: Callable[[Sequence[Part], Scope], None]

    def merge(self, listing: Listing, scope: Scope) -> None:
        """Merge a list member by member."""
        mine, was_mine = listing.hub_members(scope.hub.doc), listing.hub_members(scope.hub_base.doc)
        theirs = listing.remote_members(scope.seen.doc, self.ledger.run.refs)
        was_theirs = listing.remote_members(scope.remote_base.doc, self.ledger.run.refs)
        for key in dict.fromkeys((*mine, *theirs, *was_mine, *was_theirs)):
            member = Member(key, mine.get(key), theirs.get(key), was_mine.get(key), was_theirs.get(key))
            if member.mine is not None and member.theirs is not None:
                base = listing.hub_members(scope.base.doc)
                becoming = listing.remote_members(scope.remote.doc, self.ledger.run.refs)
                self.merge_parts(listing.parts, within(listing, scope, member, base[key], becoming[key]))
            elif member.mine is not None or member.theirs is not None:
                self.one_sided(listing, scope, member)

    def one_sided(self, listing: Listing, scope: Scope, member: Member) -> None:
        """Decide about a member that only one side has: it came there, or it went on the other side."""
        path = f"{scope.hub.path}{listing.path(member.key)}"
        if path in self.ledger.decided:
            self.settle_member(listing, scope, member, DECIDED[self.ledger.decided[path]], Reason.DECIDED)
        elif path in self.ledger.held:
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
        return any(changes(listing.parts, *nodes, self.ledger.run, of_hub=of_hub))

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
        self.ledger.changes.append(Change(path, to, old, new, reason, listing.rule))

    def add_there(self, listing: Listing, scope: Scope, member: Member) -> tuple[Any, Any]:
        """Add to the remote's new document; it stays to be sent until it was."""
        mine = member.mine or {}
        there = listing.add_remote(scope.remote.doc, mine)
        nodes = listing.hub_node(scope.hub, member.key, mine), listing.remote_node(scope.remote, member.key, there)
        push_parts(listing.parts, *nodes, self.ledger.run, creating=True)
        listing.drop_hub(scope.base.doc, member.key)
        return None, clone(there)

    def drop_there(self, listing: Listing, scope: Scope, member: Member) -> tuple[Any, Any]:
        """Take out of the remote's new document; it stays to be sent until it was."""
        listing.drop_remote(
            scope.remote.doc, listing.remote_members(scope.remote.doc, self.ledger.run.refs)[member.key]
        )
        self.keep_base(listing, scope, member)
        return clone(member.theirs), None

    def add_here(self, listing: Listing, scope: Scope, member: Member) -> tuple[Any, Any]:
        """Add to the hub's new document, and agree on it."""
        theirs = member.theirs or {}
        here = listing.add_hub(scope.hub.doc, member.key, theirs)
        nodes = listing.remote_node(scope.seen, member.key, theirs), listing.hub_node(scope.hub, member.key, here)
        pull_parts(listing.parts, *nodes, self.ledger.run, creating=True)
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
        self.ledger.conflicts.append(conflict)

    def keep_base(self, listing: Listing, scope: Scope, member: Member) -> None:
        """Leave the hub's half of the shadow with the member as it was agreed."""
        if member.was_mine is not None:
            listing.put_hub(scope.base.doc, member.was_mine)
        else:
            listing.drop_hub(scope.base.doc, member.key)
