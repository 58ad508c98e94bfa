"""``tickethub sync``: compare a system with the hub as a whole, look at the plan, and carry it out."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from hub.cli.access import perform
from hub.cli.changing import old_and_new
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
    fields = [f"\n    {one['path']}: {old_and_new(one, repr)}" for one in item["changes"]]
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


@command.command("load")
@click.argument("system")
@click.argument("entities", metavar="[ENTITY]...", nargs=-1)
@click.option("--force", is_flag=True, help="Also when it changes more than a mapping's guard allows.")
@click.option("--stop", is_flag=True, help="Give an unfinished load up; what it has taken in stays.")
@json_option
@here
def load(place: Place, /, *, system: str, entities: tuple[str, ...], force: bool, stop: bool, as_json: bool) -> None:
    """Take in everything that SYSTEM has, what is referred to first; all else with it waits meanwhile.

    The same command goes on with a load that was interrupted.
    """
    arguments = {"system": system, "entities": list(entities), "force": force, "stop": stop}
    follow(place, "sync.load", arguments, as_json=as_json)


@command.command("sweep")
@click.argument("system")
@click.argument("entity")
@click.option("--force", is_flag=True, help="Also when more is missing than the mapping's guard allows.")
@json_option
@here
def sweep(place: Place, /, *, system: str, entity: str, force: bool, as_json: bool) -> None:
    """Compare the ids of all records of ENTITY in SYSTEM with the links, to find what was deleted or missed."""
    follow(place, "sync.sweep", {"system": system, "entity": entity, "force": force}, as_json=as_json)


def follow(place: Place, name: str, arguments: Doc, *, as_json: bool) -> None:
    """Go on with a run to its end, telling now and then how far it is; code 1 where it did not complete."""
    while True:
        run = perform(place, name, **arguments)["run"]
        if run is None or run["ended_at"] is not None:
            break
        if not as_json:
            click.echo(run_line(run))
    tell({"run": run}, as_json=as_json, lines=[run_line(run) if run else "Nothing is under way."])
    if run is not None and run["state"] not in {"complete", "stopped"}:
        raise Failure(run["note"] or f"The {run['kind']} {run['state']}.", 1)


def run_line(run: Doc) -> str:
    """One run in a line."""
    counts = ", ".join(f"{value} {name}" for name, value in sorted(run["counts"].items()))
    rate = f", {run['rate']} a second" if run["rate"] else ""
    left = f", {run['left']} s left" if run["left"] is not None else ""
    what = " ".join(word for word in (run["kind"], run["system"], run["object"]) if word)
    return f"{run['state']:<9} {what}: {counts or 'begun'}{rate}{left}"


@command.command("status")
@json_option
@here
def status(place: Place, /, *, as_json: bool) -> None:
    """Show up to when each system was read, what a person should look at, and the newest loads and sweeps."""
    answer = perform(place, "sync.status")
    lines = [feed_line(feed) for feed in answer["feeds"]] + [run_line(run) for run in answer["runs"]]
    tell(answer, as_json=as_json, lines=lines or ["No system is connected."])


def notes_of(feed: Doc) -> Iterator[str]:
    """What a person should look at."""
    if feed["note"]:
        yield feed["note"]
    if feed["quiet"]:
        yield f"Nothing was told since {feed['told_at']}."
    if feed["overdue"]:
        yield "No complete sweep for long."


def feed_line(feed: Doc) -> str:
    """One object of a system, and below it what a person should look at."""
    notes = "".join(f"\n    {note}" for note in notes_of(feed))
    when = f"read up to {feed['position'] or '-'}, swept {feed['swept_at'] or 'never'}"
    return f"{feed['system']}/{feed['object']}: {feed['links']} links, {when}{notes}"
