"""Remember the stops that a message passes."""

from dataclasses import dataclass

from hub.ports.store import UnitOfWork
from hub.ports.trace import Stop
from hub.services.context import Hub


@dataclass(frozen=True)
class Tracer:
    """Notes stops of one message: which correlation, system, record."""

    hub: Hub
    correlation: str
    system: str
    entity: str
    record_id: str = ""

    def note(self, tx: UnitOfWork, stop: str, template: str, /, **params: object) -> None:
        """Note one stop, inside the transaction that passed it."""
        tx.trace.note(
            Stop(
                correlation=self.correlation,
                at=self.hub.clock.now(),
                stop=stop,
                system=self.system,
                entity=self.entity,
                record_id=self.record_id,
                template=template,
                params={
                    name: value if isinstance(value, str | int | float) else str(value)
                    for name, value in params.items()
                },
            )
        )

    def of(self, record_id: str) -> "Tracer":
        """The same message, now that its record is known."""
        return Tracer(self.hub, self.correlation, self.system, self.entity, record_id)
