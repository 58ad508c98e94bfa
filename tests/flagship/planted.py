"""Bugs of the engine, planted in the hub's process only: the flagship test must catch each of them.

Each is a mistake that somebody has made somewhere; a bug that is not caught means that the histories are too tame.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy

from hub.domain.errors import HubError
from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.rules import Owner
from hub.domain.mapping.values import is_nothing
from hub.domain.sync import judging, merging
from hub.domain.sync.failures import Remedy
from hub.domain.sync.window import window as window_of
from hub.ports.connector import Ids, Remote
from hub.ports.outbox import OPEN_STATES
from hub.services import (
    adopting,
    agreeing,
    batching,
    doubt,
    endings,
    gone,
    inbound,
    polling,
    records,
    sweeping,
    taking,
    verdicts,
)
from hub.services.attempt import Attempt, Write
from hub.services.listing import ids_of as ids_of_system
from hub.services.sweeping import Sweep
from hub.storage import outbox
from hub.storage.links import SqlLinks
from hub.storage.outbox import SqlOutbox
from hub.storage.prepared import Prepared
from hub.storage.tables.queues import OUTBOX
from tests.flagship import hub_child


@dataclass(frozen=True)
class Bug:
    """One planted bug: what it is, and how it gets into the engine."""

    what: str
    plant: Callable[[], None]


def nothing() -> None:
    """The engine as it is."""


def put(owner: Any, name: str, value: Any) -> None:
    """Put another function in the place of the engine's."""
    if not hasattr(owner, name):
        raise AttributeError(name)
    setattr(owner, name, value)


def shadow_not_updated() -> None:
    right = agreeing.remember

    def remember(hub: Any, tx: Any, system: Any, record: Any, remote: Remote, outcome: Any) -> Any:
        known = tx.links.of_remote(system.name, system.mappings[record.entity].object, remote.id)
        link = right(hub, tx, system, record, remote, outcome)
        if known is not None and known.remote_shadow:
            tx.links.save(replace(link, hub_shadow=known.hub_shadow, remote_shadow=known.remote_shadow))
        return link

    put(agreeing, "remember", remember)


def key_from_the_attempt() -> None:
    right = Attempt.call

    def call(self: Attempt, write: Write) -> Remote:
        if write.link is not None:
            return right(self, write)
        key = f"{self.delivery.id}/{self.delivery.attempt}"
        sent = {**write.doc, str(self.spec.lookup_by): key}
        return self.system.connector.create(self.mapping.object, sent, key=key)

    put(Attempt, "call", call)


def cursor_strict() -> None:
    right = window_of

    def window(position: Any, **known: Any) -> Any:
        due = right(position, **known | {"overlap": timedelta(0)})
        return due if position is None else replace(due, since=position + timedelta(milliseconds=1))

    put(polling, "window", window)


def cursor_before_the_page() -> None:
    right = polling.Listing.take

    def take(self: Any, due: Any) -> None:
        self.hub.store.run(lambda tx: tx.cursors.save(self.system.name, self.mapping.object, due.until))
        right(self, due)

    put(polling.Listing, "take", take)


def merge_ignores_owner() -> None:
    judging._OWNED[Owner.REMOTE] = judging._OWNED[Owner.HUB]


def conflict_takes_the_hub() -> None:
    judging._OWNED[Owner.REVIEW] = judging._OWNED[Owner.HUB]
    put(verdicts, "write", lambda *_args: None)


def loser_without_trace() -> None:
    put(verdicts, "write", lambda *_args: None)


def echo_is_news() -> None:
    right, agree = Attempt.planned, agreeing.agree

    def planned(self: Attempt, tx: Any) -> Any:
        link = self.link(tx)
        return right(self, tx) or Write(link.remote_shadow, link, ()) if link is not None else right(self, tx)

    def relayed(
        hub: Any, tx: Any, tracer: Any, system: Any, record: Any, remote: Any, sent: Any = None, **more: Any
    ) -> Any:
        link = agree(hub, tx, tracer, system, record, remote, sent, **more)
        if sent is None and more.get("relays", True):
            actor = hub.actor(f"system:{system.name}")
            records.enqueue(hub, tx, actor, system.name, record, goal=system.goal(record.entity))
        return link

    put(Attempt, "planned", planned)
    put(taking, "is_agreed", lambda *_args: False)
    put(agreeing, "agree", relayed)


def no_look_before_retry() -> None:
    def settle(attempt: Attempt) -> None:
        attempt.doubt = False

    put(doubt, "settle", settle)


def inbox_done_before_merge() -> None:
    right = inbound.process_hint

    def process_hint(hub: Any, message: Any) -> None:
        hub.store.run(lambda tx: tx.inbox.done(message))
        right(hub, message)

    put(inbound, "WORK", {**inbound.WORK, inbound.HINT: process_hint})


