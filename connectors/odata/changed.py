"""When an entity was changed: in one property or in date and time, by the first of them that says anything."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.odata.keys import compared
from connectors.odata.metadata import Entity
from connectors.odata.values import DAY, instant_of, read

UNTOLD = timedelta(microseconds=999)  # what version 2 leaves out of a time that it keeps more exactly
TIMES = frozenset({"Edm.Time", "Edm.TimeOfDay"})
DAYS = frozenset({DAY, "Edm.Date"})
INSTANT = "Edm.DateTimeOffset"


class Dating:
    """The properties that date a change, such as ``LastChangeDate+LastChangeTime``; a new record may lack them."""

    def __init__(self, told: Sequence[str], entity: Entity, zone: str) -> None:
        self.alternatives = tuple(tuple(each.split("+")) for each in told)
        self._entity = entity
        self._zone = ZoneInfo(zone)
        only = self.alternatives[0] if len(self.alternatives) == 1 else ()
        self._stamp = only[0] if only and entity.type_of(only[0]) == INSTANT else None

    @property
    def properties(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(name for each in self.alternatives for name in each)

    def at(self, told: Mapping[str, Any]) -> datetime | None:
        """When the entity was changed last, as far as it says."""
        if self._stamp is not None:
            stamp = told.get(self._stamp)
            return instant_of(stamp) if stamp else None
        found = (self._instant(each, told) for each in self.alternatives)
        return next((each for each in found if each is not None), None)

    def is_dated_by(self, number: int, told: Mapping[str, Any]) -> bool:
        """Whether just this alternative dates the entity, and none before it."""
        return not any(self._instant(each, told) for each in self.alternatives[:number])

    def _instant(self, names: Sequence[str], told: Mapping[str, Any]) -> datetime | None:
        if told.get(names[0]) in (None, ""):
            return None
        kind = self._entity.type_of(names[0])
        if kind == INSTANT:
            return instant_of(str(told[names[0]]))
        day = instant_of(str(told[names[0]])).replace(tzinfo=None)
        if len(names) > 1 and told.get(names[1]) is not None:
            at = time.fromisoformat(read(self._entity.type_of(names[1]), told[names[1]]))
            day = datetime.combine(day.date(), at)
        return day.replace(tzinfo=self._zone).astimezone(UTC)

    def between(self, names: Sequence[str], since: datetime, until: datetime, version: int) -> str:
        """A filter for the closed interval."""
        low, high = self._parts(names, since), self._parts(names, until + UNTOLD)
        return f"({self._edge(names, low, 'gt', 'ge', version)}) and ({self._edge(names, high, 'lt', 'le', version)})"

    def _parts(self, names: Sequence[str], at: datetime) -> tuple[str, ...]:
        """An instant as these properties would have it."""
        kind = self._entity.type_of(names[0])
        local = at.astimezone(self._zone).replace(tzinfo=None)
        if kind == INSTANT:
            return (at.isoformat(),)
        if kind in DAYS or len(names) > 1:
            day = local.date().isoformat() if kind in DAYS else datetime.combine(local.date(), time()).isoformat()
            return (day, local.time().replace(microsecond=0).isoformat())[: len(names)]
        return (local.isoformat(),)

    def _edge(self, names: Sequence[str], parts: Sequence[str], beyond: str, at: str, version: int) -> str:
        if len(parts) == 1:
            return compared(self._entity, names[0], at, parts[0], version)
        day, clock = names[0], names[1]
        same = compared(self._entity, day, "eq", parts[0], version)
        return (
            f"{compared(self._entity, day, beyond, parts[0], version)} or "
            f"({same} and {compared(self._entity, clock, at, parts[1], version)})"
        )
