"""Where two JSON values differ."""

from collections.abc import Iterator
from typing import Any

from hub.domain.mapping.values import ABSENT, normal

Difference = tuple[tuple[str, ...], Any, Any]


def differences(old: Any, new: Any, names: tuple[str, ...] = ()) -> Iterator[Difference]:
    """Each place that differs: the names on the way (places of list members left out), and both values."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys((*old, *new)):
            yield from differences(old.get(name, ABSENT), new.get(name, ABSENT), (*names, name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for one, other in zip(old, new, strict=True):
            yield from differences(one, other, names)
    elif normal(old) != normal(new):
        yield names, _plain(old), _plain(new)


def _plain(value: Any) -> Any:
    return None if value is ABSENT else value