def old_copy_wins() -> None:
    right = taking.take_read

    def take_read(hub: Any, tx: Any, system: Any, tracer: Any, read: Any) -> Any:
        now = tx.links.of_remote(system.name, read.name, read.remote_id)
        return right(hub, tx, system, tracer, replace(read, before=now))

    put(taking, "take_read", take_read)


def old_page_wins() -> None:
    right = taking.take_page

    def take_page(hub: Any, system: Any, mapping: Any, remotes: Any, _revision: int) -> int:
        return right(hub, system, mapping, remotes, 10**9)

    put(polling, "take_page", take_page)


def unknown_is_failed() -> None:
    right = Attempt.learn

    def learn(self: Attempt, error: HubError, *, doubted: bool = False) -> None:
        right(self, error, doubted=doubted)
        self.doubt = doubted

    put(Attempt, "learn", learn)


def retry_without_settle() -> None:
    put(doubt, "wait_for_a_lost_call", lambda _attempt: None)


def read_back_is_a_change() -> None:
    right = agreeing.merged

    def merged(mapping: Any, link: Any, record: Any, remote: Any, _sent: Any, crosswalk: Any, **_more: Any) -> Any:
        return right(mapping, link, record, remote, None, crosswalk)

    put(agreeing, "merged", merged)


def outbox_in_another_transaction() -> None:
    waiting: list[Callable[[Any], object]] = []
    right, run = records.enqueue, hub_child.MortalStore.run

    def enqueue(hub: Any, _tx: Any, actor: Any, system: str, record: Any, **more: Any) -> bool:
        waiting.append(lambda tx: right(hub, tx, actor, system, record, **more))
        return True

    def run_twice(self: Any, fn: Any) -> Any:
        result = run(self, fn)
        due, waiting[:] = list(waiting), []
        for each in due:
            run(self, each)
        return result

    put(records, "enqueue", enqueue)
    put(hub_child.MortalStore, "run", run_twice)


def hook_body_is_trusted() -> None:
    right = taking.fetch

    def fetch(hub: Any, system: Any, tracer: Any, name: str, remote_id: str, **more: Any) -> Any:
        body = hub_child.HOOK_BODIES.pop((system.name, name, remote_id), None)
        link = hub.store.read(lambda tx: tx.links.of_remote(system.name, name, remote_id))
        if body is None or link is None:
            return right(hub, system, tracer, name, remote_id, **more)
        fields = {field: str(value) if field == "partner" else value for field, value in body.items()}
        told = Remote(remote_id, fields, link.version)
        read = taking.Read(name, remote_id, told, link)
        return hub.store.run(lambda tx: taking.take_read(hub, tx, system, tracer, read))

    put(inbound, "fetch", fetch)


def coalesced_with_what_is_sent() -> None:
    right = SqlOutbox.enqueue

    def enqueue(self: Any, delivery: Any) -> None:
        waits = [each for each in self.waiting(delivery.entity, delivery.record_id) if each.system == delivery.system]
        if not any(each.state in OPEN_STATES for each in waits):
            right(self, delivery)

    put(SqlOutbox, "enqueue", enqueue)


def link_not_unique() -> None:
    right = adopting.counterparts

    def counterparts(hub: Any, tx: Any, system: Any, mapping: Any, remote: Any, shared: Any = None) -> Any:
        link = tx.links.of_remote(system.name, mapping.object, remote.id)
        if link is not None and remote.doc.get(str(system.spec(mapping.entity).lookup_by)) is None:
            return adopting.adoptable(hub, tx, system, mapping, remote)
        return right(hub, tx, system, mapping, remote, shared)

    save = SqlLinks.save

    def saved(self: Any, link: Any) -> None:
        known = self.of_remote(link.system, link.object, link.external_id)
        save(self, replace(link, record_id=known.record_id) if known is not None else link)

    put(adopting, "counterparts", counterparts)
    put(SqlLinks, "save", saved)


def snapshots_out_of_order() -> None:
    kept: dict[tuple[str, str, str], Any] = {}
    right, record = records.enqueue, Attempt.record

    def enqueue(hub: Any, tx: Any, actor: Any, system: str, its: Any, **more: Any) -> None:
        kept.setdefault((system, its.entity, its.id), its)
        right(hub, tx, actor, system, its, **more)

    def old_record(self: Attempt, tx: Any) -> Any:
        now = record(self, tx)
        old = kept.get((self.system.name, self.delivery.entity, self.delivery.record_id))
        return now if old is None else replace(now, doc=old.doc)

    put(records, "enqueue", enqueue)
    put(Attempt, "record", old_record)


