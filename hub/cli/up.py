"""``tickethub up``: run the hub until it is stopped."""

import logging

import click

from hub import bootstrap
from hub.cli.place import Place, here
from hub.cli.serving import Serving
from hub.process import logs
from hub.process.stopping import Stopping


@click.command("up")
@click.option("--migrate", is_flag=True, help="Run missing migrations first.")
@here
def command(place: Place, /, *, migrate: bool) -> None:
    """Run web server and workers until SIGTERM or Ctrl+C, which finish what is in hand."""
    settings = place.settings()
    logs.configure(settings.log.format, min(settings.log.level, logging.getLogger().level))
    logs.watch_threads()
    if migrate:
        bootstrap.migrate(settings, place.environment)
    stopping = Stopping()
    with Serving(settings, place.environment) as serving:
        click.echo(f"tickethub is up at {serving.url} (stop: Ctrl+C)")
        stopping.wait()
        click.echo("Stopping: what is in hand is finished.")
