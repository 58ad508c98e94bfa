"""Several records in one call; what became of each is told by its place in the answer, or by our key."""

from collections.abc import Mapping, Sequence
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import HubError, UnknownOutcomeError
from hub.ports.connector import Item, Remote
from hub.transport.declared.differences import changes, whole
from hub.transport.declared.pages import items_in
from hub.transport.declared.records import Records
from hub.transport.declared.shapes import Batch, Shape
from hub.transport.declared.writing import Writer
from hub.transport.places import as_text

Outcome = Remote | HubError


class Batches:
    """Writes records of all objects of one system, several at a time."""

    def __init__(self, records: Records, writer: Writer) -> None:
        self._records = records
        self._writer = writer

    def write(self, shape: Shape, items: Sequence[Item]) -> Mapping[str, Outcome]:
        """What became of each, by its key."""
        new = [item for item in items if item.seen is None]
        known = [item for item in items if item.seen is not None]
        return {**self._group(shape, "create", new), **self._group(shape, "update", known)}

    def _group(self, shape: Shape, verb: str, items: Sequence[Item]) -> dict[str, Outcome]:
        batch = shape.batch.get(verb)
        if batch is None:
            return {item.key: self._alone(shape, item) for item in items}
        outcomes: dict[str, Outcome] = {}
        sent: dict[str, Doc] = {}
        for item in items:
            planned = self._planned(shape, batch, item)
            if isinstance(planned, dict):
                sent[item.key] = planned
            else:
                outcomes[item.key] = planned
        return {**outcomes, **(self._sent(shape, batch, sent) if sent else {})}

    def _alone(self, shape: Shape, item: Item) -> Outcome:
        try:
            if item.seen is None:
                return self._writer.create(shape, item.doc, "")
            return self._writer.update(shape, item.seen, item.doc, "")
        except HubError as error:
            return error

    def _planned(self, shape: Shape, batch: Batch, item: Item) -> Doc | Outcome:
        """What the templates may name of an item, or what became of it already."""
        try:
            if item.seen is None:
                sent = whole(self._records, shape, item.doc)
                return {"key": item.key, "doc": sent.doc, "its": sent.its}
            seen = item.seen if batch.locks and item.seen.version else self._writer.unmoved(shape, item.seen)
            differs = changes(self._records, shape, seen.doc, item.doc)
            if not differs.its:
                return self._writer.unmoved(shape, seen)
            self._writer.must_be_open(shape, seen, differs)
            return {"key": item.key, **self._writer.values(shape, seen, item.doc, differs)}
        except HubError as error:
            return error

    def _sent(self, shape: Shape, batch: Batch, sent: Mapping[str, Doc]) -> dict[str, Outcome]:
        reply = batch.call.write({"items": list(sent.values())})
        results = self._results(shape, batch, sent, items_in(batch.call, batch.results, reply, write=True))
        outcomes = {key: self._judged(shape, batch, sent[key], results.get(key)) for key in sent}
        ids = {key: told for key, told in outcomes.items() if isinstance(told, str)}
        try:
            read = {remote.id: remote for remote in self._records.many(shape, list(ids.values()))}
        except HubError:
            read = {}
        lost = UnknownOutcomeError("{object}: written in a batch, but not read back", object=shape.name)
        return {key: read.get(told, lost) if isinstance(told, str) else told for key, told in outcomes.items()}

    @staticmethod
    def _results(shape: Shape, batch: Batch, sent: Mapping[str, Doc], told: Sequence[Any]) -> dict[str, Any]:
        if batch.key is None:
            if len(told) != len(sent):
                raise batch.call.caller.http.lost("results are missing", write=True)
            return dict(zip(sent, told, strict=True))
        by = {as_text(batch.key(result)): result for result in told}
        field = shape.spec.lookup_by or ""
        return {
            key: by[as_text(one["its"].get(field))] for key, one in sent.items() if as_text(one["its"].get(field)) in by
        }

    @staticmethod
    def _judged(shape: Shape, batch: Batch, sent: Doc, result: Any) -> str | HubError:
        """The id of what was written, or what went wrong."""
        try:
            if result is None:
                raise UnknownOutcomeError("{object}: a batch does not say what became of it", object=shape.name)
            batch.judge(result)
        except HubError as error:
            return error
        told = batch.id(result) or (str(sent["id"]) if "id" in sent else None)
        return told or UnknownOutcomeError("{object}: written in a batch, but not read back", object=shape.name)
