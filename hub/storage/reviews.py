"""Reviews in SQL; what they ask about is sealed."""

import hashlib
from datetime import datetime

from sqlalchemy import RowMapping, select, update

from hub.domain.errors import ConflictError
from hub.ports.reviews import Review
from hub.storage.cipher import Cipher
from hub.storage.sql import Repository, dumps, stamp
from hub.storage.tables import REVIEW
from hub.storage.wire import Wire


class SqlReviews(Repository):
    """The review queue."""

    def __init__(self, wire: Wire, cipher: Cipher) -> None:
        super().__init__(wire)
        self._cipher = cipher

    def open(self, review: Review) -> None:
        """Ask, once."""
        subject = [review.kind, review.entity, review.record_id, review.system, review.detail.get("path")]
        digest = hashlib.sha256(dumps(subject).encode()).hexdigest()
        if self.first(select(REVIEW.c.id).where(REVIEW.c.digest == digest, REVIEW.c.state == "open")) is not None:
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
            },
        )

    def get(self, review_id: str) -> Review | None:
        """One review."""
        row = self.first(select(REVIEW).where(REVIEW.c.id == review_id))
        return None if row is None else self._review(row)

    def settle(self, review_id: str) -> None:
        """Close the question."""
        still_open = (REVIEW.c.id == review_id, REVIEW.c.state == "open")
        if not self.change(update(REVIEW).where(*still_open).values(state="settled")):
            raise ConflictError("Review {id} is settled already, or never was.", id=review_id)

    def listing(self, *, state: str = "open", limit: int = 100) -> list[Review]:
        """The newest reviews."""
        statement = select(REVIEW).where(REVIEW.c.state == state).order_by(REVIEW.c.id.desc()).limit(limit)
        return [self._review(row) for row in self.rows(statement)]

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
        )


def context(review_id: str) -> str:
    """Where a review's detail is sealed for."""
    return f"review:{review_id}"
