"""``tickethub review``: what a person has to settle, and settling it."""

import json

import click

from hub.cli.access import perform
from hub.cli.place import Place, here, json_option, tell
from hub.domain.documents import Doc

KINDS = ("conflict", "adoption", "gone", "merged", "duplicate", "fact")
CHOICES = (
    "hub",
    "remote",
    "value",
    "again",
    "match",
    "new",
    "unlink",
    "recreate",
    "delete",
    "merge",
    "different",
    "acknowledge",
)


@click.group("review")
def command() -> None:
    """Questions that a person has to settle."""


@command.command("list")
@click.option("--kind", type=click.Choice(KINDS), help="Only these.")
@click.option("--system", help="Only those about one system.")
@click.option("--entity", help="Only those about one kind of record.")
@click.option("--state", type=click.Choice(["open", "settled", "ended"]), default="open", show_default=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@json_option
@here
def listing(place: Place, /, *, as_json: bool, **wanted: object) -> None:
    """List the newest questions; personal values are masked."""
    answer = perform(place, "review.list", **wanted)
    tell(answer, as_json=as_json, lines=[line_of(one) for one in answer["items"]] or ["Nothing is to be settled."])


def line_of(review: Doc) -> str:
    """One question on one line."""
    detail = review["detail"]
    sides = f"  hub: {detail['hub']}  {review['system']}: {detail['remote']}" if "hub" in detail else ""
    about = f"{review['entity']}/{review['record_id']}".rstrip("/")
    facts = f"{review['kind']:<10} {review['system']:<12} {about:<36} {detail.get('path', '')}"
    return f"{review['id']} {review['created_at'][:19]} {facts}{sides}"


@command.command("show")
@click.argument("review_id", metavar="ID")
@json_option
@here
def show(place: Place, /, review_id: str, *, as_json: bool) -> None:
    """Show one question as it reads now, with what may be chosen; personal data included."""
    answer = perform(place, "review.show", id=review_id)
    tell(answer, as_json=as_json, lines=[json.dumps(answer, ensure_ascii=False, indent=2)])


@command.command("settle")
@click.argument("review_id", metavar="ID")
@click.argument("choice", type=click.Choice(CHOICES))
@click.option("--value", help="The value that counts on both sides, as JSON or as text; for the choice value.")
@click.option("--record", "record_id", metavar="ID", help="Which record it is; for match and merge.")
@click.option("--seen", metavar="MARK", help="The mark that show has given: refused when the values have changed.")
@click.option("--note", default="", help="Why; it is kept in the audit trail.")
@here
def settle(
    place: Place, review_id: str, choice: str, value: str | None, record_id: str | None, seen: str | None, note: str
) -> None:
    """Settle a question: CHOICE is one of those that show names."""
    decision = {
        "choice": choice,
        "value": None if value is None else read(value),
        "record_id": record_id,
        "seen": seen,
        "note": note,
        "fields": [],
    }
    answer = perform(place, "review.settle", id=review_id, decision=decision)
    click.echo(f"{review_id} is {answer['state']}: {choice}.")


def read(text: str) -> object:
    """A value as it was typed: JSON where it is such, else the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


@command.command("suggest")
@here
def suggest(place: Place) -> None:
    """Look for customers that are likely one, and ask about each pair once."""
    click.echo(f"{perform(place, 'review.suggest')['asked']} new questions.")
