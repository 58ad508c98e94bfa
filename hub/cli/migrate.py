"""``tickethub migrate``: bring the database to the present tables."""

import click

from hub import bootstrap
from hub.cli.place import Place, here


@click.command("migrate")
@here
def command(place: Place) -> None:
    """Run the migrations that the database lacks; stop the hub first."""
    bootstrap.migrate(place.settings(), place.environment)
    click.echo("The database is up to date.")
