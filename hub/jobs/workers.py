"""The workers: one thread per job, so that a system that hangs holds up nobody but itself.

A worker wakes when something is enqueued for it, or when its interval has passed; it works until nothing is left. An
error ends its turn, never the worker: what was not done is still in our tables and comes again.
"""

import logging
import threading
import time
from collections.abc import Iterable

from hub.domain.errors import HubError
from hub.jobs.schedule import Clockwork, Job
from hub.services.signals import summary

log = logging.getLogger(__name__)
DRAIN_FOR = 16.0  # seconds: an operator's stop is to end within thirty, and requests in hand have their share


class Worker:
    """One job in a thread of its own."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.trouble: str | None = None  # why the last turn failed; None when it went well
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=job.name, daemon=True)

    def start(self) -> None:
        """Begin with a first turn."""
        self.wake()
        self._thread.start()

    def wake(self) -> None:
        """Take a turn now, or right after the present one."""
        self._wake.set()

    def stop(self) -> None:
        """Ask to end after what is in hand."""
        self._stopping.set()
        self._wake.set()

    def ended(self, within: float) -> bool:
        """Wait for the end; whether it came."""
        self._thread.join(max(within, 0))
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            if self._stopping.is_set():
                return
            self._turn()

    def _turn(self) -> None:
        try:
            while self.job.work() and self.job.drains and not self._stopping.is_set():
                pass
        except HubError as error:
            self._note(summary(error))
        except Exception as error:
            log.exception("a mistake of ours", extra={"job": self.job.name})
            self._note(type(error).__name__)
        else:
            self._note(None)

    def _note(self, trouble: str | None) -> None:
        """Say what changed, once: a system that is down for a night is one line, not thousands."""
        if trouble != self.trouble:
            facts = {"job": self.job.name, **({"reason": trouble} if trouble else {})}
            log.warning("a worker fails" if trouble else "a worker works again", extra=facts)
        self.trouble = trouble


class Workers:
    """All workers of a process, and what wakes them."""

    def __init__(self, jobs: Iterable[Job], clockwork: Clockwork | None = None) -> None:
        self._workers = [Worker(job) for job in jobs]
        self._clockwork = clockwork or Clockwork()
        for worker in self._workers:
            self._clockwork.every(worker.job.every, worker.job.name, worker.wake)

    def start(self) -> None:
        """Start every worker."""
        for worker in self._workers:
            worker.start()
        self._clockwork.start()

    def hear(self, what: str) -> None:
        """Wake who waits for this, or for any of its kind: given to the store's bell."""
        for worker in self._workers:
            hears = worker.job.hears
            if hears is not None and (hears == what or hears.startswith(f"{what} ")):
                worker.wake()

    def troubles(self) -> dict[str, str]:
        """Why workers fail at present, by job."""
        return {worker.job.name: worker.trouble for worker in self._workers if worker.trouble}

    def ask_to_stop(self) -> None:
        """Begin nothing new."""
        self._clockwork.stop()
        for worker in self._workers:
            worker.stop()

    def stop(self, within: float = DRAIN_FOR) -> list[str]:
        """End all: what is in hand is finished; gives the jobs that did not end in time.

        Those hold a lease and nothing else: whoever comes next takes over when it ends.
        """
        self.ask_to_stop()
        until = time.monotonic() + within
        return [worker.job.name for worker in self._workers if not worker.ended(until - time.monotonic())]
