"""Do several things side by side, in threads that end with the work."""

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import TypeVar

T = TypeVar("T")


def side_by_side(work: Callable[[T], None], items: Sequence[T], width: int) -> None:
    """Do each item, ``width`` at once, in their order; what breaks ends all lanes after what they have in hand.

    The threads are daemons: a process that ends does not wait for a call that hangs.
    """
    waiting: SimpleQueue[T] = SimpleQueue()
    for item in items:
        waiting.put(item)
    broken: list[BaseException] = []

    def lane() -> None:
        try:
            while not broken:
                work(waiting.get_nowait())
        except Empty:
            return
        except BaseException as error:  # noqa: BLE001 - it is raised again, where somebody waits
            broken.append(error)

    lanes = [threading.Thread(target=lane, daemon=True) for _ in range(min(width, len(items)) - 1)]
    for each in lanes:
        each.start()
    lane()
    for each in lanes:
        each.join()
    if broken:
        raise broken[0]
