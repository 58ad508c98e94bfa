"""The connector: see ``hub.ports.connector`` for what each method promises."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from connectors.files.dropped import Dropped
from connectors.files.places import Place
from connectors.files.reading import Reading
from connectors.files.shapes import Shape
from connectors.files.writing import Writing
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError
from hub.ports.connector import Ids, Lack, ObjectSpec, Page, Probe, Remote

VERSION = "files"


class FilesConnector:
    """The declared files of one folder."""

    def __init__(
        self, system: str, place: Place, objects: Mapping[str, ObjectSpec], shapes: Mapping[str, Shape]
    ) -> None:
        self._system, self.place, self._objects = system, place, objects
        self._drops: dict[str, Dropped] = {}
        self._read: dict[str, Reading] = {}
        self._written: dict[str, Writing] = {}
        for name, shape in shapes.items():
            drop = shape.drop or shape.results
            dropped = Dropped(system, place, drop, shape.id, shape.format) if drop else None
            if dropped is not None:
                self._drops[name] = dropped
            if shape.drop is not None and dropped is not None:
                self._read[name] = Reading(name, shape, shape.drop, dropped)
            else:
                self._written[name] = Writing(system, name, place, shape, dropped)

    def probe(self) -> Probe:
        """The clock of the folder, in which it writes a file to learn it; and how many files wait for a person."""
        now = self.place.now()
        failed = {name: dropped.failed() for name, dropped in self._drops.items()}
        return Probe(
            VERSION,
            now,
            tuple(
                Lack("{count} files lie in failed: mend them there, and drop them again.", {"count": count}, name)
                for name, count in failed.items()
                if count
            ),
        )

    def objects(self) -> Mapping[str, ObjectSpec]:
        """What the connector file declares."""
        return self._objects

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        """The rows of dropped files, however old they are; or what was sent and answered within the interval."""
        if name in self._read:
            return self._read[name].changes(until, after)
        return self._writes(name).changes(since, until, after)

    def ids(self, name: str, after: str | None = None) -> Ids:  # noqa: ARG002 - one answer has them all
        """All there are, where that can be told."""
        return (self._read.get(name) or self._writes(name)).ids()

    def get(self, name: str, remote_id: str) -> Remote | None:
        """One record."""
        return (self._read.get(name) or self._writes(name)).get(remote_id)

    def find(self, name: str, field: str, value: str) -> Sequence[Remote]:
        """Records by a field."""
        return (self._read.get(name) or self._writes(name)).find(field, value)

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:  # noqa: ARG002 - the id of the record is the key
        """Hand a record over."""
        return self._writable(name).create(doc)

    def update(self, name: str, seen: Remote, doc: Doc, *, key: str = "") -> Remote:  # noqa: ARG002 - as above
        """Hand a change over."""
        return self._writable(name).update(seen, doc)

    def act(self, name: str, remote_id: str, action: str, *, key: str = "") -> None:  # noqa: ARG002 - files do not act
        """Nothing can be done to a file but to write it."""
        raise RejectedError("{object} has no action {action}", object=name, action=action)

    def _writes(self, name: str) -> Writing:
        if name not in self._written:
            raise RejectedError("{system}: no object {object} is declared", system=self._system, object=name)
        return self._written[name]

    def _writable(self, name: str) -> Writing:
        if name in self._read:
            raise RejectedError("{system}: {object} is only read, never written", system=self._system, object=name)
        return self._writes(name)
