"""What is wrong with a mapping, found from the file and the two schemas alone, all of it at once."""

from collections.abc import Callable, Iterator
from itertools import islice

from hub.domain.errors import NotFoundError
from hub.domain.mapping.rules import MappingSpec, rules_by_path
from hub.files.lint.amounts import amounts_without_scale
from hub.files.lint.blocks import Block, blocks
from hub.files.lint.composed import parts_of_records, remote_tree
from hub.files.lint.expressions import conditions, expression_types
from hub.files.lint.hints import HINTS
from hub.files.lint.identities import identity_paths
from hub.files.lint.options import idle_options
from hub.files.lint.paths import doubled_writes, positional_keys, required_targets, unknown_paths
from hub.files.lint.selectors import unknown_choices
from hub.files.lint.values import two_way_defaults, type_clashes, unwritable_targets, value_tables
from hub.files.lint.waivers import idle_waiver, wrong_waivers
from hub.files.lint.whole_set import lint_set, wrong_precedence
from hub.files.problems import Problem, closest
from hub.files.schema_tree import SchemaFolder, SchemaNode

MOST = 300
"""So many problems of one mapping are told; who mends these sees the next."""


def lint(spec: MappingSpec, schemas: SchemaFolder) -> list[Problem]:
    """Every problem of one mapping, in the order of its lines."""
    problems: list[Problem] = []
    hub = _tree(spec, lambda: None if spec.hub_schema is None else schemas.tree(spec.hub_schema), schemas, problems)
    remote = _tree(spec, lambda: remote_tree(spec, schemas), schemas, problems)
    within = tuple(blocks(Block(spec, spec.rules, hub, remote)))
    for block in within:
        for check in CHECKS:
            problems.extend(islice(check(block), MOST))
    problems.extend(identity_paths(spec, hub))
    problems.extend(conditions(spec, hub, remote))
    problems.extend(parts_of_records(spec, remote))
    problems.extend(hinted(spec, within))
    problems.extend(unused_tables(spec))
    return sorted(problems, key=lambda problem: problem.line)[:MOST]


def _tree(
    spec: MappingSpec, read: Callable[[], SchemaNode | None], schemas: SchemaFolder, problems: list[Problem]
) -> SchemaNode | None:
    try:
        return read()
    except NotFoundError as error:
        meant = closest(str(error.params["name"]), schemas.names)
        problems.append(Problem(spec.file, 1, "schema", error.template, error.params, meant))
        return None


CHECKS: tuple[Callable[[Block], Iterator[Problem]], ...] = (
    unknown_paths,
    type_clashes,
    doubled_writes,
    value_tables,
    required_targets,
    two_way_defaults,
    unwritable_targets,
    positional_keys,
    unknown_choices,
    expression_types,
    idle_options,
    amounts_without_scale,
)


def hinted(spec: MappingSpec, within: tuple[Block, ...]) -> Iterator[Problem]:
    """Every hint that is not waived, and every waiver that is wrong or of a hint that nothing gives."""
    paths = {id(rule): path for path, rule in rules_by_path(spec.rules)}
    given = [
        (name, *each) for name, hints in HINTS.items() for hint in hints for block in within for each in hint(block)
    ]
    waived = {(waiver.law, waiver.path) for waiver in spec.waivers}
    yield from (problem for name, rule, problem in given if (name, paths[id(rule)]) not in waived)
    yield from wrong_waivers(spec, HINTS)
    met = {(name, paths[id(rule)]) for name, rule, _ in given}
    known = set(paths.values())
    for waiver in spec.waivers:
        if waiver.law in HINTS and waiver.path in known and (waiver.law, waiver.path) not in met:
            yield idle_waiver(spec, waiver)


def unused_tables(spec: MappingSpec) -> Iterator[Problem]:
    """Value tables, and files of them, that are there for nothing."""
    for table in spec.unused_tables:
        yield Problem(table.file, table.line, "values", "no rule uses {name}", {"name": table.name})


__all__ = ["lint", "lint_set", "wrong_precedence"]
