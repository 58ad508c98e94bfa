"""``tickethub init``: make a data directory."""

from pathlib import Path

import click

from hub.cli.program import Failure
from hub.storage.cipher import Keyring

FOLDERS = ("config", "mappings", "connectors")
SETTINGS = """\
# What this installation sets differently from what is shipped: docs/reference/settings.md explains each setting.
# After every change: tickethub --dir {directory} doctor

# listen: {{host: 127.0.0.1, port: 8080}}
# zone: Asia/Shanghai

# systems:
#   erp:
#     connector: tryton
#     settings: {{url: "http://127.0.0.1:8000", database: tryton, user: hub}}
#     secrets: {{password: env/ERP_PASSWORD}}
#     mappings: [tryton]

# calls:
#   pbx: {{dialect: zammad, token: env/PBX_TOKEN}}
"""


@click.command("init")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def command(directory: Path) -> None:
    """Make a data directory: hub.yaml, key.json and empty folders for what differs from what is shipped."""
    settings = directory / "hub.yaml"
    if settings.exists() or (directory / "key.json").exists():
        raise Failure(f"{directory} is a data directory already: nothing was changed.", 6)
    try:
        make(directory, settings)
    except OSError as error:
        told = f"{directory} cannot be made ({error.strerror}): name a directory that you may write to."
        raise Failure(told, 3) from error
    click.echo(f"Made {directory}. Keep a copy of {directory / 'key.json'} apart from the backups: without it the")
    click.echo("database is unreadable. Next:")
    click.echo(f"  tickethub --dir {directory} migrate")
    click.echo(f"  tickethub --dir {directory} user add LOGIN --name NAME --role admin")
    click.echo(f"  tickethub --dir {directory} up")


def make(directory: Path, settings: Path) -> None:
    """Write all that belongs into a data directory; OSError where that is not possible."""
    for folder in FOLDERS:
        (directory / folder).mkdir(parents=True, exist_ok=True)
    Keyring.fresh().save(directory / "key.json")
    settings.write_text(SETTINGS.format(directory=directory), "utf-8")
