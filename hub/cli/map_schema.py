"""``tickethub map schema``: the schemas of other systems' objects, taken from what those systems say of themselves."""

from pathlib import Path

import click

from hub.bootstrap.remote_schemas import Kept, keep, of_file, of_system
from hub.cli.place import Place, here, json_option, tell
from hub.cli.program import FOUND, Failure
from hub.domain.documents import Doc
from hub.files.schema_import import KINDS

LIVE = "live"
STATES = {
    "new": "written",
    "unchanged": "unchanged",
    "replaced": "replaced",
    "differs": "differs from what is there: left alone, replace it with --force",
}


@click.group("schema")
def command() -> None:
    """Keep the schemas of other systems' objects, against which mappings are checked."""


@command.command("import")
@click.argument("kind", type=click.Choice([*KINDS, LIVE]))
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--object", "wanted", metavar="NAME", help="Only this object; openapi: also 'GET /path'.")
@click.option("--system", metavar="S", help="The system of hub.yaml: names the folder; with live, it is asked.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="The folder to write to.")
@click.option("--force", is_flag=True, help="Replace schemas that differ.")
@json_option
@here
def importing(
    place: Place,
    /,
    *,
    kind: str,
    file: Path | None,
    wanted: str | None,
    system: str | None,
    out: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Make schemas of FILE, a document of this KIND; or, with the kind live, of what a connected system says now.

    They go to schemas/remote/SYSTEM of the data directory, unless --out names a folder; the folder's name is the
    system's in mappings.
    """
    folder = folder_of(place, system, out)
    schemas = described(place, kind, file, system=system, folder=folder, wanted=wanted)
    kept = list(keep(schemas, folder, force=force))
    answer = {"schemas": [{"name": each.name, "path": str(each.path), "state": each.state} for each in kept]}
    tell(answer, as_json=as_json, lines=[line_of(each) for each in kept])
    if any(each.state == "differs" for each in kept):
        click.get_current_context().exit(FOUND)


def folder_of(place: Place, system: str | None, out: Path | None) -> Path:
    """Where the schemas go."""
    if out is not None:
        return out
    if system is None:
        raise click.UsageError("Say where the schemas go: --system NAME or --out FOLDER.")
    return place.directory / "schemas" / "remote" / system


def described(
    place: Place, kind: str, file: Path | None, *, system: str | None, folder: Path, wanted: str | None
) -> dict[str, Doc]:
    """The schemas, from the file or from the system itself."""
    if kind == LIVE:
        if file is not None or system is None:
            raise click.UsageError("The kind live takes --system NAME and no file.")
        return of_system(place.settings(), place.environment, system, wanted)
    if file is None:
        raise click.UsageError(f"The kind {kind} reads a FILE.")
    try:
        return of_file(kind, file, system=folder.resolve().name, wanted=wanted)
    except OSError as error:
        raise Failure(f"{file} cannot be read ({type(error).__name__}).", 3) from error


def line_of(kept: Kept) -> str:
    """One schema, in one line."""
    return f"{kept.path}: {kept.fields} fields, {STATES[kept.state]}."
