"""A hub process for the fault tests: it works until it is quiet, with a clock that runs ahead, and can be killed.

``python -m tests.hub_process DIRECTORY HOURS_AHEAD [ENTITY JSON]`` adds a record first when one is given; with
``hint`` in their place it first hears that every linked record may have changed.
"""

import json
import os
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.bootstrap import build
from hub.files.settings import load
from hub.ports.store import UnitOfWork
from hub.services import inbound, outbound, records
from hub.services.context import Hub

ROUNDS = 60
STEP = timedelta(seconds=45)


@dataclass
class RunningClock:
    """The machine's time, ahead by as much as it is told."""

    ahead: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def work(hub: Hub, clock: RunningClock) -> bool:
    """Poll, take in and deliver until nothing is open; whether that was reached."""
    for _ in range(ROUNDS):
        clock.ahead += STEP
        for system in hub.systems.values():
            inbound.poll(hub, system)
            while inbound.process(hub):
                pass
            while outbound.deliver(hub, system.name):
                pass
        waiting = [message for message in hub.store.read(lambda tx: tx.inbox.listing()) if message.state == "new"]
        if not waiting and not hub.store.read(lambda tx: tx.outbox.open_count()):
            return True
    return False


def hint_all(hub: Hub, tx: UnitOfWork) -> None:
    """As if hooks told that every linked record may have changed."""
    for system in hub.systems.values():
        for mapping in system.mappings.values():
            for link in tx.links.page(system.name, mapping.object, limit=100):
                inbound.hint(hub, tx, system.name, mapping.object, link.external_id)


def main() -> None:
    directory, hours, *record = sys.argv[1:]
    with build(load(Path(directory)), os.environ) as container:
        clock = RunningClock(timedelta(hours=float(hours)))
        hub = replace(container.hub, clock=clock)
        if record == ["hint"]:
            hub.store.run(lambda tx: hint_all(hub, tx))
        elif record:
            entity, doc = record[0], json.loads(record[1])
            if hub.store.read(lambda tx: tx.records.get(entity, doc["id"])) is None:
                hub.store.run(lambda tx: records.create(hub, tx, hub.actor("li"), entity, doc))
        sys.exit(0 if work(hub, clock) else 3)


if __name__ == "__main__":
    main()
