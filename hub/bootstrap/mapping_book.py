"""What can be told of mappings in force: their schemas, how they stand to the laws, their examples, sample pairs."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock

from hub.bootstrap.mapping_check import ADDRESS, CORPORA, Checked, Effort, Finding, Source, check, fingerprint, test
from hub.domain.documents import Doc
from hub.domain.errors import HubError, InvalidError, NotFoundError
from hub.domain.mapping.links import Refs
from hub.domain.mapping.rules import MappingSpec
from hub.files.data import data_dir
from hub.files.lint.composed import remote_tree
from hub.files.recorded import recorded_documents
from hub.files.schema_tree import SchemaFolder, SchemaNode
from hub.laws.crosswalk import RecordedLinks
from hub.laws.sides import Sides

EXAMPLES = 30
"""Generated pairs for a page: few enough to answer within a second; ``map check`` tries more."""
KEPT = 256
"""Proofs that are remembered: more than any hub has mappings."""
MAPPINGS, SCHEMAS = "mappings", "schemas"


@dataclass(frozen=True)
class Proof:
    """How one mapping stands to the lint, the laws and its own examples."""

    checked: Checked
    failed: tuple[Finding, ...]
    """The examples that fail."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.checked.findings and not self.failed


@dataclass(frozen=True)
class Pair:
    """Two documents to try a mapping on; ``name`` is the file of a recorded pair, empty for a generated one."""

    name: str
    hub: Doc
    remote: Doc
    refs: Refs


@dataclass(frozen=True)
class Trees:
    """The schemas of both sides; None for one that is not known."""

    hub: SchemaNode | None
    remote: SchemaNode | None


@dataclass
class MappingBook:
    """Answers for the mappings of one data directory; what takes long is remembered by what the mapping says.

    Without a directory only what is shipped is known.
    """

    directory: Path | None = None
    effort: Effort = field(default_factory=lambda: Effort(EXAMPLES))
    _proofs: dict[str, Proof] = field(default_factory=dict)
    _busy: Lock = field(default_factory=Lock)

    @cached_property
    def _schemas(self) -> SchemaFolder:
        return SchemaFolder(data_dir(SCHEMAS), None if self.directory is None else self.directory / SCHEMAS)

    def trees(self, spec: MappingSpec) -> Trees:
        """The schemas of a mapping."""
        try:
            hub = None if spec.hub_schema is None else self._schemas.tree(spec.hub_schema)
        except NotFoundError:
            hub = None
        try:
            return Trees(hub, remote_tree(spec, self._schemas))
        except NotFoundError:
            return Trees(hub, None)

    def known(self, spec: MappingSpec) -> Proof | None:
        """The proof of a mapping, where it was made already."""
        return self._proofs.get(key_of(spec))

    def proof(self, spec: MappingSpec) -> Proof:
        """Lint, laws on a few documents, and examples of a mapping; one is worked on at a time."""
        key = key_of(spec)
        with self._busy:
            if key not in self._proofs:
                while len(self._proofs) >= KEPT:
                    self._proofs.pop(next(iter(self._proofs)))
                self._proofs[key] = self._prove(spec)
            return self._proofs[key]

    def _prove(self, spec: MappingSpec) -> Proof:
        source = Source(spec.file, lambda: (spec, []), self._schemas, self._path(spec))
        return Proof(check([source], self.effort)[0], tuple(test([source])[0].findings))

    def recorded(self, spec: MappingSpec) -> list[Pair]:
        """The pairs that were recorded beside the mapping file; none where one of them cannot be read."""
        path = self._path(spec)
        try:
            told = [] if path is None else list(recorded_documents(path))
        except InvalidError:  # ``map check`` tells it
            return []
        whole = ((name, found) for name, found in told if found["hub"] is not None and found["remote"] is not None)
        return [Pair(name, each["hub"], each["remote"], RecordedLinks(each.get("links", {}))) for name, each in whole]

    def generated(self, spec: MappingSpec) -> Pair | None:
        """A pair with every field that there may be; None where no document can be made."""
        trees = self.trees(spec)
        sides = Sides(trees.hub, trees.remote)
        known = fingerprint(spec, sides)
        try:
            corpus = CORPORA.corpus(known, spec, sides, seed=self.effort.seed, examples=self.effort.examples)
        except HubError:  # the proof tells it
            return None
        return next((Pair("", each.hub, each.remote, each.refs) for each in corpus.cases), None)

    def _path(self, spec: MappingSpec) -> Path | None:
        roots = (data_dir(MAPPINGS), *(() if self.directory is None else (self.directory / MAPPINGS,)))
        return next((root / spec.file for root in roots if (root / spec.file).is_file()), None)


def key_of(spec: MappingSpec) -> str:
    """Stands for everything that a mapping says."""
    return ADDRESS.sub("", repr(spec))
