"""The time over there, as answers tell it."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from hub.transport.declared.instants import Instants
from hub.transport.declared.shapes import Shape
from hub.transport.places import Reply, found_at


@dataclass(frozen=True)
class Clock:
    """Where answers tell it."""

    place: str
    instants: Instants

    def at(self, shape: Shape | None, reply: Reply) -> datetime | None:
        """The time of an answer; None where it tells none that can be read."""
        told = found_at(self.place, reply)
        try:
            if self.place.startswith("header."):
                at = None if told is None else parsedate_to_datetime(told)
                return None if at is None or at.tzinfo is None else at
            return (self.instants if shape is None else shape.instants).read(told)
        except (ArithmeticError, TypeError, ValueError):
            return None
