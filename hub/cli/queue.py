"""``tickethub queue``: what waits, what was given up, and trying it again."""

import json

import click

from hub.cli.access import perform
from hub.cli.place import Place, here, json_option, tell
from hub.domain.documents import Doc

STATES = ("new", "ready", "sent", "unknown", "done", "dead")


@click.group("queue")
def command() -> None:
    """Messages received and deliveries to be made."""


@command.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only these; dead are those that wait for a person.")
@click.option("--system", help="Only those of one system.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@json_option
@here
def listing(place: Place, /, *, as_json: bool, **wanted: object) -> None:
    """List the newest messages and deliveries."""
    answer = perform(place, "queue.list", **wanted)
    tell(answer, as_json=as_json, lines=[line_of(one) for one in answer["items"]] or ["Nothing is there."])


def line_of(item: Doc) -> str:
    """One message or delivery on one line."""
    error = f"  {item['error']}" if item["error"] else ""
    facts = f"{item['queue']:<6} {item['system']:<12} {item['state']:<7} {item['what']}"
    return f"{item['id']} {item['at'][:19]} {facts}{error}"


@command.command("show")
@click.argument("item_id", metavar="ID")
@json_option
@here
def show(place: Place, /, item_id: str, *, as_json: bool) -> None:
    """Show one message or delivery with what it carries, personal data included."""
    answer = perform(place, "queue.show", id=item_id)
    tell(answer, as_json=as_json, lines=[json.dumps(answer, ensure_ascii=False, indent=2)])


@command.command("replay")
@click.argument("item_id", metavar="ID")
@here
def replay(place: Place, item_id: str) -> None:
    """Try again what was given up; what may have been sent already is looked for first."""
    answer = perform(place, "queue.replay", id=item_id)
    click.echo(f"{item_id} is due again in the {answer['queue']}.")
