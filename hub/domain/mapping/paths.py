"""Paths into documents: dotted names, and selectors for one member of a list.

``party.code`` names a field; ``contacts[type=phone, first].value`` the value of the first member whose type is phone;
``[type=mobile|phone, first]`` reads either and writes the one named first. Reading tells absent (the document does not
mention it), null (it says that there is none; also a list that has no such member) and value apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from hub.domain.documents import Doc
from hub.domain.mapping.refusal import UnfitError
from hub.domain.mapping.values import ABSENT, Read, is_nothing

Scalar: TypeAlias = str | int | bool | None


@dataclass(frozen=True)
class Condition:
    """A member's field must hold one of the values; the first is written into a member that is made."""

    name: str
    values: tuple[Scalar, ...]

    def holds(self, member: Doc) -> bool:
        """Say whether the member fulfils the condition; true is not 1."""
        found = member.get(self.name)
        return any(found == value and isinstance(found, bool) == isinstance(value, bool) for value in self.values)

    def __str__(self) -> str:
        return f"{self.name}={'|'.join(map(str, self.values))}"


def satisfies(member: Any, where: tuple[Condition, ...]) -> bool:
    """Say whether a list member is an object that fulfils every condition."""
    return isinstance(member, dict) and all(condition.holds(member) for condition in where)


def fresh(where: tuple[Condition, ...]) -> Doc:
    """Make a member that fulfils the conditions."""
    return {condition.name: condition.values[0] for condition in where}


@dataclass(frozen=True)
class Key:
    """The field of an object."""

    name: str

    def read(self, holder: Read) -> Read:
        """The field's value; nothing stays nothing; fails on what is no object."""
        if is_nothing(holder):
            return holder
        return _object(holder, self).get(self.name, ABSENT)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Select:
    """The member of a list that fulfils the conditions: the only one, or the first one."""

    where: tuple[Condition, ...]
    first: bool = False

    def read(self, holder: Read) -> Read:
        """The member; null when the list has none; fails when several match and ``first`` is not said."""
        if is_nothing(holder):
            return holder
        found = self.matching(holder)
        if len(found) > 1 and not self.first:
            raise UnfitError(
                "{count} members match {select}: say first, or narrow it", count=len(found), select=str(self)
            )
        return found[0] if found else None

    def matching(self, holder: Read) -> list[Doc]:
        """All members that match, in the order of the list."""
        return [member for member in _list(holder, self) if satisfies(member, self.where)]

    def reach(self, holder: list[Any]) -> Doc:
        """The member to write into; one that fulfils the conditions is added when there is none."""
        member: Doc | None = self.read(holder)  # type: ignore[assignment]  # a list never reads as absent
        if member is None:
            member = fresh(self.where)
            holder.append(member)
        return member

    def __str__(self) -> str:
        return f"[{', '.join([*map(str, self.where), *(['first'] if self.first else [])])}]"


Step: TypeAlias = Key | Select


@dataclass(frozen=True)
class Path:
    """Where a value stands in a document; the last step is a field, or the path is empty and means the document."""

    steps: tuple[Step, ...]

    def read(self, doc: Read) -> Read:
        """The value, None or ABSENT; fails where the document has another shape."""
        value: Read = doc
        for step in self.steps:
            if isinstance(step, Key) and isinstance(value, dict):  # by far the most frequent, so without a call
                value = value.get(step.name, ABSENT)
            else:
                value = step.read(value)
        return value

    def write(self, doc: Doc, value: Any) -> None:
        """Set the value, making the objects, lists and members on the way."""
        holder: Any = doc
        for step, following in zip(self.steps, self.steps[1:], strict=False):
            holder = step.reach(holder) if isinstance(step, Select) else _enter(holder, step, following)
        _object(holder, self.steps[-1])[self._last] = value

    def delete(self, doc: Doc) -> None:
        """Take the field away; what leads to it stays."""
        holder = self._holder(doc)
        if isinstance(holder, dict):
            holder.pop(self._last, None)

    def leave_out(self, doc: Doc) -> None:
        """Take away the selected member, so that the list has none any more.

        Where another member would step into its place and be taken for it, the field is set to null instead.
        """
        at = max(index for index, step in enumerate(self.steps) if isinstance(step, Select))
        select = self.steps[at]
        members: Any = Path(self.steps[:at]).read(doc)
        if not isinstance(select, Select) or is_nothing(members):
            return
        found = select.matching(members)
        if len(found) == 1:
            members[:] = [member for member in members if member is not found[0]]
        elif found:
            self.write(doc, None)

    @property
    def selector(self) -> "Path | None":
        """The part up to the last selector, where there is one."""
        for at in range(len(self.steps), 0, -1):
            if isinstance(self.steps[at - 1], Select):
                return Path(self.steps[:at])
        return None

    @property
    def names(self) -> tuple[str, ...]:
        """The field names on the way, selectors left out."""
        return tuple(step.name for step in self.steps if isinstance(step, Key))

    @property
    def _last(self) -> str:
        last = self.steps[-1]
        return last.name if isinstance(last, Key) else ""

    def _holder(self, doc: Doc) -> Read:
        return Path(self.steps[:-1]).read(doc)

    def __str__(self) -> str:
        return "".join(_texts(self.steps))


@dataclass(frozen=True)
class ListPath:
    """A list whose members are aligned by key: ``items[custom_line_id]``, or only some of them by conditions."""

    path: Path
    keys: tuple[Path, ...]
    where: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        return f"{self.path}[{', '.join([*map(str, self.keys), *map(str, self.where)])}]"


def _texts(steps: tuple[Step, ...]) -> Iterator[str]:
    for index, step in enumerate(steps):
        yield f".{step}" if index and isinstance(step, Key) else str(step)


def _enter(holder: Any, step: Key, following: Step) -> Any:
    inside = _object(holder, step)
    child = inside.get(step.name)
    if child is None:
        child = [] if isinstance(following, Select) else {}
        inside[step.name] = child
    return child


def _object(value: Any, step: Step) -> Doc:
    if not isinstance(value, dict):
        raise UnfitError("{step} is looked for in {found}, which is no object", step=str(step), found=repr(value))
    return value


def _list(value: Any, step: Step) -> list[Any]:
    if not isinstance(value, list):
        raise UnfitError("{step} is looked for in {found}, which is no list", step=str(step), found=repr(value))
    return value
