"""``tickethub map new``: a draft of a mapping, proposed from both schemas."""

from pathlib import Path

import click

from hub.bootstrap.mapping_draft import Drafted, draft
from hub.bootstrap.mapping_sources import schemas_near
from hub.cli.place import Place, here, json_option, tell
from hub.cli.program import Failure
from hub.domain.errors import NotFoundError
from hub.files.data import data_dir
from hub.files.problems import closest
from hub.files.proposing.carrying import Locale
from hub.files.proposing.draft import Heading
from hub.files.schema_tree import SchemaFolder

TO_SCREEN = Path("-")


@click.command("new")
@click.option("--entity", required=True, help="The canonical entity, such as customer.")
@click.option("--system", help="The system: the folder of its schemas.")
@click.option("--object", "name", help="The object: the file of its schema.")
@click.option("--schema", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Or the schema's file.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; - prints it.")
@click.option("--region", default="CN", show_default=True, help="Of telephones without country code.")
@click.option("--zone", default="Asia/Shanghai", show_default=True, help="Of local times whose schema does not say.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@json_option
@here
def command(place: Place, /, *, entity: str, out: Path | None, force: bool, as_json: bool, **told: str) -> None:
    """Propose a draft mapping of ENTITY and an object by names, labels, types and values.

    Every rule has its confidence behind it; what has no partner stands in comments. Nothing is in it that lint or laws
    would refuse. The file goes to mappings/SYSTEM/ENTITY.yaml of the data directory unless --out names another.
    """
    schemas, system, name, path = _where(place, told)
    heading = Heading(entity, system, name, _known(schemas, f"canonical/{entity}.json"), _known(schemas, path))
    target = out or place.directory / "mappings" / system / f"{entity}.yaml"
    if target != TO_SCREEN and target.exists() and not force:
        raise Failure(f"{target} is there already: look at it, then replace it with --force.", 6)
    made = draft(heading, schemas, Locale(told["region"], told["zone"]))
    if target == TO_SCREEN:
        click.echo(made.text, nl=False)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(made.text, "utf-8")
    answer = {"file": str(target), "rules": made.rules, "refused": made.refused, "unwritten": list(made.unwritten)}
    answer["unnamed"] = list(made.unnamed)
    tell(answer, as_json=as_json, lines=_lines(target, made))


def _where(place: Place, told: dict[str, str]) -> tuple[SchemaFolder, str, str, str]:
    """The schemas, the system, the object, and the name of its schema."""
    given = told.get("schema")
    if given is None:
        if not told.get("system") or not told.get("name"):
            raise click.UsageError("Say which object: --system NAME --object NAME, or --schema FILE.")
        folder = SchemaFolder(data_dir("schemas"), place.directory / "schemas")
        return folder, told["system"], told["name"], f"remote/{told['system']}/{told['name']}.json"
    path = Path(given).resolve()
    near = schemas_near(path)
    if near is None or not path.is_relative_to(near):
        raise Failure(f"{path} lies in no folder 'schemas': put it into schemas/remote/SYSTEM/.", 3)
    folder = SchemaFolder(data_dir("schemas"), near)
    name = path.relative_to(near).as_posix()
    return folder, told.get("system") or path.parent.name, told.get("name") or path.stem, name


def _known(schemas: SchemaFolder, name: str) -> str:
    """The name of a schema; NotFoundError with the one that was meant."""
    if name not in schemas.names:
        meant = closest(name, schemas.names)
        raise NotFoundError(
            "There is no schema {name}: did you mean {meant}? 'tickethub map schema import' makes new ones.",
            name=name,
            meant=meant or "another",
        )
    return name


def _lines(target: Path, made: Drafted) -> list[str]:
    lines = [
        f"{target}: {made.rules} rules proposed, {made.ours_left} fields here and {made.theirs_left} there without."
    ]
    if made.refused:
        lines.append(f"{made.refused} were alike, but lint or laws refuse them: the file says why.")
    if made.unwritten:
        lines.append(f"Required over there, and no rule writes it: {', '.join(made.unwritten)}.")
    if made.unnamed:
        lines.append(f"Required here, and no rule names it: {', '.join(made.unnamed)}.")
    return [*lines, f"Read it, then: tickethub map check {target}"]
