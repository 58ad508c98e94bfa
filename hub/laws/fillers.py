"""Values for what no rule names: carried along, and looked at afterwards, since a mapping must leave it alone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hub.domain.mapping.values import normal
from hub.laws.crosswalk import LINKED, Crosswalk
from hub.laws.patterns import sample
from hub.laws.schema import Schema, nullable
from hub.laws.values import values

DEEPEST = 4  # schemas may refer to themselves
MEMBERS = 2
Make = Callable[[float], Any]


@dataclass
class Choice:
    """Goes through its values in a shuffled order, so that each is used before one is used again."""

    values: tuple[Any, ...]
    rng: Random
    _left: list[Any] = field(default_factory=list)

    def next(self) -> Any:
        """The next value."""
        if not self._left:
            self._left = list(self.values)
            self.rng.shuffle(self._left)
        return self._left.pop()


@dataclass
class Fillers:
    """Makes values from schemas alone; ``share`` is how much of what may be left out is there."""

    rng: Random
    links: Crosswalk

    def maker(self, schema: Schema | None, depth: int = 0) -> Make | None:
        """A function that makes a value of the schema; None where nothing can be made."""
        if schema is None or depth > DEEPEST:
            return None
        kinds = schema.types
        if "object" in kinds or (not kinds and schema.properties):
            return self._object(schema, depth)
        if "array" in kinds and schema.choices is None:
            return self._array(schema, depth)
        chosen = Choice(self._linked(schema, tuple(values(schema, frozenset({"string"}), self.rng))), self.rng)
        if not chosen.values:
            return None
        may_be_null = nullable(schema)
        return lambda _: None if may_be_null and self.rng.random() < 0.1 else chosen.next()  # noqa: PLR2004 - now and then

    def _linked(self, schema: Schema, made: tuple[Any, ...]) -> tuple[Any, ...]:
        """Ids of linked records where the schema says that ids stand there: an expression may read them."""
        entity = schema.says("x-ref")
        if entity is None:
            return made
        return tuple(self.links.hub_id(entity, 1 + number % (LINKED - 1)) for number in range(len(made)))

    def _object(self, schema: Schema, depth: int) -> Make:
        required = schema.required
        makers = {name: self.maker(each, depth + 1) for name, each in schema.properties.items()}

        def make(share: float) -> dict[str, Any]:
            wanted = (name for name in makers if name in required or self.rng.random() < share)
            return {name: maker(share) for name in wanted if (maker := makers[name]) is not None}

        return make

    def _array(self, schema: Schema, depth: int) -> Make:
        maker = self.maker(schema.items, depth + 1)
        least, most = schema.says("minItems") or 0, schema.says("maxItems")
        unique = bool(schema.says("uniqueItems"))

        def make(share: float) -> list[Any]:
            count = self.rng.randint(least, max(least, MEMBERS if most is None else min(most, MEMBERS)))
            made = [maker(share) for _ in range(count)] if maker is not None else []
            return list({repr(normal(each)): each for each in made}.values()) if unique else made

        return make

    def surplus(self, schema: Schema | None) -> dict[str, Make]:
        """Fields that the schema does not name but allows."""
        if schema is None:
            return {"x_unmapped": lambda _: "kept"}
        further = schema.says("patternProperties") or {}
        made: dict[str, Make] = {sample(pattern, self.rng): lambda _: "kept" for pattern in further}
        if schema.says("additionalProperties") is True or (schema.properties and _silent(schema)):
            made["x_unmapped"] = lambda _: "kept"
        return {name: make for name, make in made.items() if schema.field(name) is not None or _silent(schema)}


def _silent(schema: Schema) -> bool:
    return schema.says("additionalProperties") is None and not schema.says("patternProperties")
