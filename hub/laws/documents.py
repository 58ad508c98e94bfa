"""Makers of documents: what rules name from their pools, everything else from the schema."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from hub.domain.documents import Doc
from hub.domain.mapping.paths import Path
from hub.laws.fillers import Choice, Make

NULL, ABSENT, UNMAPPED = 0.12, 0.25, 0.35
"""How often a mapped value is null or absent where it may be, and how often a field is there that no rule names."""


class Part(Protocol):
    """Something that writes into a document."""

    def fill(self, doc: Doc, rng: Random, share: float) -> None:
        """Write; ``share`` 1 means everything that may be there, 0 only what must be."""
        ...


@dataclass
class MappedField:
    """A value that rules name; a spread one has several paths."""

    paths: tuple[Path, ...]
    choice: Choice
    needed: bool
    null: bool

    def fill(self, doc: Doc, rng: Random, share: float) -> None:
        """Write a value, null, or nothing."""
        drawn = rng.random() if 0 < share < 1 else share / 2
        if not self.choice.values or (not self.needed and drawn < ABSENT):
            return
        empty = not self.needed and self.null and drawn > 1 - NULL
        value = (None,) * len(self.paths) if empty else self.choice.next()
        for path, part in zip(self.paths, value if len(self.paths) > 1 or empty else (value,), strict=True):
            path.write(doc, part)


@dataclass
class Frame:
    """What no rule names, at every depth that rules go through."""

    rng: Random
    fillers: Mapping[str, Make]
    required: frozenset[str]
    inner: "Mapping[str, Frame]"

    def make(self, share: float) -> Doc:
        """An object without what rules name."""
        likely = share if share in (0, 1) else UNMAPPED
        wanted = (name for name in self.fillers if name in self.required or self.rng.random() < likely)
        doc = {name: self.fillers[name](share) for name in wanted}
        for name, frame in self.inner.items():
            made = frame.make(share)
            if made or name in self.required:
                doc[name] = made
        return doc


@dataclass
class NodeMaker:
    """Makes a record, or the member of a list."""

    frame: Frame
    parts: list[Part] = field(default_factory=list)

    def make(self, share: float) -> Doc:
        """A document; ``share`` as everywhere here."""
        doc = self.frame.make(share)
        for part in self.parts:
            part.fill(doc, self.frame.rng, share)
        return doc
