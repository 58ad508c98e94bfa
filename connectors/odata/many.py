"""Several records in one call: a changeset for each, and what became of each, by its key."""

from collections.abc import Mapping, Sequence

from connectors.odata.asking import Write
from connectors.odata.batch import Batches
from connectors.odata.records import Records
from connectors.odata.shapes import Shape
from connectors.odata.wire import Wire
from connectors.odata.writing import Writing
from hub.domain.errors import HubError
from hub.ports.connector import Item, Remote
from hub.transport.caller import Reply

Outcome = Remote | HubError


class Many:
    """Writes batches."""

    def __init__(self, wire: Wire, records: Records, writing: Writing, batches: Batches) -> None:
        self._wire = wire
        self._records = records
        self._writing = writing
        self._batches = batches

    def write(self, shape: Shape, items: Sequence[Item]) -> Mapping[str, Outcome]:
        """What became of each; those of which nothing was to be written are told as they are."""
        told: dict[str, Outcome] = {}
        due: list[tuple[Item, Sequence[Write]]] = []
        for item in items:
            try:
                writes = self._writes(shape, item)
            except HubError as error:
                told[item.key] = error
                continue
            if isinstance(writes, Remote):
                told[item.key] = writes
            else:
                due.append((item, writes))
        if due:
            outcomes = self._batches.send(shape.service, shape.version, [writes for _, writes in due])
            for (item, _), outcome in zip(due, outcomes, strict=True):
                told[item.key] = outcome if isinstance(outcome, HubError) else self._written(shape, item, outcome)
        return told

    def _writes(self, shape: Shape, item: Item) -> Remote | Sequence[Write]:
        if item.seen is None:
            return [self._writing.insert(shape, item.doc)]
        now, writes = self._writing.changes(shape, item.seen, item.doc)
        return writes or now

    def _written(self, shape: Shape, item: Item, replies: Sequence[Reply]) -> Outcome:
        """The record as it is now; that it cannot be read back leaves the outcome to be looked up."""
        try:
            remote_id = item.seen.id if item.seen else self._writing.made_id(shape, replies[0].doc)
            return self._wire.after_write(lambda: self._records.read_back(shape, remote_id))
        except HubError as error:
            return error
