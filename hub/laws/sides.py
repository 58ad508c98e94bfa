"""Both schemas of a mapping at one place, and where a value cannot be missing."""

from dataclasses import dataclass

from hub.domain.mapping.paths import Path
from hub.domain.mapping.rules import FieldRule, ListRule, Operand, Spread
from hub.laws.schema import Schema, at


@dataclass(frozen=True)
class Sides:
    """Both schemas at one place; None where one is not known."""

    hub: Schema | None
    remote: Schema | None

    def side(self, *, of_hub: bool) -> Schema | None:
        """That of one side."""
        return self.hub if of_hub else self.remote

    def members(self, rule: ListRule) -> "Sides":
        """Those of a list's members."""
        ours, theirs = at(self.hub, rule.hub.path), at(self.remote, rule.remote.path)
        return Sides(None if ours is None else ours.items, None if theirs is None else theirs.items)

    def needed(self, rule: FieldRule, *, of_hub: bool) -> bool:
        """Whether a value must be there: this schema requires it, or the other one does and the rule writes it."""
        here, there = (rule.hub, rule.remote) if of_hub else (rule.remote, rule.hub)
        writes = rule.direction.pushes if of_hub else rule.direction.pulls
        return required(here, self.side(of_hub=of_hub)) or (writes and required(there, self.side(of_hub=not of_hub)))


def required(operand: Operand, schema: Schema | None) -> bool:
    """Whether a schema requires the field that an operand names."""
    if isinstance(operand, Spread):
        return any(required(path, schema) for path in operand.paths)
    if not isinstance(operand, Path):
        return False
    holder = at(schema, Path(operand.steps[:-1]))
    return holder is not None and operand.names[-1] in holder.required


def written_paths(rule: FieldRule, *, of_hub: bool) -> tuple[Path, ...]:
    """The paths that a rule names on one side; what is fixed or computed has none."""
    operand = rule.hub if of_hub else rule.remote
    if isinstance(operand, Spread):
        return operand.paths
    return (operand,) if isinstance(operand, Path) else ()
