"""Which mappings a command means: those in force in an installation, shipped ones by name, or plain files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hub.bootstrap.mapping_check import IN_FORCE, Source
from hub.domain.errors import InvalidError
from hub.domain.mapping.precedence import Precedence
from hub.domain.mapping.rules import MappingSpec
from hub.files.data import data_dir
from hub.files.mapping_folders import MappingFolders
from hub.files.mappings import read_document
from hub.files.problems import Problem, refuse
from hub.files.schema_tree import SchemaFolder
from hub.files.settings import load
from hub.files.yaml import read_file

MAPPINGS, SCHEMAS = "mappings", "schemas"


@dataclass(frozen=True)
class Selection:
    """The mappings that are meant, and which system is asked first where several own a field."""

    sources: tuple[Source, ...]
    precedence: Precedence


def selection(directory: Path, wanted: Sequence[str]) -> Selection:
    """The mappings that are asked for; without a wish, those in force, or all shipped ones where no hub is set up.

    A wish is a file, a folder of files, or a name as ``systems.*.mappings`` has it: ``tryton``, ``tryton/invoice``.
    Fails with an InvalidError on one that is nothing of these.
    """
    if not wanted and (directory / "hub.yaml").is_file():
        settings = load(directory)
        return Selection(tuple(_in_force(directory)), settings.precedence)
    shipped = sorted(path.name for path in data_dir(MAPPINGS).iterdir() if path.is_dir())
    found = (source for name in wanted or shipped for source in _of(directory, name))
    return Selection(tuple({source.file: source for source in found}.values()), {})


def _in_force(directory: Path) -> Iterator[Source]:
    schemas = SchemaFolder(data_dir(SCHEMAS), directory / SCHEMAS)
    for system in load(directory).systems.values():
        own = (directory / MAPPINGS, directory / "overlays" / system.name)
        folders = MappingFolders((data_dir(MAPPINGS), *own))
        for file in dict.fromkeys(file for name in system.mappings for file in _named(folders, name, directory)):
            yield _source(folders, file, schemas, IN_FORCE, system.name)


def _of(directory: Path, name: str) -> Iterator[Source]:
    path = Path(name)
    if path.is_dir() or path.is_file():
        files = sorted(each for each in path.rglob("*.yaml") if each.is_file()) if path.is_dir() else [path]
        if not files:
            raise InvalidError("There is no mapping file in {folder}.", folder=name)
        yield from (_plain(each, name if path.is_dir() else None) for each in files)
        return
    folders = MappingFolders((data_dir(MAPPINGS), directory / MAPPINGS))
    schemas = SchemaFolder(data_dir(SCHEMAS), directory / SCHEMAS)
    for file in _named(folders, name, directory):
        yield _source(folders, file, schemas, name if "/" not in name else None, None)


def _named(folders: MappingFolders, name: str, directory: Path) -> tuple[str, ...]:
    files = folders.files(f"{name}.yaml" if "/" in name else f"{name}/*.yaml")
    if not files:
        text = "{name} is neither a file, nor a folder, nor a mapping of {folder}."
        raise InvalidError(text, name=name, folder=directory)
    return files


def _source(folders: MappingFolders, file: str, schemas: SchemaFolder, group: str | None, system: str | None) -> Source:
    def read() -> tuple[MappingSpec | None, list[Problem]]:
        document, problems = folders.read(file)
        spec, more = read_document(document, folders)
        named = spec if spec is None or system is None else replace(spec, system=system)
        return named, [*problems, *more]

    path = next(root / file for root in folders.roots if (root / file).is_file())
    return Source(file, read, schemas, path, group)


def _plain(path: Path, group: str | None) -> Source:
    """A file as it lies there, checked against the folder ``schemas`` beside the mappings, else the shipped schemas."""
    around = path.resolve().parents
    root = next((each for each in around if each.name == MAPPINGS), around[0])

    def read() -> tuple[MappingSpec | None, list[Problem]]:
        return read_document(read_file(path, str(path)), MappingFolders((root,)))

    return Source(str(path), read, schemas_for(path), path, group)


def schemas_for(path: Path) -> SchemaFolder:
    """The schemas that a plain file is checked against: those beside it, with our canonical ones unless it has some."""
    near = schemas_near(path)
    if near is None or (near / "canonical").is_dir():
        return SchemaFolder(near or data_dir(SCHEMAS))
    return SchemaFolder(data_dir(SCHEMAS), near)


def schemas_near(path: Path) -> Path | None:
    """The folder ``schemas`` beside the folder of a mapping, or further up."""
    return next((each / SCHEMAS for each in path.resolve().parents if (each / SCHEMAS).is_dir()), None)


def specs_meant(directory: Path, wanted: Sequence[str]) -> list[MappingSpec]:
    """The mappings that are asked for, as ``selection`` finds them; InvalidError tells what is wrong with any."""
    read = [(source.file, *source.read()) for source in selection(directory, wanted).sources]
    problems = [problem for _, _, found in read for problem in found]
    if problems:
        raise refuse("mappings", problems)
    return [spec for _, spec, _ in read if spec is not None]
