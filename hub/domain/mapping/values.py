"""JSON values: absent, null and value are three things; copying and comparing them exactly."""

from decimal import Decimal
from enum import Enum
from typing import Any, Final, Literal, TypeAlias


class Absent(Enum):
    """The type of ``ABSENT``: a document that does not mention a field."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
SIMPLE = {str, int, bool}
Read: TypeAlias = Any | Literal[Absent.ABSENT]


def is_nothing(value: Read) -> bool:
    """Say whether the document gives no value: absent or null."""
    return value is ABSENT or value is None


def are_identical(one: Read, other: Read) -> bool:
    """Say whether two values are one and the same for certain; what is left open may still mean the same."""
    return one is other or (type(one) is type(other) and type(one) in SIMPLE and one == other)


def clone(value: Any) -> Any:
    """Copy a JSON value, so that the original stays as it is."""
    if isinstance(value, dict):
        return {name: clone(member) for name, member in value.items()}
    if isinstance(value, list):
        return [clone(member) for member in value]
    return value


def normal(value: Any) -> Any:
    """Bring a JSON value to a form that compares and hashes as JSON means it: 1 equals 1.0, and true is not 1."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return frozenset((name, normal(member)) for name, member in value.items())
    if isinstance(value, list | tuple):
        return tuple(normal(member) for member in value)
    return value
