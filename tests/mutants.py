"""Plants wrong mappings and tells what stops each: ``python -m tests.mutants``."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.bootstrap.mapping_check import IN_FORCE, Effort, Finding, Source, check
from hub.files.data import data_dir
from hub.files.lint.hints import HINTS
from hub.files.mappings import read_mapping
from hub.files.schema_tree import SchemaFolder
from hub.files.yaml import read_yaml
from hub.laws.corpus import EXAMPLES

DATA = Path(__file__).parent / "data" / "mapping"
SHIPPED = "shipped/"
SCHEMAS = {True: SchemaFolder(data_dir("schemas")), False: SchemaFolder(DATA / "schemas")}


@dataclass(frozen=True)
class Mutant:
    """One edit of a mapping file, and what must stop it."""

    name: str
    file: str
    replace: str
    by: str
    stop: str
    beside: tuple[str, ...] = ()

    def sources(self, *, planted: bool) -> list[Source]:
        """The mutated file, or the right one, with those that stand beside it."""
        group = IN_FORCE if self.beside else None
        edit = (self.replace, self.by) if planted else ("", "")
        return [source(self.file, group, edit), *(source(each, group) for each in self.beside)]


def path_of(file: str) -> Path:
    if file.startswith(SHIPPED):
        return data_dir("mappings") / file.removeprefix(SHIPPED)
    return (DATA if file.startswith("owners/") else DATA / "mappings") / file


def source(file: str, group: str | None = None, edit: tuple[str, str] = ("", "")) -> Source:
    path = path_of(file)
    text = path.read_text("utf-8").replace(*edit) if edit[0] else path.read_text("utf-8")
    return Source(file, lambda: read_mapping(text, file), SCHEMAS[file.startswith(SHIPPED)], path, group)


def mutants() -> tuple[Mutant, ...]:
    path = DATA / "mutants.yaml"
    listed: list[dict[str, Any]] = read_yaml(path.read_text("utf-8"), path.name).data
    return tuple(Mutant(**{**each, "beside": tuple(each.get("beside", ()))}) for each in listed)


def findings(mutant: Mutant, *, planted: bool = True, examples: int = EXAMPLES) -> list[Finding]:
    """What is found in the mutant, or in the file that it was made of; its own examples are not asked."""
    return [one for each in check(mutant.sources(planted=planted), Effort(examples)) for one in each.findings]


def stopped_by(found: list[Finding]) -> Iterator[str]:
    """The laws and hints that stop a mutant, lint for everything else of it."""
    for each in found:
        word = each.message.partition(":")[0]
        yield word if each.check == "lint" and word in HINTS else each.check


def main(examples: int = EXAMPLES) -> int:
    """Print what stops each mutant; 1 when one is not stopped, or not by what its line says."""
    by: Counter[str] = Counter()
    wrong = 0
    for mutant in mutants():
        found = findings(mutant, examples=examples)
        stops = list(dict.fromkeys(stopped_by(found)))
        by.update([mutant.stop] if mutant.stop in stops else stops[:1])
        good = mutant.stop in stops
        wrong += not good
        mark = "stopped" if good else "STOPPED OTHERWISE" if stops else "SURVIVED"
        print(f"{mark:<18} {mutant.file:<32} {mutant.name}: {', '.join(stops)}")  # noqa: T201 - it is a report
        if not good and found:
            print(f"    {found[0]}")  # noqa: T201 - it is a report
    total = len(mutants())
    print(f"{total - wrong} of {total} stopped as meant: {', '.join(f'{n} by {what}' for what, n in by.most_common())}")  # noqa: T201 - it is a report
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
