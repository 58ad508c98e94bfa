"""The value tables of a mapping file: its own, and those of the shared files that it includes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.domain.errors import InvalidError
from hub.domain.mapping.codecs import ValueMap
from hub.domain.mapping.rules import Table
from hub.files.mapping_shape import check_shape, problem_at
from hub.files.problems import Problem, closest
from hub.files.yaml import Document, Place

INCLUDE = "include"
Include = Callable[[str], tuple[Document, list[Problem]]]
"""Reads a file of shared value tables by its name below the mappings folder; fails with an InvalidError."""


@dataclass
class Tables:
    """The tables by name; ``sources`` tells where each comes from: its own line, or that of its include."""

    maps: dict[str, ValueMap] = field(default_factory=dict)
    sources: dict[str, Table] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def unused(self, used: set[str]) -> tuple[Table, ...]:
        """Tables, and included files, that no rule uses."""
        needed = {self.sources[name] for name in used if name in self.sources}
        return tuple(dict.fromkeys(source for source in self.sources.values() if source not in needed))


def read_tables(document: Document, include: Include | None, known: tuple[str, ...] = ()) -> Tables:
    """Every table that the rules of a mapping may name."""
    tables = Tables()
    values = document.data.get("values")
    if not isinstance(values, dict):
        return tables
    for name, table in values.items():
        if name != INCLUDE and isinstance(table, dict):
            file, line = document.where(("values", str(name)))
            _add(tables, str(name), table, Table(f"the value table '{name}'", file, line))
    files = values.get(INCLUDE)
    for index, file in enumerate(files if isinstance(files, list) else ()):
        if isinstance(file, str):
            _include(tables, document, ("values", INCLUDE, index), file, include, known)
    return tables


def _include(
    tables: Tables, document: Document, place: Place, name: str, include: Include | None, known: tuple[str, ...]
) -> None:
    if include is None or name not in known:
        text = "there is no file of value tables {name}"
        tables.problems.append(problem_at(document, place, text, closest(name, known), name=name))
        return
    try:
        shared, problems = include(name)
    except InvalidError as error:
        tables.problems += of_unreadable(error)
        return
    tables.problems += [*problems, *(problem for _, problem in check_shape(shared, "tables"))]
    if problems or tables.problems or not isinstance(shared.data, dict):
        return
    file, line = document.where(place)
    for title, table in shared.data.items():
        if title in tables.maps:
            text = "the value table '{table}' of {name} is there already: rename one of them"
            tables.problems.append(problem_at(document, place, text, table=title, name=name))
        else:
            _add(tables, str(title), table, Table(name, file, line))


def of_unreadable(error: InvalidError) -> Iterator[Problem]:
    """The problems of a file that is no YAML, or is not there."""
    for wrong in error.fields:
        file, _, line = wrong.path.rpartition(":")
        yield Problem(file, int(line), "file", wrong.template, wrong.params)
    if not error.fields:
        yield Problem(str(error.params.get("file", "")), 1, "file", error.template, error.params)


def _add(tables: Tables, name: str, table: Mapping[Any, Any], source: Table) -> None:
    tables.maps[name] = ValueMap(name, tuple(_rows(table)))
    tables.sources[name] = source


def _rows(table: Mapping[Any, Any]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    for hub, remote in table.items():
        yield hub, tuple(remote) if isinstance(remote, list) and remote else (remote,)
