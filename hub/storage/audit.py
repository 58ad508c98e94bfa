"""The audit trail in SQL.

Each entry carries content = SHA-256(random salt, payload) and commitment = SHA-256(content, the facts of the row);
the sealer chains commitments: hash(n) = SHA-256(hash(n-1), n, entry id, commitment). Erasing payload and salt keeps
content and commitment, so the chain still verifies; a changed, deleted, inserted or moved row does not.
"""

import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from itertools import zip_longest
from typing import Any

import orjson
from sqlalchemy import RowMapping, exists, func, insert, select, update

from hub.domain.documents import Doc
from hub.domain.errors import HubError
from hub.ports.audit import Entry, Unread, Verdict
from hub.storage.cipher import Cipher
from hub.storage.prepared import Prepared
from hub.storage.sql import Repository, stamp
from hub.storage.tables.trail import AUDIT, READER, SEAL
from hub.storage.wire import Wire

GENESIS = hashlib.sha256(b"tickethub audit").digest()
PAGE = 1000
LATE = 2_000  # entries that others may have written while the transaction of one was still open
FACTS = ("at", "actor", "action", "entity", "record_id", "correlation")
WRITE = Prepared(lambda _: insert(AUDIT).inline(), [*FACTS, "salt", "payload", "content", "commitment"])


