"""Lists in generated code: members by key, copies that may be written, and rows that a selector means.

The quick way takes lists as systems usually send them; whatever else comes is given up, and the reference decides.
"""

from collections.abc import Mapping
from typing import Any

from hub.domain.documents import Doc
from hub.domain.mapping.values import clone
from hub.files.compiling.running import GaveUpError

_NONE: Mapping[str, Doc] = {}


def source_rows(found: Any, key: str, *, strict: bool) -> Mapping[str, Doc]:
    """The members of a list by key; ``strict`` says that each must have one."""
    return _NONE if found is None else _by_key(_list(found), key, strict=strict)


def target_rows(found: Any, key: str, *, strict: bool) -> tuple[list[Doc] | None, Mapping[str, Doc]]:
    """A copy of a list whose members may be written, and these members by key."""
    if found is None:
        return None, _NONE
    rows = copied_rows(found)
    return rows, _by_key(rows, key, strict=strict)


def copied_rows(found: Any) -> list[Doc]:
    """A copy of a list of objects, one level deep."""
    try:
        return [{**row} for row in _list(found)]
    except TypeError as error:
        raise GaveUpError from error


def copied(found: Any) -> Any:
    """A whole copy, for the parts of the reference to write into."""
    return clone(found)


def drop_rows(rows: list[Doc], present: Mapping[str, Doc], wanted: Mapping[str, Doc]) -> None:
    """Take the members out that the deciding side does not have."""
    dropped = [id(row) for key, row in present.items() if key not in wanted]
    rows[:] = [row for row in rows if id(row) not in dropped]


def _by_key(rows: list[Doc], key: str, *, strict: bool) -> Mapping[str, Doc]:
    try:
        found: dict[Any, Doc] = {row.get(key): row for row in rows}
    except (AttributeError, TypeError) as error:
        raise GaveUpError from error
    if len(found) != len(rows):
        return _by_odd_key(rows, key, strict=strict)
    for name in found:
        if name.__class__ is not str or not name:
            return _by_odd_key(rows, key, strict=strict)
    return found


def _by_odd_key(rows: list[Doc], key: str, *, strict: bool) -> Mapping[str, Doc]:
    """Where some keys are numbers or are missing."""
    found: dict[str, Doc] = {}
    for row in rows:
        name = row.get(key)
        if name is None or name == "":
            if strict:
                raise GaveUpError
            continue
        if isinstance(name, bool) or not isinstance(name, str | int) or str(name) in found:
            raise GaveUpError
        found[str(name)] = row
    return found


def _list(found: Any) -> list[Any]:
    if not isinstance(found, list):
        raise GaveUpError
    return found
