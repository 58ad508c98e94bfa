"""Mappings that are held, because the other side changed what they rely on; the others of the system go on.

Held means: nothing is taken in and nothing is sent through the mapping; what is due waits. Each process finds out by
itself what is to be held, so nothing of it is stored.
"""

import threading
from collections.abc import Mapping

from hub.domain.errors import RetryableError


class MappingHeldError(RetryableError):
    """The mapping is held: what is due waits until somebody has looked."""


class Holds:
    """Which mappings are held, and because of which fields."""

    def __init__(self) -> None:
        self._fields: dict[str, dict[str, tuple[str, ...]]] = {}
        self._lock = threading.Lock()

    def replace(self, system: str, fields: Mapping[str, tuple[str, ...]]) -> None:
        """Hold just these entities of a system, each because of some remote fields."""
        with self._lock:
            self._fields[system] = {entity: names for entity, names in fields.items() if names}

    def of(self, system: str) -> dict[str, tuple[str, ...]]:
        """The held entities of a system, and the fields that changed."""
        with self._lock:
            return dict(self._fields.get(system, {}))

    def refuse(self, system: str, entity: str) -> None:
        """Fail with a MappingHeldError when the mapping is held."""
        fields = self.of(system).get(entity)
        if fields:
            raise MappingHeldError(
                "{system} changed {fields}, on which the mapping of {entity} relies: see 'tickethub map drift'.",
                system=system,
                fields=", ".join(fields),
                entity=entity,
            )
