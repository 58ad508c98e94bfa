"""``tickethub sync``: compare a system with the hub as a whole, look at the plan, and carry it out."""

import json
from collections import Counter
from pathlib import Path

import click

from hub.cli.access import perform
from hub.cli.place import Place, here, json_option, tell
from hub.cli.program import Failure
from hub.domain.documents import Doc


@click.group("sync")
def command() -> None:
    """Compare a system with the hub as a whole, and bring them together."""


@command.command("plan")
@click.argument("system")
@click.option("--entity", "entities", multiple=True, help="Only this entity; may be repeated.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Keep the plan for 'sync apply'.")
@json_option
@here
def plan(place: Place, /, *, system: str, entities: tuple[str, ...], out: Path | None, as_json: bool) -> None:
    """Show what a full comparison with SYSTEM would change on both sides; nothing is written."""
    answer = perform(place, "sync.plan", system=system, entities=list(entities))
    if out is not None:
        out.touch(mode=0o600)
        out.write_text(json.dumps({"system": system, **answer}, ensure_ascii=False, indent=1), "utf-8")
    tell(answer, as_json=as_json, lines=[*map(line_of, answer["items"]), total(answer["items"])])


def line_of(item: Doc) -> str:
    """One record of a plan, and below it each field that would change."""
    name = item["record_id"] or item["remote_id"]
    fields = [f"\n    {one['path']}: {one['old']!r} -> {one['new']!r}" for one in item["changes"]]
    return f"{item['action']:<8} in {item['side']:<6} {item['entity']}/{name}{''.join(fields)}"


def total(items: list[Doc]) -> str:
    """What a plan comes to."""
    counts = Counter(f"{item['action']} in {item['side']}" for item in items)
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items())) or "Both sides agree."


@command.command("apply")
@click.argument("plan_file", metavar="PLAN", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Also when it changes more than the mapping's guard allows.")
@json_option
@here
def apply(place: Place, /, plan_file: Path, *, force: bool, as_json: bool) -> None:
    """Carry out PLAN, a file of 'sync plan --out', record by record; what has moved since is left for the next plan."""
    try:
        planned = json.loads(plan_file.read_text("utf-8"))
        system, items = planned["system"], planned["items"]
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(f"{plan_file} is no plan: make one with 'tickethub sync plan SYSTEM --out FILE'.", 3) from error
    answer = perform(place, "sync.apply", system=system, items=items, force=force)
    lines = [f"{answer['done']} done, {answer['moved']} had moved since the plan was made."]
    tell(answer, as_json=as_json, lines=lines)
