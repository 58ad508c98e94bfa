"""``tickethub map diff``: what a mapping would do to one live record."""

import json
from typing import Any

import click

from hub.cli.access import perform
from hub.cli.changing import old_and_new
from hub.cli.place import Place, here, json_option, tell
from hub.domain.documents import Doc


@click.command("diff")
@click.option("--system", required=True, help="The system of hub.yaml.")
@click.option("--record", "record_id", required=True, help="Our id of the record, or its id over there.")
@click.option("--entity", help="Only this entity, where ids over there are not unique.")
@click.option("--direction", type=click.Choice(["push", "pull"]), help="Only this one; else both.")
@json_option
@here
def command(
    place: Place, /, *, system: str, record_id: str, entity: str | None, direction: str | None, as_json: bool
) -> None:
    """Show field by field what a push and a pull of one live record would change; nothing is written anywhere."""
    told = {"system": system, "record_id": record_id, "entity": entity}
    answer = perform(place, "map.diff", directions=[direction] if direction else ["push", "pull"], **told)
    tell(answer, as_json=as_json, lines=_lines(answer))


def _lines(answer: Doc) -> list[str]:
    ours, theirs = (answer[name] or "nothing yet" for name in ("record_id", "remote_id"))
    head = f"{answer['entity']} {ours} - {answer['system']} {answer['object']} {theirs}"
    lines = [line for each in answer["differences"] for line in _difference(each)]
    refused = [f"{name}: cannot be worked out: {problem}" for name, problem in answer["problems"].items()]
    return [head, *lines, *refused] if lines or refused else [head, "Both sides say the same."]


def _difference(each: Doc) -> list[str]:
    """One field: what would change, and why."""
    field = each["remote_path"] if each["direction"] == "push" else each["path"]
    changed = f"{each['direction']} {field}: {old_and_new(each, _value)}"
    return [changed, f"    {each['place']}: {each['rule']}; owner {each['owner']}; {each['merge']}"]


def _value(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)
