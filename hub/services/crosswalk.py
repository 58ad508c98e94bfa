"""Which remote record is which of ours, as mappings ask for it."""

from collections.abc import Iterable

from hub.domain.documents import Doc
from hub.domain.mapping import Mapping
from hub.domain.mapping.references import References, references
from hub.ports.links import Link
from hub.ports.store import UnitOfWork
from hub.services.context import System


class Crosswalk:
    """The links of one system, on one transaction; the members of a keyed list by the lines of their own link."""

    def __init__(self, tx: UnitOfWork, system: System, lines: Doc | None = None) -> None:
        self._tx = tx
        self._system = system
        self._lines = lines or {}
        self._remote_ids: dict[tuple[str, str], str] = {}  # by object and our id, of what was prefetched and is linked
        self._hub_ids: dict[tuple[str, str], str] = {}  # by object and remote id

    def of_lines(self, lines: Doc | None) -> "Crosswalk":
        """The same crosswalk for a record whose link keeps these lines; what was prefetched is shared."""
        other = Crosswalk(self._tx, self._system, lines)
        other._remote_ids, other._hub_ids = self._remote_ids, self._hub_ids
        return other

    def prefetch(self, mapping: Mapping, *, hub: Iterable[Doc] = (), remote: Iterable[Doc] = ()) -> "Crosswalk":
        """Look up at once what the documents of a batch refer to; gives itself.

        What is not linked yet is asked for again when it is needed: an earlier record of the batch may be its parent.
        """
        ours = self._by_object(references(mapping, hub, of_hub=True))
        theirs = self._by_object(references(mapping, remote, of_hub=False))
        if ours:
            self._remote_ids |= self._tx.links.of_many_records(self._system.name, ours)
        if theirs:
            self._hub_ids |= self._tx.links.of_many_remotes(self._system.name, theirs)
        return self

    def _by_object(self, found: References) -> dict[str, set[str]]:
        named = ((self._object(entity), ids) for entity, ids in found.items())
        return {name: ids for name, ids in named if name is not None}

    def to_remote(self, entity: str, hub_id: str) -> str | None:
        """The remote id of our record, or None where there is no link."""
        if "." in entity:
            found = self._lines.get(entity.partition(".")[2], {}).get(hub_id)
            return None if found is None else str(found)
        name = self._object(entity)
        if (name, hub_id) in self._remote_ids:
            return self._remote_ids[str(name), hub_id]
        link = self._tx.links.of_record(self._system.name, entity, hub_id, name)
        return None if link is None else link.external_id

    def to_hub(self, entity: str, remote_id: str) -> str | None:
        """Our id of a remote record, or None where there is no link."""
        if "." in entity:
            pairs = self._lines.get(entity.partition(".")[2], {})
            return next((mine for mine, theirs in pairs.items() if str(theirs) == str(remote_id)), None)
        name = self._object(entity)
        if (name, str(remote_id)) in self._hub_ids:
            return self._hub_ids[str(name), str(remote_id)]
        link = self.of_remote(entity, str(remote_id))
        return None if link is None or link.state == "gone" else link.record_id

    def of_remote(self, entity: str, remote_id: str) -> Link | None:
        """The link of a remote record of an entity."""
        name = self._object(entity)
        return None if name is None else self._tx.links.of_remote(self._system.name, name, remote_id)

    def _object(self, entity: str) -> str | None:
        mapping = self._system.mappings.get(entity)
        return None if mapping is None else mapping.object
