"""``tickethub audit``: whether the audit trail is whole."""

import click

from hub.cli.access import perform
from hub.cli.place import Place, here, json_option, tell
from hub.cli.program import FOUND
from hub.domain.documents import Doc


@click.group("audit")
def command() -> None:
    """The audit trail."""


@command.command("verify")
@json_option
@here
@click.pass_context
def verify(ctx: click.Context, place: Place, *, as_json: bool) -> None:
    """Recompute every commitment and the chain; exit code 1 when a row was changed, deleted, inserted or moved."""
    answer = perform(place, "audit.verify")
    tell(answer, as_json=as_json, lines=[sentence(answer)])
    if answer["broken"]:
        ctx.exit(FOUND)


def sentence(verdict: Doc) -> str:
    """The verdict for people."""
    if verdict["broken"]:
        return f"The audit trail is broken: {verdict['broken']}. Compare with a backup from before."
    return (
        f"The audit trail is whole: {verdict['sealed']} sealed, {verdict['unsealed']} not yet; head {verdict['head']}."
    )
