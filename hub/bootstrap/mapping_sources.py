"""Which mappings a command means: those in force in an installation, shipped ones by name, or plain files."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from hub.bootstrap.mapping_check import IN_FORCE, Source
from hub.bootstrap.systems import found_in
from hub.domain.errors import InvalidError
from hub.files.data import data_dir
from hub.files.overlay import overlaid
from hub.files.schema_tree import SchemaFolder
from hub.files.settings import load


def sources(directory: Path, wanted: Sequence[str]) -> list[Source]:
    """The mappings that are asked for; without a wish, those in force, or all shipped ones where no hub is set up.

    A wish is a file, a folder of files, or a name as ``systems.*.mappings`` has it: ``tryton``, ``tryton/invoice``.
    Fails with an InvalidError on one that is nothing of these.
    """
    shipped = SchemaFolder(data_dir("schemas"), directory / "schemas")
    if wanted:
        found = [source for name in wanted for source in _of(directory, name, shipped, name)]
    elif (directory / "hub.yaml").is_file():
        names = [name for system in load(directory).systems.values() for name in system.mappings]
        found = [source for name in names for source in _of(directory, name, shipped, IN_FORCE)]
    else:
        folders = sorted(path.name for path in data_dir("mappings").iterdir() if path.is_dir())
        found = [source for name in folders for source in _of(directory, name, shipped, name)]
    return list({source.file: source for source in found}.values())


def _of(directory: Path, name: str, shipped: SchemaFolder, group: str) -> Iterator[Source]:
    path = Path(name)
    if path.is_dir() or path.is_file():
        files = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        yield from (_plain(each, shipped, name if path.is_dir() else None) for each in files)
        return
    pattern = f"{name}.yaml" if "/" in name else f"{name}/*.yaml"
    ours, own = (found_in(root, pattern) for root in (data_dir("mappings"), directory / "mappings"))
    if not ours | own:
        raise InvalidError(
            "{name} is neither a file, nor a folder, nor a mapping of {folder}.", name=name, folder=directory
        )
    for file in sorted(ours | own):
        yield Source(file, overlaid(ours.get(file), own.get(file)), shipped, ours.get(file) or own.get(file), group)


def _plain(path: Path, shipped: SchemaFolder, group: str | None) -> Source:
    """A file as it lies there, checked against the folder ``schemas`` beside the mappings, else the shipped schemas."""
    return Source(str(path), path.read_text("utf-8"), schemas_for(path, shipped), path, group)


def schemas_for(path: Path, shipped: SchemaFolder) -> SchemaFolder:
    """The schemas that a plain file is checked against: those beside it, with our canonical ones unless it has some."""
    near = schemas_near(path)
    if near is None:
        return shipped
    return SchemaFolder(near) if (near / "canonical").is_dir() else SchemaFolder(data_dir("schemas"), near)


def schemas_near(path: Path) -> Path | None:
    """The folder ``schemas`` beside the folder of a mapping, or further up."""
    return next((each / "schemas" for each in path.resolve().parents if (each / "schemas").is_dir()), None)
