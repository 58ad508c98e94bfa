"""Arguments of an operation as zeep wants them: what is not told is skipped in so many words.

zeep writes an empty element for whatever a WSDL does not call optional, and servers take that for a value.
"""

from typing import Any

from zeep import xsd

from hub.transport.soap.types import VALUE, Member, Shape, Shapes


class ArgumentError(Exception):
    """An argument that the WSDL has no place for; ``path`` says which."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def arguments(type_: Any, told: dict[str, Any], shapes: Shapes, path: str = "") -> dict[str, Any]:
    """The values for an element of this type. Null clears an element that may be nil, and is no value elsewhere."""
    shape = shapes.of(type_)
    known = shape.members.keys() | set(shape.keys.values()) | ({VALUE} if shape.text is not None else set())
    for name in told:
        if name not in known:
            raise ArgumentError(f"{path}{name}")
    given = {name: told[name] for name in told if name not in shape.members and told[name] is not None}
    options = {None, *(shape.members[name].option for name in told if name in shape.members)}
    for name, member in shape.members.items():
        if member.option not in options:
            continue  # another part of the choice is told
        value = _value(member, told.get(name), shapes, f"{path}{name}", is_told=name in told)
        if value is not None:
            given[name] = value
    return given


def _value(member: Member, told: Any, shapes: Shapes, path: str, *, is_told: bool) -> Any:
    """The value of one element; None where nothing need be said of it."""
    if told is None or told == []:
        if is_told and told is None and member.nillable and not member.many:
            return xsd.Nil
        return None if member.optional else xsd.SkipValue
    if member.many:
        many = told if isinstance(told, list) else [told]
        return [_one(member, each, shapes, f"{path}[{place}].") for place, each in enumerate(many)]
    return _one(member, told, shapes, f"{path}.")


def _one(member: Member, told: Any, shapes: Shapes, path: str) -> Any:
    if not isinstance(member.type, xsd.ComplexType):
        if isinstance(told, dict):
            raise ArgumentError(path.rstrip("."))
        return told
    shape: Shape = shapes.of(member.type)
    if shape.is_array:
        return member.type([_item(shape, each, shapes, path) for each in told])
    return arguments(member.type, told, shapes, path) if isinstance(told, dict) else told


def _item(shape: Shape, told: Any, shapes: Shapes, path: str) -> Any:
    if isinstance(shape.items, xsd.ComplexType) and isinstance(told, dict):
        return shape.items(**arguments(shape.items, told, shapes, path))
    return told
