"""``tickethub doctor``: everything that is wrong, at once, with its mend."""

import click

from hub.cli.diagnosis import problems
from hub.cli.place import Place, here, json_option, tell
from hub.cli.program import FOUND


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Ask no connected system.")
@json_option
@here
@click.pass_context
def command(ctx: click.Context, place: Place, *, offline: bool, as_json: bool) -> None:
    """Check settings, mappings, secrets, key, database and systems; exit code 1 when anything is wrong."""
    found = list(problems(place.directory, place.environment, ask=not offline))
    answer = {"problems": [{"where": one.where, "what": one.what, "mend": one.mend} for one in found]}
    tell(answer, as_json=as_json, lines=[str(one) for one in found] or ["Nothing is wrong."])
    if found:
        ctx.exit(FOUND)
