"""``tickethub queue``: what waits, what was given up, and trying it again."""

import json

import click

from hub.cli.access import perform
from hub.cli.place import Place, here, json_option, tell
from hub.domain.documents import Doc

STATES = ("new", "ready", "sent", "unknown", "done", "dead", "dropped")


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
    failure = item["failure"]
    where = f"  [{failure['error_class']} at {failure['stage']} {failure['path']}".rstrip() + "]" if failure else ""
    facts = f"{item['queue']:<6} {item['system']:<12} {item['state']:<7} {item['what']}"
    return f"{item['id']} {item['at'][:19]} {facts}{where}{error}"


@command.command("show")
@click.argument("item_id", metavar="ID")
@json_option
@here
def show(place: Place, /, item_id: str, *, as_json: bool) -> None:
    """Show one message or delivery with what it carries, personal data included."""
    answer = perform(place, "queue.show", id=item_id)
    tell(answer, as_json=as_json, lines=[json.dumps(answer, ensure_ascii=False, indent=2)])


@command.command("replay")
@click.argument("item_id", metavar="ID", required=False)
@click.option(
    "--mapping",
    type=click.Choice(["current", "original"]),
    default="current",
    show_default=True,
    help="The mapping to try it with; the original one only while it is at hand.",
)
@click.option("--system", help="All of this system that were given up.")
@click.option("--entity", help="All of this kind of record.")
@click.option("--class", "error_class", metavar="CLASS", help="All that failed with this class of error.")
@click.option("--since", metavar="TIME", help="All that came since then, such as 2026-01-31T08:00:00+00:00.")
@click.option(
    "--rate", type=click.FloatRange(min=0, min_open=True), default=5.0, show_default=True, help="How many a second."
)
@click.option("--preview", is_flag=True, help="Only say how many there are.")
@here
def replay(
    place: Place, /, item_id: str | None, *, mapping: str, rate: float, preview: bool, **wanted: str | None
) -> None:
    """Try again what was given up, ID or all that the options name; what may have been sent is looked for first."""
    if item_id is not None:
        answer = perform(place, "queue.replay" if mapping == "current" else "queue.replay_original", id=item_id)
        click.echo(f"{item_id} is due again in the {answer['queue']}.")
        return
    if not any(wanted.values()):
        raise click.UsageError("Give an ID, or say which ones: --system, --entity, --class, --since.")
    if preview:
        told = perform(place, "queue.count", **wanted)
        kinds = ", ".join(f"{count} {name or 'unknown'}" for name, count in sorted(told["by_class"].items()))
        click.echo(f"{told['count']} would be tried again{': ' + kinds if kinds else '.'}")
        return
    told = perform(place, "queue.replay_all", rate=rate, **wanted)
    click.echo(f"{told['count']} are due again, the last one at {told['until'][:19]}.")


@command.command("drop")
@click.argument("item_id", metavar="ID")
@click.option("--reason", required=True, help="Why; it is kept in the audit trail.")
@here
def drop(place: Place, item_id: str, reason: str) -> None:
    """Give up for good what was given up."""
    answer = perform(place, "queue.drop", id=item_id, reason=reason)
    click.echo(f"{item_id} was dropped from the {answer['queue']}.")


@command.command("reroute")
@click.argument("item_id", metavar="ID")
@click.option("--to", required=True, metavar="SYSTEM", help="The system that is to take the document instead.")
@click.option("--reason", required=True, help="Why, and how it is known that it is not there; kept in the audit trail.")
@here
def reroute(place: Place, item_id: str, to: str, reason: str) -> None:
    """Send a document that one system did not take through another: look there first, lest it is made twice."""
    answer = perform(place, "queue.reroute", id=item_id, to=to, reason=reason)
    click.echo(f"{item_id} was dropped; its document goes to {answer['system']}.")
