"""The values of one field that changes, in words."""

from collections.abc import Callable
from typing import Any

from hub.domain.documents import Doc

HIDDEN = ("a value that is not shown", "another")


def old_and_new(change: Doc, show: Callable[[Any], str]) -> str:
    """From what to what; of a personal value alone whether it is set, changed or taken away."""
    old, new = change["old"], change["new"]
    if not change.get("masked"):
        return f"{show(old)} -> {show(new)}"
    before = "nothing" if old is None else HIDDEN[0]
    after = "nothing" if new is None else HIDDEN[0 if old is None else 1]
    return f"{before} -> {after}"
