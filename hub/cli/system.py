"""``tickethub system``: which systems are connected, how it is with each; leave one alone, and go on with it."""

from collections.abc import Iterator

import click

from hub.cli.access import perform
from hub.cli.place import Place, here, json_option, tell
from hub.cli.program import FOUND
from hub.domain.documents import Doc


@click.group("system")
def command() -> None:
    """List the connected systems, look at one, test it, pause and resume it."""


@command.command("list")
@json_option
@here
def listing(place: Place, /, *, as_json: bool) -> None:
    """Tell every connected system, and which are paused."""
    answer = perform(place, "system.list")
    lines = [f"{one['name']}: {state_of(one)}" for one in answer["systems"]]
    tell(answer, as_json=as_json, lines=lines or ["No system is connected."])


def state_of(system: Doc) -> str:
    """Whether it is left alone, and by whom."""
    if system.get("by"):
        return f"paused by {system['by']} since {system['at']}: {system['reason']}"
    if system["paused"]:
        return "paused in hub.yaml"
    return "not paused, but a load has it for itself" if system["left_alone"] else "not paused"


@command.command("show")
@click.argument("system")
@json_option
@here
def show(place: Place, system: str, *, as_json: bool) -> None:
    """Tell what SYSTEM can, whether it answers, what may still be asked of it, how far it is read and what waits."""
    told = perform(place, "system.show", system=system)["system"]
    tell(told, as_json=as_json, lines=list(lines_of(told)))


def lines_of(told: Doc) -> Iterator[str]:
    """One system for people."""
    yield f"{told['name']}: {state_of(told)}"
    able = [name.replace("_", " ") for name, can in told["can"].items() if can]
    yield f"can: {', '.join(able) or 'nothing beyond reading and writing one by one'}"
    yield from (object_line(one) for one in told["objects"])
    yield from (call_line(one) for one in told["calls"])
    yield f"last test: {test_line(told['test'])}" if told["test"] else "never tested: tickethub system test NAME"
    yield budget_line(told["budget"])
    for one in told["in"]:
        yield f"in  {one['object']}: read {seconds(one['lag'])}, {one['links']} links"
    for one in told["out"]:
        yield f"out {one['entity']}: {one['count']} wait, the oldest since {one['oldest']}"
    for way, count in told["queues"].items():
        if count["dead"]:
            yield f"{count['dead']} given up ({way}): see 'tickethub queue list --state dead'"
    for one in told["failures"]:
        yield f"    {one['at']} {one['what']} {one['state']}: {one['error']}"


def object_line(one: Doc) -> str:
    """What can be done with one object."""
    ways = " and ".join(way for way, does in (("read", one["reads"]), ("written", one["writes"])) if does)
    kept = f"; create: {one['idempotency']['create']}" if "create" in one["idempotency"] else ""
    batch = f"; {one['batch']} a call" if one["batch"] > 1 else ""
    hook = f"; hooks tell the {one['hooks']}" if one["hooks"] else ""
    goals = f"; goals: {', '.join(one['goals'])}" if one["goals"] else ""
    return f"    {one['entity']} is {one['object']}: {ways}{kept}{batch}{goals}{hook}"


def call_line(one: Doc) -> str:
    """How it stands with one kind of call."""
    until = f" until {one['until']} ({one['reason']})" if one["until"] else ""
    return f"{one['kind']}: {one['position']}{until}, last answered {one['answered_at'] or 'never since the start'}"


def budget_line(one: Doc) -> str:
    """What may still be asked."""
    day = "no limit a day" if one["per_day"] is None else f"{one['day_left']} of {one['per_day']} left today"
    second = "no limit a second" if one["per_second"] is None else f"{one['per_second']} a second"
    return f"budget: {day}, {second}, {one['concurrency']} at once"


def seconds(lag: int | None) -> str:
    """How long ago."""
    return "never yet" if lag is None else f"{lag} s ago"


def test_line(test: Doc) -> str:
    """One test in a line."""
    if test.get("error"):
        return f"{test['at']}: {test['error']}"
    clock = "" if test["ahead"] is None else f", its clock {test['ahead']:+.1f} s"
    clock += " (too much: set both by NTP)" if test["clock_differs"] else ""
    wrong = "".join(f"\n    {one['detail']}" for one in test["problems"])
    return f"{test['at']}: {test['version']}{clock}, {test['took_ms']} ms{wrong}"


@command.command("test")
@click.argument("system")
@json_option
@here
@click.pass_context
def try_it(ctx: click.Context, place: Place, system: str, *, as_json: bool) -> None:
    """Ask SYSTEM for its version, its clock and what is missing for our work, even while it is paused."""
    told = perform(place, "system.test", system=system)["test"]
    tell(told, as_json=as_json, lines=[f"{system}: {test_line(told)}"])
    if not told["ok"]:
        ctx.exit(FOUND)


@command.command("pause")
@click.argument("system")
@click.option("--reason", required=True, help="Why; kept in the audit trail, and shown to who comes next.")
@here
def pause(place: Place, system: str, reason: str) -> None:
    """Neither poll nor sweep SYSTEM and send nothing to it, from now on; what its hooks tell is stored."""
    perform(place, "system.pause", system=system, reason=reason)
    click.echo(f"{system} is paused. Go on with: tickethub system resume {system}")


@command.command("resume")
@click.argument("system")
@here
def resume(place: Place, system: str) -> None:
    """Go on with SYSTEM: what waits is read and sent."""
    perform(place, "system.resume", system=system)
    click.echo(f"{system} is taken up again.")
