"""Conditions on a record or an answer."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from hub.domain.documents import Doc
from hub.transport.places import as_text


@dataclass(frozen=True)
class Condition:
    """One of them; ``read`` finds the value in what is judged."""

    read: Callable[[Any], Any]
    among: tuple[str, ...] | None = None
    not_among: tuple[str, ...] | None = None
    matches: re.Pattern[str] | None = None

    def is_met(self, subject: Any) -> bool:
        """Whether the value is as told; without more being told, whether there is one."""
        value = self.read(subject)
        text = None if isinstance(value, (dict, list)) else as_text(value)
        if self.among is not None and text not in self.among:
            return False
        if self.not_among is not None and text in self.not_among:
            return False
        if self.matches is not None:
            return value is not None and text is not None and self.matches.search(text) is not None
        return self.among is not None or self.not_among is not None or value is not None


def are_met(conditions: Iterable[Condition], subject: Any) -> bool:
    """Whether all of them are."""
    return all(condition.is_met(subject) for condition in conditions)


def conditions_of(told: Iterable[Doc], read: Callable[[str], Callable[[Any], Any]]) -> tuple[Condition, ...]:
    """Conditions as a connector file says them; ``read`` makes a reader of what stands ``at``."""
    return tuple(
        Condition(
            read(one["at"]),
            _texts(one["is"]) if "is" in one else None,
            _texts(one["is_not"]) if "is_not" in one else None,
            re.compile(one["matches"]) if "matches" in one else None,
        )
        for one in told
    )


def _texts(told: Any) -> tuple[str, ...]:
    return tuple(map(as_text, told if isinstance(told, list) else [told]))
