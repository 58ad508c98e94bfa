"""What ``map check`` and ``map test`` find in mapping files: lint, laws and examples, told in one form."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import HubError, InvalidError, NotFoundError
from hub.domain.mapping.precedence import Precedence
from hub.domain.mapping.rules import MappingSpec, Waiver
from hub.files.compiling import compile_mapping
from hub.files.examples import run_examples
from hub.files.lint import lint, lint_set
from hub.files.lint.composed import remote_tree
from hub.files.lint.waivers import LAWS, idle_waiver
from hub.files.problems import Problem
from hub.files.recorded import recorded_documents
from hub.files.schema_tree import SchemaFolder, SchemaNode
from hub.files.validity import validator
from hub.laws.breaches import Breach
from hub.laws.corpus import EXAMPLES, SEED, Corpora, Recorded
from hub.laws.laws import Trial, Validate, anything
from hub.laws.running import Runner, Verdict
from hub.laws.sides import Sides

Read = Callable[[], tuple[MappingSpec | None, list[Problem]]]


@dataclass(frozen=True)
class Source:
    """One mapping as it is in force, with the schemas that it is checked against."""

    file: str
    read: Read
    """Reads and parses it; an InvalidError tells why it cannot be read at all."""
    schemas: SchemaFolder
    path: Path | None = None
    """Where it lies; recorded documents lie beside it."""
    group: str | None = None
    """The set that is used together; None for a file by itself."""


@dataclass(frozen=True)
class Finding:
    """One problem; ``check`` is lint, a law, or test; a broken law shows the documents that break it."""

    check: str
    file: str
    line: int
    path: str
    message: str
    suggestion: str | None = None
    hub: Doc | None = None
    remote: Doc | None = None
    template: str = ""
    """The message without its place, before it was filled in: for whoever tells it in another language."""
    params: Mapping[str, object] = field(default_factory=dict)
    place: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.path}: {self.message}"


@dataclass
class Checked:
    """One mapping and what was found."""

    file: str
    name: str = ""
    spec: MappingSpec | None = None
    findings: list[Finding] = field(default_factory=list)
    waived: tuple[Waiver, ...] = ()
    documents: int = 0
    examples: int = 0


@dataclass(frozen=True)
class Effort:
    """How much is tried, and from which seed."""

    examples: int = EXAMPLES
    seed: int = SEED


IN_FORCE = "in force"
"""The set of all mappings of an installation, over all its systems."""

ADDRESS = re.compile(r" at 0x[0-9a-f]+")
"""Where an object lies in memory, which says nothing of it."""

CORPORA = Corpora()
"""Kept for as long as the process runs: a file that is checked at every save is generated for once."""


def check(sources: Sequence[Source], effort: Effort, precedence: Precedence | None = None) -> list[Checked]:
    """Lint and laws over some mappings, each by itself and all of them together."""
    told = [_check(source, effort) for source in sources]
    for group, others in sets_of(zip(sources, told, strict=True)):
        by_file, theirs = {each.file: each for each in group}, {each.file for each in others}
        for problem in lint_set([each.spec for each in [*group, *others] if each.spec is not None], precedence or {}):
            if problem.file not in theirs:
                by_file.get(problem.file, group[0]).findings.append(of_problem("lint", problem))
    return told


def sets_of(told: Iterable[tuple[Source, Checked]]) -> Iterator[tuple[list[Checked], list[Checked]]]:
    """The mappings that are used together: those in force, else those of one system in one folder.

    A folder such as acme_other has what takes the place of some of acme's: the others of acme are told besides.
    """
    groups: dict[tuple[str, str], list[Checked]] = {}
    for source, each in told:
        if source.group is not None and each.spec is not None:
            system = "" if source.group == IN_FORCE else each.spec.system
            groups.setdefault((source.group, system), []).append(each)
    for (folder, system), group in groups.items():
        instead = {each.spec.entity for each in group if each.spec is not None}
        bases = (found for (base, of), found in groups.items() if of == system and folder.startswith(f"{base}_"))
        others = [each for base in bases for each in base if each.spec is not None and each.spec.entity not in instead]
        yield group, others


def test(sources: Sequence[Source]) -> list[Checked]:
    """The examples of some mappings."""
    return [_test(source) for source in sources]


def _read(source: Source) -> Checked:
    checked = Checked(source.file)
    try:
        checked.spec, problems = source.read()
    except InvalidError as error:
        checked.findings += _unreadable(error, source.file)
        return checked
    checked.findings += [of_problem("lint", problem) for problem in problems]
    checked.name = checked.spec.name if checked.spec is not None else ""
    return checked


def _check(source: Source, effort: Effort) -> Checked:
    checked = _read(source)
    if checked.spec is None:
        return checked
    checked.findings += [of_problem("lint", problem) for problem in lint(checked.spec, source.schemas)]
    try:
        verdict = _verdict(source, checked.spec, effort)
    except HubError as error:
        checked.findings.append(Finding("laws", source.file, 1, "laws", str(error)))
        return checked
    told = {finding.line for finding in checked.findings}
    checked.findings += [of_breach(each, checked.spec) for each in verdict.breaches if _line(each) not in told]
    checked.findings += [of_problem("lint", idle_waiver(checked.spec, each)) for each in verdict.idle]
    checked.waived = tuple(each for each in checked.spec.waivers if each in verdict.waived or each.law not in LAWS)
    checked.documents = verdict.documents
    return checked


def _verdict(source: Source, spec: MappingSpec, effort: Effort) -> Verdict:
    sides = Sides(
        _tree(lambda: None if spec.hub_schema is None else source.schemas.tree(spec.hub_schema)),
        _tree(lambda: remote_tree(spec, source.schemas)),
    )
    valid = (_validator(source.schemas, side) for side in (sides.hub, sides.remote))
    recorded = [] if source.path is None else [_recorded(*each) for each in recorded_documents(source.path)]
    return Runner(CORPORA).run(
        Trial(compile_mapping(spec), *valid),
        sides,
        recorded=recorded,
        seed=effort.seed,
        examples=effort.examples,
        key=fingerprint(spec, sides),
    )


def fingerprint(spec: MappingSpec, sides: Sides) -> str:
    """Stands for everything that documents are made from: the rules with their codecs, and both schemas."""
    schemas = [side.schema if isinstance(side, SchemaNode) else None for side in (sides.hub, sides.remote)]
    parts = repr((spec.name, spec.system, spec.entity, spec.rules, spec.partial, schemas))
    return sha256(ADDRESS.sub("", parts).encode()).hexdigest()


def _tree(find: Callable[[], SchemaNode | None]) -> SchemaNode | None:
    try:
        return find()
    except NotFoundError:  # lint tells it
        return None


def _validator(schemas: SchemaFolder, tree: object) -> Validate:
    return validator(schemas, tree.schema) if isinstance(tree, SchemaNode) else anything


def _recorded(name: str, found: dict[str, Any]) -> Recorded:
    return Recorded(name, found["hub"], found["remote"], found.get("links", {}))


def _test(source: Source) -> Checked:
    checked = _read(source)
    if checked.spec is not None:
        checked.examples = len(checked.spec.examples)
        checked.findings += [of_problem("test", each) for each in run_examples(compile_mapping(checked.spec))]
    return checked


# --- one form for all


def of_problem(check: str, problem: Problem) -> Finding:
    """A problem of the file as a finding."""
    found = Finding(check, problem.file, problem.line, problem.path, problem.message, problem.suggestion)
    return replace(found, template=problem.template, params=problem.params)


def of_breach(breach: Breach, spec: MappingSpec) -> Finding:
    """A broken law as a finding."""
    rule = str(breach.rule) if breach.rule is not None else breach.path or spec.name
    file = (breach.rule.file if breach.rule is not None else "") or spec.file
    hub, remote = breach.case.hub or None, breach.case.remote or None
    shown = {"hub": hub or {}, "remote": remote or {}} if hub or remote else {"hub": None, "remote": None}
    found = Finding(str(breach.law), file, _line(breach), rule, f"{breach.law}: {breach.message}", **shown)
    return replace(found, template=breach.template, params=breach.params, place=breach.place)


def _line(breach: Breach) -> int:
    return breach.rule.line if breach.rule is not None else 1


def _unreadable(error: InvalidError, file: str) -> Iterator[Finding]:
    for each in error.fields:
        line = each.path.rpartition(":")[2]
        message = each.template.format(**each.params)
        yield Finding("lint", file, int(line) if line.isdigit() else 1, "file", message)
    if not error.fields:
        yield Finding("lint", file, 1, "file", str(error))
