"""Group commit: one thread runs what many have queued, commits once, and only then answers all of them."""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from hub.ports.store import UnitOfWork

T = TypeVar("T")
Work = Callable[[UnitOfWork], Any]
Outcome = tuple[Any, BaseException | None]
LARGEST = 256  # functions in one commit: more would only make the first of them wait


class GroupWriter:
    """Hands functions to its thread; ``commit`` runs a group and tells what each came to, ``measure`` gets its size."""

    def __init__(
        self, commit: Callable[[Sequence[Work]], Sequence[Outcome]], measure: Callable[[int], None] | None = None
    ) -> None:
        self._commit = commit
        self._measure = measure or (lambda _: None)
        self._queue: queue.SimpleQueue[tuple[Work, Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="store-writer", daemon=True)
        self._thread.start()

    def run(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Run in one durable transaction."""
        future: Future[T] = Future()
        self._queue.put((fn, future))
        return future.result()

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._queue.put(None)
        self._thread.join()

    def _write(self) -> None:
        is_last = False
        while not is_last and (first := self._queue.get()) is not None:
            group, is_last = self._drain(first)
            self._answer([future for _, future in group], self._outcomes([fn for fn, _ in group]))
            self._measure(len(group))

    def _outcomes(self, group: Sequence[Work]) -> Sequence[Outcome]:
        """What the group came to; everybody is answered, also when the commit breaks in a way that nobody foresaw."""
        try:
            return self._commit(group)
        except BaseException as error:  # noqa: BLE001 - it is the callers': the writer goes on
            return [(None, error)] * len(group)

    def _drain(self, first: tuple[Work, "Future[Any]"]) -> tuple[list[tuple[Work, "Future[Any]"]], bool]:
        """What is queued now, up to a group; whether the end of the queue was among it."""
        group = [first]
        while len(group) < LARGEST:
            try:
                work = self._queue.get_nowait()
            except queue.Empty:
                break
            if work is None:
                return group, True
            group.append(work)
        return group, False

    @staticmethod
    def _answer(futures: Sequence["Future[Any]"], outcomes: Sequence[Outcome]) -> None:
        for future, (result, failure) in zip(futures, outcomes, strict=True):
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)
