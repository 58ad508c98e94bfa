"""A connector behind its system's gate: the engine, the polls and the desk know no other."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hub.domain.documents import Doc
from hub.domain.errors import HubError
from hub.ports.connector import Batching, Connector, Item, ObjectSpec, Page, Probe, Remote
from hub.ports.describing import Describing, Description
from hub.services.gate import Gate, Kind, Purpose


class Guarded:
    """Asks the gate before each call; see ``hub.ports.connector`` for what each method promises."""

    def __init__(self, connector: Connector, gate: Gate, purpose: Purpose = Purpose.LIVE) -> None:
        self.connector = connector
        self.gate = gate
        self._purpose = purpose

    def of(self, purpose: Purpose) -> "Guarded":
        """The same connector for another kind of work."""
        return Guarded(self.connector, self.gate, purpose)

    def objects(self) -> Mapping[str, ObjectSpec]:
        """As the connector file declares: nobody is called."""
        return self.connector.objects()

    def probe(self) -> Probe:
        """Version, clock, problems."""
        return self.gate.call(Kind.READ, self._purpose, self.connector.probe)

    def describe(self, name: str) -> Description | None:
        """What the system says of an object; None where the connector cannot ask."""
        connector = self.connector
        if not isinstance(connector, Describing):
            return None
        return self.gate.call(Kind.READ, self._purpose, lambda: connector.describe(name))

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        """A page of changed records."""
        return self.gate.call(
            Kind.READ, self._purpose, lambda: self.connector.changes(name, since=since, until=until, after=after)
        )

    def get(self, name: str, remote_id: str) -> Remote | None:
        """One record."""
        return self.gate.call(Kind.READ, self._purpose, lambda: self.connector.get(name, remote_id))

    def find(self, name: str, field: str, value: str) -> Sequence[Remote]:
        """Records by a field."""
        return self.gate.call(Kind.READ, self._purpose, lambda: self.connector.find(name, field, value))

    def create(self, name: str, doc: Doc, **key: str) -> Remote:
        """A new record."""
        return self.gate.call(Kind.WRITE, self._purpose, lambda: self.connector.create(name, doc, **key))

    def update(self, name: str, seen: Remote, doc: Doc, **key: str) -> Remote:
        """A changed record."""
        return self.gate.call(Kind.WRITE, self._purpose, lambda: self.connector.update(name, seen, doc, **key))

    def act(self, name: str, remote_id: str, action: str, **key: str) -> None:
        """A step of a document."""
        self.gate.call(Kind.WRITE, self._purpose, lambda: self.connector.act(name, remote_id, action, **key))

    def write_many(self, name: str, items: Sequence[Item]) -> Mapping[str, Remote | HubError]:
        """Several records in one call, where the connector can."""
        connector = self.connector
        if not isinstance(connector, Batching):
            raise TypeError(name)
        return self.gate.call(Kind.WRITE, self._purpose, lambda: connector.write_many(name, items))
