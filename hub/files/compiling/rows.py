"""Lists in generated code: keys that are no usual ones, and copies that may be written.

The generated lines take lists as systems usually send them: objects with a text as key. What else can be a key is dealt
with here; whatever cannot is given up, and the reference decides.
"""

from collections.abc import Mapping
from typing import Any

from hub.domain.documents import Doc
from hub.domain.mapping.values import clone
from hub.files.compiling.running import GaveUpError


def odd_row(found: dict[str, Doc], key: Any, row: Doc, *, strict: bool) -> None:
    """A member without key, which ``strict`` refuses, or with a number as key; gives up on two with the same."""
    if key is None or key == "":
        if strict:
            raise GaveUpError
        return
    if isinstance(key, bool) or not isinstance(key, str | int) or str(key) in found:
        raise GaveUpError
    found[str(key)] = row


def copied_rows(found: Any) -> list[Doc]:
    """A copy of a list of objects, one level deep."""
    if not isinstance(found, list):
        raise GaveUpError
    return [{**row} for row in found]


def copied(found: Any) -> Any:
    """A whole copy, for the parts of the reference to write into."""
    return clone(found)


def drop_rows(rows: list[Doc], present: Mapping[str, Doc], wanted: Mapping[str, Doc]) -> None:
    """Take the members out that the deciding side does not have."""
    dropped = [id(row) for key, row in present.items() if key not in wanted]
    if dropped:
        rows[:] = [row for row in rows if id(row) not in dropped]
