"""The gates of all connected systems."""

from collections.abc import Callable

from hub.domain.sync.budget import Budget
from hub.ports.clock import Clock
from hub.ports.connector import Connector
from hub.ports.store import Store
from hub.services.gate import Gate, GateState
from hub.services.guarded import Guarded


class Breakers:
    """Puts a gate before each system, and knows them all."""

    def __init__(self) -> None:
        self._gates: dict[str, Gate] = {}
        self._listeners: list[Callable[[str], None]] = []

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call the listener with a system's name when the system is paused because we are not let in."""
        self._listeners.append(listener)

    def guard(
        self, system: str, connector: Connector, *, full: int, budget: Budget, clock: Clock, store: Store
    ) -> Guarded:
        """The connector behind its system's gate; as it is where it stands behind one already."""
        if isinstance(connector, Guarded):
            self._gates[system] = connector.gate
            return connector
        gate = Gate(system, full=full, budget=budget, clock=clock, store=store, alarm=self._alarm)
        self._gates[system] = gate
        return Guarded(connector, gate)

    def gate(self, system: str) -> Gate:
        """One system's gate."""
        return self._gates[system]

    def states(self) -> list[GateState]:
        """How it stands with every system and kind of call."""
        return [state for _, gate in sorted(self._gates.items()) for state in gate.states()]

    def _alarm(self, system: str) -> None:
        for listener in self._listeners:
            listener(system)