def last_row_of_a_page_dropped() -> None:
    right = taking.take_page

    def take_page(hub: Any, system: Any, mapping: Any, remotes: Any, revision: int) -> int:
        return right(hub, system, mapping, remotes[:-1] if len(remotes) == 3 else remotes, revision)

    put(polling, "take_page", take_page)


def written_record_is_merged() -> None:
    put(SqlOutbox, "in_flight", lambda *_args: frozenset())


def stale_is_overwritten() -> None:
    def merge_first(self: Attempt, link: Any) -> Any:
        remote = self.read(link.external_id)
        shadow = remote.doc if remote.version is None else link.remote_shadow
        self.hub.store.run(lambda tx: tx.links.save(replace(link, version=remote.version, remote_shadow=shadow)))
        return link

    put(Attempt, "merge_first", merge_first)


def not_found_is_made_again() -> None:
    right = Attempt.read

    def read(self: Attempt, remote_id: str) -> Remote:
        if self.system.connector.get(self.mapping.object, remote_id) is None:
            write = self.hub.store.read(self.planned)
            doc = {} if write is None else write.doc
            return self.system.connector.create(self.mapping.object, doc, key=f"again-{self.delivery.id}")
        return right(self, remote_id)

    put(Attempt, "read", read)


def fence_ignored() -> None:
    def mark(self: Any, delivery: Any, **values: Any) -> None:
        self.change(OUTBOX.update().where(OUTBOX.c.id == delivery.id).values(**values))

    def done(self: Any, *deliveries: Any) -> None:
        for delivery in deliveries:
            self._mark(delivery, state="done", lease_until=None, not_before=None, error=None)

    put(SqlOutbox, "_mark", mark)
    put(SqlOutbox, "done", done)


def parent_not_waited_for() -> None:
    def park(attempt: Attempt, _error: Any) -> None:
        attempt.finish()

    put(endings, "REMEDIES", {**endings.REMEDIES, Remedy.PARK: park})


def edits_after_a_lost_answer_are_normalised() -> None:
    right = agreeing.merged

    def merged(*args: Any, ours: bool = True) -> Any:
        return right(*args, ours=True)

    put(agreeing, "merged", merged)


def own_lost_write_is_theirs() -> None:
    put(doubt, "took_effect", lambda *_args, **_known: False)


def upsert_repeated_blindly() -> None:
    def settle_create(attempt: Attempt, doc: Any) -> None:
        attempt.write(Write(doc))

    put(doubt, "settle_create", settle_create)


def missed_is_gone(hub: Any, system: Any, tracer: Any, name: str, remote_id: str, **_deleted: Any) -> None:
    """End what a sweep has missed without a look at it."""

    def work(tx: Any) -> None:
        link = tx.links.of_remote(system.name, name, remote_id)
        gone.missing(hub, tx, tracer, system.mapped(name), link, sure=True)

    hub.store.run(work)


def delete_on_partial_sweep() -> None:
    right = ids_of_system

    def ids_of(connector: Any, name: str, **more: Any) -> Any:
        try:
            return right(connector, name, **more)
        except HubError:
            return Ids(())

    put(sweeping, "ids_of", ids_of)
    put(sweeping, "fetch", missed_is_gone)


def one_sweep_suffices() -> None:
    put(sweeping, "MISSES", 1)


def look_counts_as_sweep() -> None:
    right = gone.missing

    def missing(hub: Any, tx: Any, tracer: Any, mapping: Any, link: Any, *, sure: bool) -> None:
        right(hub, tx, tracer, mapping, link, sure=sure)
        if link is not None and link.state == "active" and not sure:
            tx.links.save(replace(link, missed=1))

    put(gone, "missing", missing)


def found_again_is_still_missed() -> None:
    put(SqlLinks, "refind", lambda *_args: None)


def sweep_forgets_its_place() -> None:
    right = Sweep.take_down

    def take_down(self: Any, tx: Any, page: Any) -> Any:
        return right(self, tx, replace(page, after=None))

    put(Sweep, "take_down", take_down)
    put(sweeping, "fetch", missed_is_gone)


def sweep_asks_for_nothing() -> None:
    put(Sweep, "unknown", lambda *_args: [])


def batch_is_one_outcome() -> None:
    def conclude(attempt: Attempt, write: Write, outcome: Any) -> None:
        if isinstance(outcome, Remote):
            attempt.conclude(write, outcome)
        else:
            attempt.finish()

    put(batching, "conclude", conclude)


def batch_by_place() -> None:
    right = batching.call

    def call(planned: Any) -> Any:
        outcomes = right(planned)
        return dict(zip([attempt.delivery.record_id for attempt, _ in planned], outcomes.values(), strict=False))

    put(batching, "call", call)


def later_overtakes() -> None:
    put(outbox, "text", lambda words: sqlalchemy.text("1 = 0" if "earlier.id" in words else words))
    claims = {each: Prepared(partial(outbox.claiming, live_only=each)) for each in (False, True)}
    put(outbox, "CLAIM", claims)


