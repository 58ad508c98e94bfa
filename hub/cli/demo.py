"""``tickethub demo``: play the story against a real ERP."""

import importlib

import click

from hub.cli.place import Place, here
from hub.cli.program import Failure


@click.command("demo")
@click.option("--once", is_flag=True, help="End after the story: exit code 0 when hub and ERP agree, else 1.")
@here
def command(place: Place, /, *, once: bool) -> None:
    """Start an ERP and a hub, play the story from the ringing telephone to the paid invoice, leave the console up."""
    try:
        story = importlib.import_module("hub.testing.demo")
    except ModuleNotFoundError as error:
        raise Failure(f"the demo needs {error.name}: run 'make demo' in a checkout, which installs it.", 3) from error
    if not story.play(place.directory, once=once):
        raise Failure("the story did not end as it should: see the lines above.", 1)