class SqlAudit(Repository):
    """The trail."""

    def __init__(self, wire: Wire, cipher: Cipher, now: Callable[[], datetime]) -> None:
        super().__init__(wire)
        self._cipher = cipher
        self._now = now

    def write(self, actor: str, action: str, entity: str, record_id: str, correlation: str, payload: Doc) -> None:
        """Record an act with its commitment."""
        salt = os.urandom(16)
        row = {
            "at": stamp(self._now()),
            "actor": actor,
            "action": action,
            "entity": entity,
            "record_id": record_id,
            "correlation": correlation,
        }
        content = content_of(salt, payload)
        sealed = self._cipher.seal(payload, context(content))
        kept = {"salt": salt, "payload": sealed, "content": content, "commitment": commit(content, row)}
        WRITE.gather(self._wire, {**row, **kept})

    def of_record(self, entity: str, record_id: str, *, limit: int = 200) -> list[Entry]:
        """The acts on a record, oldest first."""
        mine = select(AUDIT).where(AUDIT.c.entity == entity, AUDIT.c.record_id == record_id)
        return [self._entry(row) for row in reversed(self.rows(mine.order_by(AUDIT.c.id.desc()).limit(limit)))]

    def of_correlation(self, correlation: str) -> list[Entry]:
        """The acts of one correlation, oldest first."""
        mine = select(AUDIT).where(AUDIT.c.correlation == correlation).order_by(AUDIT.c.id)
        return [self._entry(row) for row in self.rows(mine)]

    def seal(self, limit: int) -> int:
        """Chain committed entries."""
        last = self.first(select(SEAL.c.seq, SEAL.c.entry_id, SEAL.c.hash).order_by(SEAL.c.seq.desc()).limit(1))
        seq, head, since = (0, GENESIS, 0) if last is None else (last["seq"], bytes(last["hash"]), last["entry_id"])
        unsealed = ~exists().where(SEAL.c.entry_id == AUDIT.c.id)
        fresh = select(AUDIT.c.id, AUDIT.c.commitment).where(AUDIT.c.id > since - LATE, unsealed)
        rows = []
        for entry_id, commitment in self.pairs(fresh.order_by(AUDIT.c.id).limit(limit)):
            seq += 1
            head = link(head, seq, entry_id, bytes(commitment))
            rows.append({"seq": seq, "entry_id": entry_id, "hash": head})
        if rows:
            self.change(insert(SEAL), rows)
        return len(rows)

    def unread(self, reader: str, entities: Collection[str], *, limit: int) -> Unread:
        """The acts among the next sealed ones."""
        known = self.first(select(READER.c.place).where(READER.c.name == reader))
        since = known["place"] if known else 0
        last = self.first(select(func.coalesce(func.max(SEAL.c.seq), 0).label("seq")))
        end = last["seq"] if last else 0
        place = min(since + limit, end)
        both = select(AUDIT).join_from(SEAL, AUDIT, AUDIT.c.id == SEAL.c.entry_id)
        mine = both.where(SEAL.c.seq > since, SEAL.c.seq <= place, AUDIT.c.entity.in_(sorted(entities)))
        entries = tuple(self._entry(row) for row in self.rows(mine.order_by(SEAL.c.seq))) if place > since else ()
        return Unread(entries, since, place, place == end)

    def read_up_to(self, reader: str, place: int) -> None:
        """Keep how far a reader has come."""
        self.upsert(READER, {"name": reader, "place": place})

    def verify(self) -> Verdict:
        """Recompute every commitment and the chain."""
        head, sealed = GENESIS, 0
        for expected, row in zip_longest(range(1, self._count(SEAL) + 1), self._chain()):
            if broken := flaw(expected, row, head) or self._altered(row):
                return Verdict(sealed, self._unsealed(), head.hex(), broken)
            head, sealed = bytes(row["hash"]), sealed + 1
        broken = next(filter(None, map(self._altered, self._tail())), None)
        return Verdict(sealed, self._unsealed(), head.hex(), broken)

    def erase(self, entity: str, record_id: str) -> int:
        """Drop payloads and salts of a record's entries."""
        mine = (AUDIT.c.entity == entity, AUDIT.c.record_id == record_id)
        return self.change(update(AUDIT).where(*mine).values(payload=None, salt=None))

    def _chain(self) -> Iterator[RowMapping]:
        position = 0
        both = select(SEAL.c.seq, SEAL.c.hash, SEAL.c.entry_id, *AUDIT.c).outerjoin_from(
            SEAL, AUDIT, AUDIT.c.id == SEAL.c.entry_id
        )
        while rows := self.rows(both.where(SEAL.c.seq > position).order_by(SEAL.c.seq).limit(PAGE)):
            yield from rows
            position = rows[-1]["seq"]

    def _tail(self) -> Iterator[RowMapping]:
        unsealed = select(AUDIT).where(~exists().where(SEAL.c.entry_id == AUDIT.c.id))
        yield from self.rows(unsealed.order_by(AUDIT.c.id))

    def _altered(self, row: RowMapping) -> str | None:
        """Whether an entry no longer is what was committed; of an erased one, only the facts can be recomputed."""
        content = bytes(row["content"])
        same = commit(content, row) == bytes(row["commitment"]) and self._is_content(row, content)
        return None if same else f"entry {row['id']} was altered"

    def _is_content(self, row: RowMapping, content: bytes) -> bool:
        if row["salt"] is None and row["payload"] is None:
            return True
        try:
            return content_of(bytes(row["salt"]), self._cipher.open(row["payload"], context(content))) == content
        except (HubError, TypeError):
            return False

    def _count(self, table: Any) -> int:
        return int(self.pairs(select(func.count()).select_from(table))[0][0])

    def _unsealed(self) -> int:
        return sum(1 for _ in self._tail())

    def _entry(self, row: RowMapping) -> Entry:
        payload = row["payload"]
        return Entry(
            id=row["id"],
            at=datetime.fromisoformat(row["at"]),
            actor=row["actor"],
            action=row["action"],
            entity=row["entity"],
            record_id=row["record_id"],
            correlation=row["correlation"],
            payload=None if payload is None else self._cipher.open(payload, context(bytes(row["content"]))),
        )


def content_of(salt: bytes, payload: Doc) -> bytes:
    """The salted digest of a payload."""
    return hashlib.sha256(salt + orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)).digest()


def commit(content: bytes, row: Any) -> bytes:
    """The commitment of an entry."""
    facts = [row[name] for name in FACTS]
    return hashlib.sha256(content + orjson.dumps(facts)).digest()


def link(head: bytes, seq: int, entry_id: int, commitment: bytes) -> bytes:
    """The next hash of the chain."""
    return hashlib.sha256(head + f"{seq}:{entry_id}:".encode() + commitment).digest()


def flaw(expected: int | None, row: RowMapping | None, head: bytes) -> str | None:
    """What is wrong with one link of the chain, None when it holds."""
    if row is None or expected is None or row["seq"] != expected:
        return f"seal {expected} is missing"
    if row["id"] is None:
        return f"entry {row['entry_id']} was deleted"
    if link(head, row["seq"], row["entry_id"], bytes(row["commitment"])) != bytes(row["hash"]):
        return f"entry {row['entry_id']} is not the one that seal {expected} was made for"
    return None


def context(content: bytes) -> str:
    """Where an entry's payload is sealed for."""
    return f"audit:{content.hex()}"
