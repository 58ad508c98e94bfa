"""The command line: one file per noun."""

import logging
import os
from pathlib import Path

import click

from hub import __version__
from hub.cli import (
    audit,
    connect,
    demo,
    doctor,
    drift,
    init,
    key,
    migrate,
    queue,
    reconcile,
    review,
    sync,
    system,
    trace,
    twin,
    up,
    user,
)
from hub.cli import map as mapping
from hub.cli.place import Place
from hub.cli.program import Program
from hub.process import logs

CHATTY = ("apscheduler", "waitress.queue")  # a line for every beat of the clock, and for every request that waits
NOUNS = (
    audit,
    connect,
    demo,
    doctor,
    drift,
    init,
    key,
    mapping,
    migrate,
    queue,
    reconcile,
    review,
    sync,
    system,
    trace,
    twin,
    up,
    user,
)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="TICKETHUB_DIR",
    default=Path("var"),
    show_default=True,
    show_envvar=True,
    help="The data directory: settings, key file, database, evidence.",
)
@click.option("--verbose", is_flag=True, help="Log what happens to standard error.")
@click.pass_context
def main(ctx: click.Context, directory: Path, *, verbose: bool) -> None:
    """Run, check and mend a tickethub."""
    logs.configure("text", logging.INFO if verbose else logging.WARNING)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.ERROR)
    ctx.obj = Place(directory, os.environ)


for noun in NOUNS:
    main.add_command(noun.command)
