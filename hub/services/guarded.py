"""A connector behind its system's gate: the engine, the polls and the desk know no other."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.domain.documents import Doc
from hub.ports.connector import Connector, ObjectSpec, Page, Probe, Remote
from hub.services.gate import Gate, Kind, Purpose

OPTIONAL = {
    "describe": Kind.READ,
    "ids": Kind.READ,
    "within": Kind.READ,
    "wholes_of": Kind.READ,
    "write_many": Kind.WRITE,
}


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

    def test(self) -> Probe:
        """The same at a person's wish, although the system is left alone after failures."""
        return self.gate.try_now(self.connector.probe)

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

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """What only some connectors can; an AttributeError, by which they are told apart, where this one cannot."""
        if name not in OPTIONAL:
            raise AttributeError(name)
        work = getattr(self.connector, name)
        return lambda *given, **named: self.gate.call(OPTIONAL[name], self._purpose, lambda: work(*given, **named))
