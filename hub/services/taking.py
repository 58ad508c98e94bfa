"""Take in what was read: merged, written and linked in one transaction, a record by itself or a page of them at once.

A copy must not win over what was agreed after it was read. A single record is read between two looks at its link. A
page is read after a look at the revision of the links: what has a higher one when the page is taken in was written
since, perhaps by our own delivery, and is read again by itself. A record that is just being written waits for the
outcome.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from hub.domain.errors import RetryableError
from hub.domain.mapping import Mapping, MissingLinkError
from hub.ports.connector import Remote
from hub.ports.links import Link
from hub.ports.store import UnitOfWork
from hub.services import adopting, agreeing, gone, questions
from hub.services.context import Hub, System
from hub.services.crosswalk import Crosswalk
from hub.services.hints import hint
from hub.services.tracing import Tracer

FETCH_AGAIN = 5  # times a record is fetched anew because its link moved while we fetched
PORTION = 100  # records in one transaction: others who write wait for so many


# One record


def fetch(hub: Hub, system: System, tracer: Tracer, name: str, remote_id: str, *, deleted: bool = False) -> Link | None:
    """Read a remote record and take it in; None when there is no such record (any more).

    ``deleted``: that it is not there was told, or missed, often enough to be believed.
    """
    for _ in range(FETCH_AGAIN):
        before = hub.store.read(lambda tx: tx.links.of_remote(system.name, name, remote_id))
        remote = system.connector.get(name, remote_id)
        survivor = gone.survivor(system, before, remote)
        hub.points.reach("inbound.fetched")
        there = None if remote is None or remote.merged_into is not None else remote
        read = Read(name, remote_id, there, before, survivor, deleted)
        try:
            return hub.store.run(lambda tx, read=read: take_read(hub, tx, system, tracer, read))  # type: ignore[misc] # a default binds the loop's value
        except agreeing.MovedError:
            continue
    raise RetryableError("{object} {id} moves too fast: read again later.", object=name, id=remote_id)


@dataclass(frozen=True)
class Read:
    """What a read of one remote record told, and the link that it had before."""

    name: str
    remote_id: str
    remote: Remote | None
    before: Link | None
    survivor: Remote | None = None
    deleted: bool = False


def take_read(hub: Hub, tx: UnitOfWork, system: System, tracer: Tracer, read: Read) -> Link | None:
    """Merge one record that was read, or believe that it is gone or went into another.

    MovedError when its link is not the one from before the read: an old copy must not win.
    """
    link = tx.links.of_remote(system.name, read.name, read.remote_id)
    if link != read.before:
        raise agreeing.MovedError("The link of {object} {id} moved.", object=read.name, id=read.remote_id)
    if link is not None and read.survivor is not None:
        return gone.moved(hub, tx, tracer, system, link, read.survivor)
    if read.remote is None:
        tracer.note(tx, "fetched", "{object} {id} is not there.", object=read.name, id=read.remote_id)
        gone.missing(hub, tx, tracer, system.mappings[tracer.entity], link, sure=read.deleted)
        return None
    return take(hub, tx, system, tracer, read.remote)


def take(
    hub: Hub,
    tx: UnitOfWork,
    system: System,
    tracer: Tracer,
    remote: Remote,
    shared: Crosswalk | None = None,
) -> Link | None:
    """Merge a copy that is not older than its link; RetryableError while a call about the record is in flight.

    MissingLinkError where it refers to what is not here yet, but for an unknown one that is not to wait for that.
    """
    mapping = system.mappings[tracer.entity]
    tracer.note(tx, "fetched", "{object} {id} read", object=mapping.object, id=remote.id)
    link = tx.links.of_remote(system.name, mapping.object, remote.id)
    if link is not None and link.state == "merged":
        return agreeing.look_only(tx, tracer, link, remote)
    try:
        found = adopting.counterparts(hub, tx, system, mapping, remote, shared)
    except MissingLinkError:  # what it may be told by refers to it
        if mapping.sync.waits_here(remote.doc):
            raise
        leave_alone(tx, tracer, mapping, remote)
        return None
    adopting.refuse_in_flight(tx, system, mapping, remote, found)
    if len(found) > 1:
        questions.ask_which(hub, tx, tracer, system, remote, found)
        return None
    if not found:
        return newcomer(hub, tx, system, tracer, remote, shared)
    other = adopting.other_holder(tx, system, mapping, remote, found[0])
    if other is not None:
        questions.tell_of_a_second(hub, tx, tracer.of(found[0].id), remote, other)
        return None
    return agreeing.agree(hub, tx, tracer, system, found[0], remote, shared=shared)


def newcomer(
    hub: Hub, tx: UnitOfWork, system: System, tracer: Tracer, remote: Remote, shared: Crosswalk | None
) -> Link | None:
    """Make a record of one that is none of ours; None where the mapping leaves it alone."""
    mapping = system.mappings[tracer.entity]
    if is_left_alone(tx, system, mapping, remote):
        leave_alone(tx, tracer, mapping, remote)
        return None
    try:
        return agreeing.take_over(hub, tx, tracer, system, remote, shared)
    except MissingLinkError:
        if mapping.sync.waits_here(remote.doc):
            raise
        leave_alone(tx, tracer, mapping, remote)
        return None


def leave_alone(tx: UnitOfWork, tracer: Tracer, mapping: Mapping, remote: Remote) -> None:
    """Note that nothing is made of a record."""
    tracer.note(tx, "merged", "{object} {id} is none of ours: left alone.", object=mapping.object, id=remote.id)


def is_left_alone(tx: UnitOfWork, system: System, mapping: Mapping, remote: Remote) -> bool:
    """Whether a remote record that is none of ours of this kind does not come into being here."""
    return not mapping.sync.makes_here(remote.doc) or adopting.is_of_another_kind(tx, system, mapping, remote)


# A page of records


def take_page(hub: Hub, system: System, mapping: Mapping, remotes: Sequence[Remote], revision: int) -> int:
    """Take in a page that was read after the links had this revision; says how many of its records were news.

    What cannot be taken in together with the others becomes a hint, and is read again by itself.
    """
    each = list({remote.id: remote for remote in remotes}.values())
    taken = 0
    for start in range(0, len(each), PORTION):
        portion = Portion(hub, system, mapping, each[start : start + PORTION], revision)
        taken += hub.store.run(portion.take_in)
        hub.points.reach("inbound.page_taken")
    return taken


@dataclass(frozen=True)
class Portion:
    """The records of a page that are taken in by one transaction."""

    hub: Hub
    system: System
    mapping: Mapping
    remotes: Sequence[Remote]
    revision: int

    def take_in(self, tx: UnitOfWork) -> int:
        """All at once; where one of them fails, each by itself, and those that fail become hints."""
        fresh, stale = self.sorted(tx)
        for remote in stale:
            self.ask_again(tx, remote)
        if fresh and tx.attempt(partial(self.take_all, tx, fresh)) is not None:
            for remote in fresh:
                if tx.attempt(partial(self.take_all, tx, [remote])) is not None:
                    self.ask_again(tx, remote)
        return len(fresh) + len(stale)

    def sorted(self, tx: UnitOfWork) -> tuple[list[Remote], list[Remote]]:
        """What is news: that which may be taken in, and that which may be older than its link or is none any more."""
        links = tx.links.prefetch_remotes(self.system.name, self.mapping.object, [one.id for one in self.remotes])
        fresh: list[Remote] = []
        stale: list[Remote] = []
        for remote in self.remotes:
            link = links.get(remote.id)
            if remote.merged_into is not None:
                stale += [remote] if link is not None and link.state == "active" else []
            elif link is not None and link.revision > self.revision:
                stale.append(remote)
            elif not is_agreed(self.mapping, link, remote):
                fresh.append(remote)
        return fresh, stale

    def take_all(self, tx: UnitOfWork, remotes: Sequence[Remote]) -> None:
        """Take records in; what they need of ours is read for all of them at once."""
        hub, system, mapping = self.hub, self.system, self.mapping
        links = tx.links.prefetch_remotes(system.name, mapping.object, [remote.id for remote in remotes])
        known = adopting.prefetch_counterparts(tx, mapping, remotes, links.values())
        shadows = [link.remote_shadow for link in links.values()]
        shared = Crosswalk(tx, system).prefetch(mapping, hub=known, remote=[*(one.doc for one in remotes), *shadows])
        for remote in remotes:
            tracer = Tracer(hub, hub.ids.new(), system.name, mapping.entity)
            take(hub, tx, system, tracer, remote, shared)

    def ask_again(self, tx: UnitOfWork, remote: Remote) -> None:
        """Have a record read by itself."""
        hint(self.hub, tx, self.system.name, self.mapping.object, remote.id, seen=remote)


def is_agreed(mapping: Mapping, link: Link | None, remote: Remote) -> bool:
    """Whether a remote record is just what we last agreed on: our own echo, or an old overlap."""
    if link is None or link.state == "gone":
        return False
    return link.remote_shadow == remote.doc or mapping.same_remote(remote.doc, link.remote_shadow)
