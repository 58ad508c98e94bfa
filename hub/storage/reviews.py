"""Reviews in SQL; what they ask about is sealed."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, select, update

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError
from hub.ports.reviews import Review, Wanted
from hub.storage.cipher import Cipher
from hub.storage.sql import Repository, dumps, instant_or_none, stamp, stamp_or_none
from hub.storage.tables.reviews import REVIEW
from hub.storage.wire import Wire

FILTERS = ("state", "kind", "system", "entity", "record_id")


class SqlReviews(Repository):
    """The review queue."""

    def __init__(self, wire: Wire, cipher: Cipher) -> None:
        super().__init__(wire)
        self._cipher = cipher

    def open(self, review: Review) -> None:
        """Ask, once."""
        subject = [review.kind, review.entity, review.record_id, review.system, review.detail.get("path")]
        digest = hashlib.sha256(dumps(subject).encode()).hexdigest()
        known = self.first(select(REVIEW.c.id).where(REVIEW.c.digest == digest, REVIEW.c.state == "open"))
        if known is not None:
            self.ask_anew(known["id"], review.detail)
            return
        self.add_if_new(
            REVIEW,
            {
                "id": review.id,
                "kind": review.kind,
                "entity": review.entity,
                "record_id": review.record_id,
                "system": review.system,
                "detail": self._cipher.seal(review.detail, context(review.id)),
                "digest": digest,
                "correlation": review.correlation,
                "created_at": stamp(review.created_at),
                "state": review.state,
                "settled_by": "",
            },
        )

    def get(self, review_id: str) -> Review | None:
        """One review."""
        row = self.first(select(REVIEW).where(REVIEW.c.id == review_id))
        return None if row is None else self._review(row)

    def ask_anew(self, review_id: str, detail: Doc) -> None:
        """Put present values into an open question."""
        self._change(review_id, detail=self._cipher.seal(detail, context(review_id)))

    def settle(self, review_id: str, *, by: str = "", at: datetime | None = None, detail: Doc | None = None) -> None:
        """Close the question."""
        told = {} if detail is None else {"detail": self._cipher.seal(detail, context(review_id))}
        if not self._change(review_id, state="settled", settled_by=by, settled_at=stamp_or_none(at), **told):
            raise ConflictError("Review {id} is settled already, or never was.", id=review_id)

    def end(self, review_id: str) -> None:
        """Close a question that is none any more."""
        self._change(review_id, state="ended")

    def listing(self, wanted: Wanted = Wanted(), *, limit: int = 100) -> list[Review]:  # noqa: B008 - it is frozen
        """The newest reviews."""
        statement = select(REVIEW).order_by(REVIEW.c.id.desc()).limit(limit)
        for name in FILTERS:
            if value := getattr(wanted, name):
                statement = statement.where(REVIEW.c[name] == value)
        if wanted.after:
            statement = statement.where(REVIEW.c.id < wanted.after)
        return [self._review(row) for row in self.rows(statement)]

    def counts(self) -> dict[str, int]:
        """How many are open, by kind."""
        counted = select(REVIEW.c.kind, func.count()).where(REVIEW.c.state == "open").group_by(REVIEW.c.kind)
        return {row[0]: int(row[1]) for row in self.pairs(counted)}

    def _change(self, review_id: str, **values: Any) -> int:
        return self.change(update(REVIEW).where(REVIEW.c.id == review_id, REVIEW.c.state == "open").values(**values))

    def _review(self, row: RowMapping) -> Review:
        return Review(
            id=row["id"],
            kind=row["kind"],
            entity=row["entity"],
            record_id=row["record_id"],
            system=row["system"],
            detail=self._cipher.open(row["detail"], context(row["id"])),
            correlation=row["correlation"],
            created_at=datetime.fromisoformat(row["created_at"]),
            state=row["state"],
            settled_at=instant_or_none(row["settled_at"]),
            settled_by=row["settled_by"],
        )


def context(review_id: str) -> str:
    """Where a review's detail is sealed for."""
    return f"review:{review_id}"
