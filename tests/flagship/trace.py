"""What is told of a record: by the audit trail, by open reviews, by the systems; read for the invariants alone."""

import json
import re
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.flagship.ledger import Edit, Entry
from tests.flagship.stage import Stage


@dataclass(frozen=True)
class Trace:
    """All that audit and open reviews say of a record, and what the systems keep of a disputed field."""

    told: list[Any]
    text: str
    kept: set[int | None] = field(default_factory=set)

    @classmethod
    def of(cls, stage: Stage, entry: Entry) -> "Trace":
        """The trace of a record."""
        hub_id = str(stage.hub_id(entry))
        told = [row["payload"] for row in stage.tables.audit(entry.entity, hub_id)]
        told += [row["detail"] for row in stage.tables.reviews() if row["record_id"] == hub_id]
        return cls(told, squeezed(told))

    def tells(self, name: str, edit: Edit) -> bool:
        """Whether an edit is mentioned; of one that emptied a field, that there was nothing."""
        if edit.serial in self.kept:
            return True
        if not edit.is_clearing:
            return str(edit.serial) in self.text
        return any(map(partial(says_nothing, name), self.told))


def says_nothing(name: str, told: dict[str, Any]) -> bool:
    """Whether an entry says that a field was empty: written so, overruled, or asked about."""
    values = [told.get(name, [0])[-1]]
    values += [verdict["lost"] for verdict in told.get("$overruled", ()) if verdict["path"] == name]
    values += [told.get(side) for side in ("hub", "remote") if told.get("path") == name]
    return None in values


def squeezed(told: object) -> str:
    """A text in which telephone numbers have no blanks."""
    return re.sub(r"(?<=\d) (?=\d)", "", json.dumps(told))
