"""Kills hub and ERP at random moments of the story; the same seed plans the same kills."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from hub.testing.demo import Stage
from hub.testing.hub_server import HubServer
from hub.testing.tryton.server import TrytonServer

KILLS = {"hub": (3, 5), "ERP": (2, 4)}  # in one round, at least and at most
LATEST = 4.0  # seconds after a step began
LONGEST = 6.0  # seconds that one is kept down
AGAIN = 1.0  # seconds between two kills of one that is kept down


@dataclass(frozen=True, order=True)
class Kill:
    """``who`` dies so many seconds after a step began, and dies again for ``down`` seconds whenever it comes up."""

    step: str
    after: float
    who: str
    down: float


def plan(seed: int, steps: Sequence[str]) -> list[Kill]:
    """The kills of a round; one in three keeps its victim down for a while."""
    chance = random.Random(seed)  # noqa: S311 - a round must be the same again
    kills = []
    for who, (least, most) in KILLS.items():
        for _ in range(chance.randint(least, most)):
            down = chance.uniform(1, LONGEST) if chance.random() < 1 / 3 else 0.0
            kills.append(Kill(chance.choice(list(steps)), round(chance.uniform(0, LATEST), 3), who, round(down, 1)))
    return sorted(kills, key=lambda kill: (list(steps).index(kill.step), kill.after))


class Killer:
    """Carries a plan out, as long as the ``with`` block lasts; tell it with ``hear`` which step begins."""

    def __init__(self, stage: Stage, kills: Sequence[Kill]) -> None:
        self._victims: dict[str, HubServer | TrytonServer] = {"hub": stage.hub, "ERP": stage.erp}
        self._kills, self._threads = kills, list[threading.Thread]()
        self._leave = threading.Event()
        self.done: list[Kill] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._leave.set()
        for thread in self._threads:
            thread.join()

    def hear(self, step: str) -> None:
        """A step begins."""
        for kill in self._kills:
            if kill.step == step:
                thread = threading.Thread(target=self._carry_out, args=[kill], name=str(kill), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _carry_out(self, kill: Kill) -> None:
        if self._leave.wait(kill.after):
            return
        self.done.append(kill)
        until = time.monotonic() + kill.down
        while True:
            self._victims[kill.who].cut_power()
            if time.monotonic() > until or self._leave.wait(AGAIN):
                return
