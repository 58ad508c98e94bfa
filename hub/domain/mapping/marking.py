"""A mark of a mapping's rules: the same for the same rules, whatever the file looks like and where it lies."""

from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import sha256
from typing import Any

import orjson

PLACES = frozenset({"line", "file"})


def mark(spec: object) -> str:
    """Eight hexadecimal digits over all that a mapping says."""
    return sha256(orjson.dumps(plain(spec), option=orjson.OPT_SORT_KEYS)).hexdigest()[:8]


def plain(value: Any) -> Any:
    """A value of a parsed mapping as JSON; what holds no data counts by its kind."""
    if is_dataclass(value) and not isinstance(value, type):
        told = {one.name: plain(getattr(value, one.name)) for one in fields(value) if one.name not in PLACES}
        return {"is": type(value).__name__, **told}
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, frozenset | set):
        return sorted(str(one) for one in value)
    if isinstance(value, Enum):
        return value.value
    text = str(value)
    return value if value is None or isinstance(value, bool | int | str) else text.partition(" at 0x")[0]
