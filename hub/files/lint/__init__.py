"""What is wrong with a mapping, found from the file and the two schemas alone, all of it at once."""

from collections.abc import Callable, Iterator

from hub.domain.errors import NotFoundError
from hub.domain.mapping.rules import MappingSpec
from hub.files.lint.blocks import Block, blocks
from hub.files.lint.paths import doubled_writes, positional_keys, required_targets, unknown_paths
from hub.files.lint.values import two_way_defaults, type_clashes, unwritable_targets, value_tables
from hub.files.lint.whole_set import lint_set
from hub.files.problems import Problem, closest
from hub.files.schema_tree import SchemaFolder, SchemaNode


def lint(spec: MappingSpec, schemas: SchemaFolder) -> list[Problem]:
    """Every problem of one mapping, in the order of its lines."""
    problems: list[Problem] = []
    trees = [_tree(spec, name, schemas, problems) for name in (spec.hub_schema, spec.remote_schema)]
    for block in blocks(Block(spec, spec.rules, *trees)):
        for check in CHECKS:
            problems.extend(check(block))
    problems.extend(unused_tables(spec))
    return sorted(problems, key=lambda problem: problem.line)


def _tree(spec: MappingSpec, name: str | None, schemas: SchemaFolder, problems: list[Problem]) -> SchemaNode | None:
    if name is None:
        return None
    try:
        return schemas.tree(name)
    except NotFoundError:
        params: dict[str, object] = {"name": name}
        problems.append(
            Problem(spec.file, 1, "schema", "there is no schema {name}", params, closest(name, schemas.names))
        )
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
)


def unused_tables(spec: MappingSpec) -> Iterator[Problem]:
    """Value tables, and files of them, that are there for nothing."""
    for table in spec.unused_tables:
        yield Problem(table.file, table.line, "values", "no rule uses {name}", {"name": table.name})


__all__ = ["lint", "lint_set"]
