"""Bugs of the engine, planted in the hub's process only: the flagship test must catch each of them.

Each is a mistake that somebody has made somewhere; a bug that is not caught means that the histories are too tame.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, exists, or_, select

from hub.domain.errors import UnknownOutcomeError
from hub.domain.mapping.rules import Owner
from hub.domain.sync import judging
from hub.ports import outbox
from hub.ports.connector import Remote
from hub.services import agreeing, inbound, outbound, records
from hub.services.outbound import Attempt
from hub.storage import outbox as outbox_table
from hub.storage.links import SqlLinks
from hub.storage.outbox import DUE, SqlOutbox
from hub.storage.prepared import Prepared
from hub.storage.sql import insert_on
from hub.storage.tables import OUTBOX
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

    def remember(tx: Any, system: Any, mapping: Any, record_id: str, remote: Remote, outcome: Any) -> Any:
        known = tx.links.of_remote(system.name, mapping.object, remote.id)
        link = right(tx, system, mapping, record_id, remote, outcome)
        if known is not None and known.remote_shadow:
            tx.links.save(replace(link, hub_shadow=known.hub_shadow, remote_shadow=known.remote_shadow))
        return link

    put(agreeing, "remember", remember)


def key_from_the_attempt() -> None:
    right = Attempt.made

    def key(self: Attempt) -> str:
        return f"{self.delivery.id}/{self.delivery.attempt}"

    def made(self: Attempt, tx: Any) -> Any:
        return {**right(self, tx), str(self.spec.lookup_by): key(self)}

    def find_ours(self: Attempt) -> Any:
        found = self.system.connector.find(self.mapping.object, str(self.spec.lookup_by), key(self))
        return found[0] if found else None

    put(Attempt, "made", made)
    put(Attempt, "find_ours", find_ours)


def cursor_strict() -> None:
    right = inbound.poll_object

    def poll_object(hub: Any, system: Any, name: str, *, since: Any, until: Any) -> int:
        after = since if since == inbound.BEGINNING else since + system.overlap + timedelta(milliseconds=1)
        return right(hub, system, name, since=after, until=until)

    put(inbound, "poll_object", poll_object)


def cursor_before_the_page() -> None:
    right = inbound.poll_object

    def poll_object(hub: Any, system: Any, name: str, *, since: Any, until: Any) -> int:
        hub.store.run(lambda tx: tx.cursors.save(system.name, name, until))
        return right(hub, system, name, since=since + system.overlap if since.year > 1970 else since, until=until)

    put(inbound, "poll_object", poll_object)


def merge_ignores_owner() -> None:
    judging._OWNED[Owner.REMOTE] = judging._OWNED[Owner.HUB]


def conflict_takes_the_hub() -> None:
    judging._OWNED[Owner.REVIEW] = judging._OWNED[Owner.HUB]
    put(agreeing, "keep_overruled", lambda *_args: None)


def loser_without_trace() -> None:
    put(agreeing, "keep_overruled", lambda *_args: None)


def echo_is_news() -> None:
    def due(self: Attempt, tx: Any) -> Any:
        link, merged = right(self, tx)
        changed = merged.changes or (None,)
        return link, Sent(merged, changed)

    class Sent:
        push_due = True

        def __init__(self, merged: Any, changes: Any) -> None:
            self.remote, self.changes = merged.remote, tuple(each for each in changes if each)

    right = Attempt.due
    put(Attempt, "due", due)
    put(inbound, "is_known", lambda *_args: False)
    agree = agreeing.agree

    def relayed(hub: Any, tx: Any, tracer: Any, system: Any, record: Any, remote: Any, sent: Any = None, **more: Any) -> Any:
        link = agree(hub, tx, tracer, system, record, remote, sent, **more)
        if sent is None and more.get("relays", True):
            actor = hub.actor(f"system:{system.name}")
            records.enqueue(hub, tx, actor, system.name, record, goal=system.goal(record.entity))
        return link

    put(agreeing, "agree", relayed)


def no_look_before_retry() -> None:
    def look(self: Attempt) -> None:
        self.doubt = False

    put(Attempt, "look", look)


def unknown_is_failed() -> None:
    put(outbound, "CERTAINLY_NOTHING", (*outbound.CERTAINLY_NOTHING, UnknownOutcomeError))


def retry_without_settle() -> None:
    put(Attempt, "wait_for_a_lost_call", lambda _self: None)


def read_back_is_a_change() -> None:
    right = agreeing.merged

    def merged(mapping: Any, link: Any, record: Any, remote: Any, _sent: Any, crosswalk: Any, **_more: Any) -> Any:
        return right(mapping, link, record, remote, None, crosswalk)

    put(agreeing, "merged", merged)


def outbox_in_another_transaction() -> None:
    waiting: list[Callable[[Any], None]] = []
    right, run = records.enqueue, hub_child.MortalStore.run

    def enqueue(hub: Any, _tx: Any, actor: Any, system: str, record: Any, *, goal: str | None) -> None:
        waiting.append(lambda tx: right(hub, tx, actor, system, record, goal=goal))

    def run_twice(self: Any, fn: Any) -> Any:
        result = run(self, fn)
        due, waiting[:] = list(waiting), []
        for each in due:
            run(self, each)
        return result

    put(records, "enqueue", enqueue)
    put(hub_child.MortalStore, "run", run_twice)


def inbox_done_before_merge() -> None:
    right = inbound.process_hint

    def process_hint(hub: Any, message: Any) -> None:
        hub.store.run(lambda tx: tx.inbox.done(message))
        right(hub, message)

    put(inbound, "process_hint", process_hint)


def hook_body_is_trusted() -> None:
    right = inbound.fetch

    def fetch(hub: Any, system: Any, tracer: Any, name: str, remote_id: str) -> Any:
        body = hub_child.HOOK_BODIES.pop((system.name, name, remote_id), None)
        link = hub.store.read(lambda tx: tx.links.of_remote(system.name, name, remote_id))
        if body is None or link is None:
            return right(hub, system, tracer, name, remote_id)
        fields = {field: str(value) if field == "partner" else value for field, value in body.items()}
        told = Remote(remote_id, fields, link.version)
        return hub.store.run(lambda tx: inbound.take_in(hub, tx, system, tracer, name, remote_id, told, link))

    put(inbound, "fetch", fetch)


def coalesced_with_what_is_sent() -> None:
    def statement(dialect: str) -> Any:
        given = {name: bindparam(name, type_=OUTBOX.c[name].type) for name in DUE}
        same = [OUTBOX.c[name] == given[name] for name in ("system", "entity", "record_id")]
        waits = exists().where(*same, or_(*(OUTBOX.c.state == state for state in outbox.OPEN_STATES)))
        insert = insert_on(dialect)(OUTBOX).from_select(DUE, select(*given.values()).where(~waits))
        return insert.on_conflict_do_nothing()

    put(outbox_table, "ENQUEUE", Prepared(statement))


def link_not_unique() -> None:
    right = agreeing.counterparts

    def counterparts(hub: Any, tx: Any, system: Any, mapping: Any, remote: Any) -> Any:
        link = tx.links.of_remote(system.name, mapping.object, remote.id)
        if link is not None and remote.doc.get(str(system.spec(mapping.entity).lookup_by)) is None:
            return agreeing.adoptable(hub, tx, system, mapping, remote)
        return right(hub, tx, system, mapping, remote)

    save = SqlLinks.save

    def saved(self: Any, link: Any) -> None:
        known = self.of_remote(link.system, link.object, link.external_id)
        save(self, replace(link, record_id=known.record_id) if known is not None else link)

    put(agreeing, "counterparts", counterparts)
    put(SqlLinks, "save", saved)


def snapshots_out_of_order() -> None:
    kept: dict[tuple[str, str, str], Any] = {}
    right, record = records.enqueue, Attempt.record

    def enqueue(hub: Any, tx: Any, actor: Any, system: str, its: Any, *, goal: str | None) -> None:
        kept.setdefault((system, its.entity, its.id), its)
        right(hub, tx, actor, system, its, goal=goal)

    def old_record(self: Attempt, tx: Any) -> Any:
        now = record(self, tx)
        old = kept.get((self.system.name, self.delivery.entity, self.delivery.record_id))
        return now if old is None else replace(now, doc=old.doc)

    put(records, "enqueue", enqueue)
    put(Attempt, "record", old_record)


def last_row_of_a_page_dropped() -> None:
    right = inbound.take_hints

    def take_hints(hub: Any, tx: Any, system: Any, name: str, remotes: Any) -> int:
        return right(hub, tx, system, name, remotes[:-1] if len(remotes) == 3 else remotes)

    put(inbound, "take_hints", take_hints)


def old_copy_wins() -> None:
    right = inbound.take_in

    def take_in(hub: Any, tx: Any, system: Any, tracer: Any, name: str, remote_id: str, remote: Any, _before: Any) -> Any:
        now = tx.links.of_remote(system.name, name, remote_id)
        return right(hub, tx, system, tracer, name, remote_id, remote, now)

    put(inbound, "take_in", take_in)


def stale_is_overwritten() -> None:
    def merge_first(self: Attempt, link: Any) -> None:
        remote = self.read(link.external_id)
        shadow = remote.doc if remote.version is None else link.remote_shadow
        self.hub.store.run(lambda tx: tx.links.save(replace(link, version=remote.version, remote_shadow=shadow)))

    put(Attempt, "merge_first", merge_first)


def not_found_is_made_again() -> None:
    right = Attempt.read

    def read(self: Attempt, remote_id: str) -> Remote:
        if self.system.connector.get(self.mapping.object, remote_id) is None:
            doc = self.hub.store.read(self.made)
            return self.system.connector.create(self.mapping.object, doc)
        return right(self, remote_id)

    put(Attempt, "read", read)


def fence_ignored() -> None:
    def mark(self: Any, delivery: Any, **values: Any) -> None:
        self.change(OUTBOX.update().where(OUTBOX.c.id == delivery.id).values(**values))

    put(SqlOutbox, "_mark", mark)


def parent_not_waited_for() -> None:
    def park(self: Attempt, error: Any) -> None:
        self.hub.store.run(lambda tx: tx.outbox.done(self.delivery))

    put(outbound, "OUTCOMES", tuple((kind, park if kind.__name__ == "MissingLinkError" else how)
                                    for kind, how in outbound.OUTCOMES))  # fmt: skip


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
        (hook_body_is_trusted, "the body of a hook is merged, however late it came"),
        (coalesced_with_what_is_sent, "a change is absorbed by a delivery that is under way"),
        (link_not_unique, "a remote record that is linked becomes another record of ours"),
        (snapshots_out_of_order, "what is sent is the record as it was when it became due"),
        (last_row_of_a_page_dropped, "the last row of a full page is left out"),
        (old_copy_wins, "a copy that was fetched before our write is merged after it"),
        (stale_is_overwritten, "a newer version over there is overwritten without a merge"),
        (not_found_is_made_again, "what was deleted over there is made again"),
        (fence_ignored, "a worker that slept through its lease marks all the same"),
        (parent_not_waited_for, "a record whose parent is not over there yet is left out"),
    )
}
