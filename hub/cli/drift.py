"""``tickethub drift``: read a sample of linked records from a system, and count the fields that differ."""

import click

from hub.cli.access import perform
from hub.cli.place import Place, here, json_option, tell
from hub.cli.program import FOUND
from hub.domain.documents import Doc


@click.command("drift")
@click.argument("system")
@click.option("--entity", "entities", multiple=True, help="Only this entity; may be repeated.")
@click.option(
    "--sample", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Records of each mapping."
)
@json_option
@here
def command(place: Place, /, *, system: str, entities: tuple[str, ...], sample: int, as_json: bool) -> None:
    """Compare a sample of linked records with SYSTEM, field by field; exit code 1 when some differ."""
    answer = perform(place, "drift", system=system, entities=list(entities), sample=sample)
    lines = [line for one in answer["audits"] for line in lines_of(one)]
    tell(answer, as_json=as_json, lines=lines or ["Nothing is linked."])
    if any(one["counts"].get("records", 0) + one["counts"].get("missing", 0) for one in answer["audits"]):
        raise SystemExit(FOUND)


def lines_of(audit: Doc) -> list[str]:
    """One mapping, and below it the records that differ."""
    counts = audit["counts"]
    told = ", ".join(f"{counts[name]} {word}" for name, word in COUNTED.items() if counts.get(name))
    differing = [
        f"    {one['record_id']} / {one['external_id']}: {', '.join(one['paths'])}" for one in audit["differing"]
    ]
    state = "" if audit["state"] == "done" else f" ({audit['state']}: {audit['error']})"
    return [f"{audit['entity']}: {told}{state}", *differing]


COUNTED = {
    "read": "read",
    "fields": "fields differ",
    "records": "records differ",
    "missing": "are missing on one side",
    "unreadable": "cannot be compared",
    "moving": "are being delivered",
    "agreed": "fields both sides keep in forms of their own",
}
