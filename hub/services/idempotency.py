"""One effect per Idempotency-Key: the first answer is committed with the effect, and given again."""

from collections.abc import Callable

from hub.domain.errors import HubError, InvalidError, RetryableError
from hub.ports.idempotency import Answer
from hub.ports.store import UnitOfWork
from hub.services.context import Hub

Reply = tuple[int, bytes]  # HTTP status, body


class KeyReusedError(InvalidError):
    """The key came before, with another request."""


def once(
    hub: Hub,
    scope: str,
    key: str,
    digest: str,
    work: Callable[[UnitOfWork], Reply],
    failed: Callable[[HubError], Reply],
) -> tuple[Answer, bool]:
    """Do ``work`` unless this request was answered before; says whether the answer is an old one.

    ``scope`` is principal and route, ``digest`` stands for the request. An error is an answer, too, and kept after
    the work was rolled back; not so RetryableError, which invites to try again with the same key.
    """

    def attempt(tx: UnitOfWork) -> tuple[Answer, bool]:
        if (kept := known(tx, scope, key, digest)) is not None:
            return kept, True
        answer = Answer(digest, *work(tx))
        tx.idempotency.keep(scope, key, answer)
        return answer, False

    try:
        return hub.store.run(attempt)
    except (RetryableError, KeyReusedError):
        raise
    except HubError as error:
        refusal = Answer(digest, *failed(error))
        return hub.store.run(lambda tx: remember(tx, scope, key, refusal))


def first_answer(hub: Hub, scope: str, key: str, digest: str) -> Answer | None:
    """What this request was answered before it is done again, where its work is committed in parts."""
    return hub.store.read(lambda tx: known(tx, scope, key, digest))


def known(tx: UnitOfWork, scope: str, key: str, digest: str) -> Answer | None:
    """The first answer to this request; KeyReusedError when the key came with another one."""
    kept = tx.idempotency.get(scope, key)
    if kept is not None and kept.digest != digest:
        raise KeyReusedError(
            "The Idempotency-Key {key} was used for another request: use a new key for a new request.", key=key
        )
    return kept


def remember(tx: UnitOfWork, scope: str, key: str, answer: Answer) -> tuple[Answer, bool]:
    """Keep the answer to a refused request, unless a twin of the request was quicker."""
    if (kept := known(tx, scope, key, answer.digest)) is not None:
        return kept, True
    tx.idempotency.keep(scope, key, answer)
    return answer, False
