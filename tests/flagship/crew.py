"""Several workers at once: each is a process of its own, and stands still at every named place until it may go on.

Just one of them runs at a time, so that what overlaps with what is part of the history, and the same the next time.
"""

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from tests.flagship.stage import Stage
from tests.flagship.twin import Request, Twin
from tests.flagship.wire import DiedError, Message, Process

Command = tuple[Any, ...]  # such as ("deliver", "erp", 3)
Events = Mapping[int, Callable[[], None] | None]


@dataclass
class Worker:
    """One of them, with what it was asked to do and what it waits for."""

    stage: Stage
    process: Process
    command: Command
    waits: Message = ("begin",)
    asked: tuple[Twin, Request] | None = None  # its last write
    is_over: bool = False

    def move(self) -> None:
        """Let it go on to the next place at which it stands still."""
        try:
            self.waits = self.next()
        except DiedError:
            self.is_over = True
        if self.waits[0] in {"result", "refused", "broken"}:
            self.is_over = True
        if self.waits[0] == "broken":
            self.stage.problems.append(f"the hub broke: {self.waits[1]}")

    def next(self) -> Message:
        """What it does next: a request has its effect in one move, and is answered in another."""
        now = self.stage.clock.now
        if self.waits[0] == "call":
            twin = self.stage.twins[self.waits[1]]
            twin.last_write = None
            answer = self.stage.serve(self.waits[1], self.waits[2])
            self.asked = self.asked if twin.last_write is None else (twin, twin.last_write)
            return ("answered", answer)
        if self.waits[0] == "begin":
            self.process.send(("do", now, self.command[0], self.command[1:]))
        elif self.waits[0] == "answered":
            self.process.send(("answer", now, self.waits[1]))
        else:
            self.process.send(("go", now))
        return self.process.recv()

    def die(self) -> None:
        """By SIGKILL, wherever it is."""
        self.stage.deaths += 1
        if self.asked is not None:
            self.asked[0].doubt(self.asked[1])
        os.kill(self.process.pid, signal.SIGKILL)
        self.is_over = True


def work_together(stage: Stage, commands: Sequence[Command], order: Sequence[int], events: Events) -> None:
    """Let workers do their commands at once; ``order`` says who moves next, ``events`` what happens before a move.

    None as an event is the death of him whose turn it is.
    """
    crew = [Worker(stage, stage.hire(), tuple(command)) for command in commands]
    try:
        for move, turn in enumerate(cycle(order)):
            busy = [worker for worker in crew if not worker.is_over]
            if not busy:
                return
            worker = busy[turn % len(busy)]
            happen = events.get(move, worker.move)
            worker.die() if happen is None else happen()
    finally:
        for worker in crew:
            worker.process.end()
