"""First answers in SQL; their bodies are sealed."""

from sqlalchemy import insert, select

from hub.ports.idempotency import Answer
from hub.storage.cipher import Cipher
from hub.storage.sql import Repository
from hub.storage.tables.access import ANSWER
from hub.storage.wire import Wire


class SqlIdempotency(Repository):
    """First answers, by scope and key."""

    def __init__(self, wire: Wire, cipher: Cipher) -> None:
        super().__init__(wire)
        self._cipher = cipher

    def get(self, scope: str, key: str) -> Answer | None:
        """The first answer, or None."""
        row = self.first(select(ANSWER).where(ANSWER.c.scope == scope, ANSWER.c.key == key))
        if row is None:
            return None
        body = self._cipher.open(row["body"], f"answer:{scope}/{key}").encode()
        return Answer(digest=row["digest"], status=row["status"], body=body)

    def keep(self, scope: str, key: str, answer: Answer) -> None:
        """Keep the first answer."""
        sealed = self._cipher.seal(answer.body.decode(), f"answer:{scope}/{key}")
        values = {"scope": scope, "key": key, "digest": answer.digest, "status": answer.status, "body": sealed}
        self.change(insert(ANSWER), values)