def absent_is_empty() -> None:
    put(Leaf, "unsaid", lambda *_args: False)
    put(merging, "_completed", lambda _mapping, _before, now: now)


def nothing_is_not_sent() -> None:
    right = merging._Merger.hub_changed

    def hub_changed(self: Any, leaf: Any, scope: Any) -> bool:
        return not is_nothing(leaf.hub_value(scope.hub)) and right(self, leaf, scope)

    put(merging._Merger, "hub_changed", hub_changed)


def nothing_is_not_taken() -> None:
    right = merging._Merger.remote_changed

    def remote_changed(self: Any, leaf: Any, scope: Any) -> bool:
        return not is_nothing(leaf.remote_value(scope.seen)) and right(self, leaf, scope)

    put(merging._Merger, "remote_changed", remote_changed)


def survivor_is_not_followed() -> None:
    put(gone, "survivor", lambda *_args: None)


def merged_is_deleted() -> None:
    def moved(hub: Any, tx: Any, tracer: Any, system: Any, link: Any, _remote: Any) -> None:
        gone.end(hub, tx, tracer, system.mapped(link.object), link)

    put(gone, "moved", moved)


PLANTED: Mapping[str, Bug] = {
    plant.__name__: Bug(what, plant)
    for plant, what in (
        (shadow_not_updated, "the shadow stays as it was at the first agreement"),
        (key_from_the_attempt, "the key of a create is of the attempt, not of the record"),
        (cursor_strict, "the lower bound of a poll is open, and there is no overlap"),
        (cursor_before_the_page, "the cursor moves on before what was listed is stored"),
        (merge_ignores_owner, "what the remote owns is overwritten by the hub"),
        (conflict_takes_the_hub, "a disputed value goes to the hub, and nobody is asked"),
        (loser_without_trace, "what a person over there wrote, and lost by owner, is in no audit"),
        (echo_is_news, "what a system tells is sent back to it, equal or not"),
        (no_look_before_retry, "after a lost answer the write is simply repeated"),
        (unknown_is_failed, "no answer is taken for no effect"),
        (retry_without_settle, "not found at once is taken for never to come"),
        (read_back_is_a_change, "what the other side has made of our value is taken for a change"),
        (outbox_in_another_transaction, "what is due is committed after the change that makes it due"),
        (inbox_done_before_merge, "a message is done before its record is merged"),
        (old_copy_wins, "a copy that was fetched before our write is merged after it"),
        (old_page_wins, "a page that was read before our write is merged after it"),
        (hook_body_is_trusted, "the body of a hook is merged, however late it came"),
        (coalesced_with_what_is_sent, "a change is absorbed by a delivery that is under way"),
        (link_not_unique, "a remote record that is linked becomes another record of ours"),
        (snapshots_out_of_order, "what is sent is the record as it was when it became due"),
        (last_row_of_a_page_dropped, "the last row of a full page is left out"),
        (stale_is_overwritten, "a newer version over there is overwritten without a merge"),
        (not_found_is_made_again, "what was deleted over there is made again"),
        (written_record_is_merged, "a copy is merged while a call about its record may be running"),
        (edits_after_a_lost_answer_are_normalised, "whatever is found after a lost answer is taken for our own write"),
        (own_lost_write_is_theirs, "our own write, whose answer was lost, is taken for an edit over there"),
        (upsert_repeated_blindly, "a create is repeated before anybody has looked"),
        (fence_ignored, "a worker that slept through its lease marks all the same"),
        (parent_not_waited_for, "a record whose parent is not over there yet is left out"),
        (delete_on_partial_sweep, "a listing of ids that broke off counts, and what it lacks is gone"),
        (one_sweep_suffices, "what one sweep did not find is gone"),
        (look_counts_as_sweep, "a look that found nothing counts like a sweep"),
        (found_again_is_still_missed, "two sweeps that miss a record count, however long ago the first was"),
        (sweep_forgets_its_place, "the first page of a sweep is taken for all of it"),
        (batch_is_one_outcome, "what failed in a batch that had an answer is done"),
        (batch_by_place, "the outcomes of a batch are told apart by their order"),
        (later_overtakes, "a later delivery of a record does not wait for the one before it"),
        (absent_is_empty, "a field that a partial document leaves out was emptied"),
        (nothing_is_not_sent, "a field that was emptied here stays as it was over there"),
        (nothing_is_not_taken, "a field that was emptied over there stays as it was here"),
        (survivor_is_not_followed, "a record that went into another over there is read as an empty one"),
        (merged_is_deleted, "a record that went into another over there is taken for deleted"),
        (sweep_asks_for_nothing, "a record that only a sweep finds is not asked for"),
    )
}
