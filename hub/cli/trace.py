"""``tickethub trace``: the stops of a message or a record, and where the values of a record came from."""

import json

import click

from hub.cli.access import perform
from hub.cli.place import Place, here, json_option, tell
from hub.domain.documents import Doc

SHOWN = 60  # characters of a value
SIGNS = {"passed": "+", "failed": "!", "waiting": "~", "skipped": "-", "ahead": " "}


@click.command("trace")
@click.argument("any_id", metavar="[ENTITY] ID", nargs=-1, required=True)
@click.option("--fields", is_flag=True, help="Say of each value of the record where it came from and where it went.")
@json_option
@here
def command(place: Place, /, any_id: tuple[str, ...], *, fields: bool, as_json: bool) -> None:
    """Show every stop of ID: a correlation, a message, a delivery, a review, a record, a number or a remote id."""
    answer = perform(place, "trace.fields" if fields else "trace", id="/".join(any_id))
    lines = field_lines(answer) if fields else stop_lines(answer)
    tell(answer, as_json=as_json, lines=lines)


def stop_lines(answer: Doc) -> list[str]:
    """The eight stops of a message; of a record, every stop that concerned it."""
    if not answer["walk"]:
        return [line_of(stop) for stop in answer["stops"]]
    return [line for passage in answer["walk"] for line in passage_lines(passage)]


def passage_lines(passage: Doc) -> list[str]:
    """One of the eight stops: its sign, its time, how long after the one before, and what was told there."""
    took = "" if passage["took_seconds"] is None else f"+{passage['took_seconds']:.3f} s"
    head = f"{SIGNS[passage['state']]} {passage['stop']:<10} {(passage['at'] or '')[:23]:<23} {took:>12}"
    return [f"{head}  {passage['told'][0] if passage['told'] else ''}".rstrip()] + [
        f"{'':<51}{text}" for text in passage["told"][1:]
    ]


def line_of(stop: Doc) -> str:
    """One stop on one line."""
    record = f"{stop['entity']}/{stop['record_id']}".rstrip("/")
    return f"{stop['at'][:23]} {stop['stop']:<10} {stop['system']:<12} {record:<36} {stop['text']}"


def field_lines(answer: Doc) -> list[str]:
    """Each value with its source, what was decided about it, and how it stands in the connected systems."""
    lines = [f"{answer['entity']}/{answer['record_id']}"]
    for told in answer["fields"]:
        who = f"{told['by']}, {told['at'][:19]}, {told['action']} ({told['correlation']})" if told["by"] else "unknown"
        lines.append(f"{told['path']} = {short(told['value'])}")
        lines.append(f"    from {who}")
        lines += [f"    {one['reason']} on {one['at'][:19]} by {one['by']}; lost: {short(one['lost'])}"
                  for one in told["decisions"][:3]]  # fmt: skip
        lines += [f"    {one['system']} {one['object']} {one['external_id']} {one['path']} = {short(one['value'])}: "
                  f"{one['state']}" for one in told["there"]]  # fmt: skip
    return lines


def short(value: object) -> str:
    """A value on one line."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
