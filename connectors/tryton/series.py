"""What differs between the series of Tryton, as the connector file declares it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.tryton.values import instant
from hub.domain.documents import Doc


@dataclass(frozen=True)
class Series:
    """One series: where it answers, what dates a change, and its own names for what the file calls otherwise.

    ``dated``: the first of these fields that has a value tells when a record was changed.
    """

    name: str
    path: str = "rpc/"
    dated: tuple[str, ...] = ("last_modified_at",)
    actions: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def stamps(self) -> list[str]:
        """What to ask of every row: the optimistic lock, and what dates it."""
        return ["_timestamp", *self.dated]

    @property
    def streams(self) -> list[tuple[str, list[Any]]]:
        """The fields by which changes are listed, each with the condition that those before it have no value."""
        return [(name, [[before, "=", None] for before in self.dated[:place]]) for place, name in enumerate(self.dated)]

    def changed_at(self, row: Mapping[str, Any]) -> datetime:
        """When a row was changed last; in 7.0 nothing was written as long as it is as it was created."""
        return instant(next(row[name] for name in self.dated if row[name]))


def series_of(connection: Doc) -> tuple[Series, ...]:
    """The series that a connector file declares, in its order; the newest alone where it declares none."""
    declared = tuple(
        Series(name, kind["path"], tuple(kind["dated"]), kind.get("actions", {}), kind.get("fields", {}))
        for name, kind in connection.get("series", {}).items()
    )
    return declared or (Series("8.0"),)


def is_of(version: str, series: Series) -> bool:
    """Whether a version such as 7.0.59 belongs to a series."""
    return version == series.name or version.startswith(f"{series.name}.")
