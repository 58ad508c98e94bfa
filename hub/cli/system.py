"""``tickethub system``: which systems are connected; leave one alone, and go on with it."""

import click

from hub.cli.access import perform
from hub.cli.place import Place, here, json_option, tell


@click.group("system")
def command() -> None:
    """List the connected systems, pause one and resume it."""


@command.command("list")
@json_option
@here
def listing(place: Place, /, *, as_json: bool) -> None:
    """Tell every connected system, and which are paused."""
    answer = perform(place, "system.list")
    lines = [f"{one['name']}: {state_of(one)}" for one in answer["systems"]]
    tell(answer, as_json=as_json, lines=lines or ["No system is connected."])


def state_of(system: dict[str, str]) -> str:
    """Whether it is paused, and by whom."""
    if system.get("by"):
        return f"paused by {system['by']} since {system['at']}: {system['reason']}"
    return "paused in hub.yaml" if system["paused"] else "not paused"


@command.command("pause")
@click.argument("system")
@click.option("--reason", required=True, help="Why; kept in the audit trail, and shown to who comes next.")
@here
def pause(place: Place, system: str, reason: str) -> None:
    """Neither poll nor sweep SYSTEM and send nothing to it, from now on; what its hooks tell is stored."""
    perform(place, "system.pause", system=system, reason=reason)
    click.echo(f"{system} is paused. Go on with: tickethub system resume {system}")


@command.command("resume")
@click.argument("system")
@here
def resume(place: Place, system: str) -> None:
    """Go on with SYSTEM: what waits is read and sent."""
    perform(place, "system.resume", system=system)
    click.echo(f"{system} is taken up again.")
