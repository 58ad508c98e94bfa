"""Which remote record is which of ours, as mappings ask for it."""

from hub.domain.documents import Doc
from hub.ports.links import Link
from hub.ports.store import UnitOfWork
from hub.services.context import System


class Crosswalk:
    """The links of one system, on one transaction; the members of a keyed list by the lines of their own link."""

    def __init__(self, tx: UnitOfWork, system: System, lines: Doc | None = None) -> None:
        self._tx = tx
        self._system = system
        self._lines = lines or {}

    def to_remote(self, entity: str, hub_id: str) -> str | None:
        """The remote id of our record, or None where there is no link."""
        if "." in entity:
            found = self._lines.get(entity.partition(".")[2], {}).get(hub_id)
            return None if found is None else str(found)
        link = self._tx.links.of_record(self._system.name, entity, hub_id, self._object(entity))
        return None if link is None else link.external_id

    def to_hub(self, entity: str, remote_id: str) -> str | None:
        """Our id of a remote record, or None where there is no link."""
        if "." in entity:
            pairs = self._lines.get(entity.partition(".")[2], {})
            return next((mine for mine, theirs in pairs.items() if str(theirs) == str(remote_id)), None)
        link = self.of_remote(entity, str(remote_id))
        return None if link is None or link.state == "gone" else link.record_id

    def of_remote(self, entity: str, remote_id: str) -> Link | None:
        """The link of a remote record of an entity."""
        name = self._object(entity)
        return None if name is None else self._tx.links.of_remote(self._system.name, name, remote_id)

    def _object(self, entity: str) -> str | None:
        mapping = self._system.mappings.get(entity)
        return None if mapping is None else mapping.object
