"""``tickethub trace``: the stops of a message or a record."""

import click

from hub.cli.access import perform
from hub.cli.place import Place, here, json_option, tell
from hub.domain.documents import Doc


@click.command("trace")
@click.argument("any_id", metavar="ID")
@json_option
@here
def command(place: Place, /, any_id: str, *, as_json: bool) -> None:
    """Show every stop of ID: a correlation, or the id of a message, a delivery or a record."""
    answer = perform(place, "trace", id=any_id)
    tell(answer, as_json=as_json, lines=[line_of(stop) for stop in answer["stops"]])


def line_of(stop: Doc) -> str:
    """One stop on one line."""
    record = f"{stop['entity']}/{stop['record_id']}".rstrip("/")
    return f"{stop['at'][:23]} {stop['stop']:<10} {stop['system']:<12} {record:<36} {stop['text']}"
