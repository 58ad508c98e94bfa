"""Tryton's own description of its models, asked once, and the records that documents tell by a code."""

import threading
from collections.abc import Iterable
from typing import Any

from connectors.tryton.shapes import Field
from connectors.tryton.values import decode, encode
from connectors.tryton.wire import Wire
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError

ALSO_INACTIVE = ["active", "in", [True, False]]  # a search leaves inactive records out unless it is asked for them


class Models:
    """Translates rows between documents and Tryton with the help of Tryton's field descriptions."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._described: dict[str, dict[str, dict[str, Any]]] = {}
        self._codes: dict[tuple[str, str, str], int] = {}
        self._lock = threading.Lock()

    def described(self, model: str) -> dict[str, dict[str, Any]]:
        """The fields of a model: type, relation, whether it can be written."""
        with self._lock:
            if model not in self._described:
                self._described[model] = self._wire.read(f"{model}.fields_get")
            return self._described[model]

    def with_inactive(self, model: str) -> list[Any]:
        """The domain that lets a search find inactive records too, where the model has such."""
        return [ALSO_INACTIVE] if "active" in self.described(model) else []

    def decoded(self, model: str, fields: Iterable[Field], row: dict[str, Any]) -> Doc:
        """A row that Tryton told, as a document."""
        return {field.name: self._decoded(model, field, row) for field in fields}

    def _decoded(self, model: str, field: Field, row: dict[str, Any]) -> Any:
        *way, last = field.asked.split(".")
        at: list[dict[str, Any]] = [row]
        for name in way:
            at = [there for here in at for there in _pointed_at(here.get(f"{name}."))]
            model = self.described(model)[name]["relation"]
        told = {decode(self.described(model)[last]["type"], there[last]) for there in at} if way else None
        if told is None:
            return decode(self.described(model)[last]["type"], row[last])
        return told.pop() if len(told) == 1 else None

    def encoded(self, model: str, fields: Iterable[Field], doc: Doc) -> dict[str, Any]:
        """What a document says of the fields that can be written, for create or write."""
        return {
            field.path: self._encoded(model, field, doc[field.name])
            for field in fields
            if field.name in doc and not field.computed
        }

    def _encoded(self, model: str, field: Field, value: Any) -> Any:
        described = self.described(model)[field.path]
        if field.by and value is not None:
            return self.coded(described["relation"], field.by, str(value))
        return encode(described["type"], value, where=f"{model}.{field.path}")

    def coded(self, model: str, by: str, value: str) -> int:
        """The id of the record that a code stands for; RejectedError when none or several do."""
        if (model, by, value) not in self._codes:
            told = encode(self.described(model)[by]["type"], value, where=f"{model}.{by}")
            found = self._wire.read(f"{model}.search", [[by, "=", told]], 0, 2, None)
            if len(found) != 1:
                raise RejectedError(
                    "{system}: {count} records of {model} have the {by} {value}: there must be one",
                    system=self._wire.system,
                    count="several" if found else "no",
                    model=model,
                    by=by,
                    value=value,
                )
            self._codes[model, by, value] = found[0]
        return self._codes[model, by, value]


def _pointed_at(told: Any) -> list[dict[str, Any]]:
    """The records behind a dotted name: none, one, or several of which a value is told when all share it."""
    return told if isinstance(told, list) else [told] if told else []
