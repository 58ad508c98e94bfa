"""A hub beside one connected system: what the flow tests of all products ask of it."""

from dataclasses import dataclass
from typing import Any, ClassVar

from hub.domain.documents import Doc
from hub.ports.records import Record
from hub.services import audit, reconciling, records, service_summary
from hub.services.context import Hub
from tests.hub_process import RunningClock, work


@dataclass
class Beside:
    """The hub; the system is that of the test."""

    hub: Hub
    clock: RunningClock
    system: ClassVar[str]  # its name in hub.yaml

    def settle(self) -> None:
        """Poll, take in and deliver until nothing is open."""
        assert work(self.hub, self.clock)

    def sum_up(self) -> None:
        """Work out the service summaries, and let everything settle."""
        while audit.seal(self.hub):
            pass
        while service_summary.follow(self.hub):
            pass
        self.settle()

    def records(self, entity: str) -> list[Record]:
        """All records of a kind."""
        return self.hub.store.read(lambda tx: tx.records.all(entity))

    def only(self, entity: str) -> Doc:
        """The one record of a kind."""
        (record,) = self.records(entity)
        return record.doc

    def one(self, entity: str, **values: Any) -> Record:
        """A record that has these values."""
        return next(each for each in self.records(entity) if values.items() <= each.doc.items())

    def get(self, record: Record) -> Doc:
        """A record as it is now."""
        return self.hub.store.read(lambda tx: tx.records.need(record.entity, record.id)).doc

    def add(self, entity: str, **values: Any) -> Record:
        """Somebody here makes a record."""
        return self.hub.store.run(lambda tx: records.create(self.hub, tx, self.hub.actor("li"), entity, values))

    def change(self, known: Record | str, **values: Any) -> None:
        """Somebody here changes a record, or the one of a kind."""
        entity, its = (known, self.only(known)["id"]) if isinstance(known, str) else (known.entity, known.id)
        actor = self.hub.actor("li")
        self.hub.store.run(lambda tx: records.change(self.hub, tx, actor, tx.records.need(entity, its), values))

    def dead(self) -> list[str]:
        """Why deliveries were given up."""
        return [str(one.error) for one in self.hub.store.read(lambda tx: tx.outbox.listing()) if one.state == "dead"]

    def in_peace(self) -> bool:
        """Whether nothing waits for anybody, and both sides agree."""
        reviews = self.hub.store.read(lambda tx: tx.reviews.listing())
        return (reviews, self.dead(), reconciling.plan(self.hub, self.system)) == ([], [], [])
