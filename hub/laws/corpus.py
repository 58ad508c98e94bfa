"""Pairs of documents for the laws: generated ones, made once per mapping and seed, and recorded ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hub.domain.documents import Doc
from hub.domain.mapping.links import Refs
from hub.domain.mapping.rules import FieldRule, MappingSpec
from hub.laws.building import Builder
from hub.laws.crosswalk import Crosswalk, RecordedLinks
from hub.laws.sides import Sides

SEED = 20260131
EXAMPLES = 200
KEPT = 64  # corpora: more than any hub has mappings


@dataclass(frozen=True)
class Case:
    """An old document of both sides, with their crosswalk."""

    hub: Doc
    remote: Doc
    refs: Refs
    name: str = "generated"


@dataclass(frozen=True)
class Recorded:
    """A real pair that both systems agreed on, or a document of one side alone."""

    name: str
    hub: Doc | None = None
    remote: Doc | None = None
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def refs(self) -> Refs:
        """The crosswalk that was recorded with it."""
        return RecordedLinks(self.links)


@dataclass(frozen=True)
class Corpus:
    """The cases of one mapping, and the rules that no value fits."""

    cases: tuple[Case, ...]
    barren: tuple[FieldRule, ...]


def make_corpus(spec: MappingSpec, sides: Sides, *, seed: int = SEED, examples: int = EXAMPLES) -> Corpus:
    """The corpus of a mapping; the same seed makes the same documents."""
    rng = Random(seed)  # noqa: S311 - documents for tests are no secret
    links = Crosswalk()
    builder = Builder(spec, sides, links, rng)
    hub, remote = builder.makers()
    shares = [share_of(number, rng) for number in range(examples)]
    cases = tuple(Case(hub.make(share), remote.make(other), links) for share, other in shares)
    return Corpus(cases, tuple(builder.barren))


def share_of(number: int, rng: Random) -> tuple[float, float]:
    """How full the two documents of a pair are: first both bare, both full, one of each, then by chance."""
    fixed = ((1.0, 1.0), (0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
    return fixed[number] if number < len(fixed) else (0.5 + rng.random() / 2 - 0.01, 0.5 + rng.random() / 2 - 0.01)


@dataclass
class Corpora:
    """Corpora that were made already, by what made them."""

    made: dict[tuple[Any, ...], Corpus] = field(default_factory=dict)

    def corpus(self, key: str, spec: MappingSpec, sides: Sides, *, seed: int, examples: int) -> Corpus:
        """The corpus of a mapping; ``key`` stands for the contents of its file and schemas."""
        known = (key, seed, examples)
        if known not in self.made:
            if len(self.made) >= KEPT:
                self.made.pop(next(iter(self.made)))
            self.made[known] = make_corpus(spec, sides, seed=seed, examples=examples)
        return self.made[known]
