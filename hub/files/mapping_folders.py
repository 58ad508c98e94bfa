"""Where mapping files lie: the shipped folder, and the operator's folders that are laid over it, one after the other.

Shared value tables lie below a folder named ``tables``, which holds no mappings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.domain.errors import InvalidError
from hub.files.mapping_overlay import lay_over
from hub.files.problems import Problem
from hub.files.yaml import Document, read_file

TABLES = "tables"


@dataclass(frozen=True)
class MappingFolders:
    """The folders, the one that is laid over the others last; messages call those behind the first by ``labels``."""

    roots: tuple[Path, ...]
    labels: tuple[str, ...] = ()

    def files(self, pattern: str = "**/*.yaml") -> tuple[str, ...]:
        """The mapping files that match, by their names below the folders; files of value tables are left out."""
        found = {path.relative_to(root) for root in self.roots for path in root.glob(pattern) if path.is_file()}
        return tuple(sorted(path.as_posix() for path in found if TABLES not in path.parts[:-1]))

    def read(self, file: str) -> tuple[Document, list[Problem]]:
        """One file with everything that is laid over it, and the problems of laying it; InvalidError if unreadable."""
        first, *others = self._documents(file)
        problems: list[Problem] = []
        for other in others:
            first, found = lay_over(first, other)
            problems += found
        return first, problems

    def has(self, file: str) -> bool:
        """Say whether there is such a file below the folders; one that a link leads out of them is not."""
        return any(self._inside(root, file) for root in self.roots)

    def tables(self) -> tuple[str, ...]:
        """The files of shared value tables."""
        found = {path.relative_to(root).as_posix() for root in self.roots for path in root.rglob(f"{TABLES}/**/*.yaml")}
        return tuple(sorted(found))

    def _documents(self, file: str) -> Iterator[Document]:
        found = [(number, root) for number, root in enumerate(self.roots) if self._inside(root, file)]
        if not found:
            raise InvalidError("There is no mapping file {file}.", file=file)
        for number, root in found:
            label = self.labels[number - 1] if number and self.labels else root.name
            yield read_file(root / file, file if number == 0 or len(found) == 1 else f"{label}/{file}")

    def _inside(self, root: Path, file: str) -> bool:
        path = (root / file).resolve()
        return path.is_relative_to(root.resolve()) and path.is_file()
