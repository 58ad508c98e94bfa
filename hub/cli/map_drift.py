"""``tickethub map drift``: what live systems changed since their schemas were stored."""

from collections.abc import Iterator
from typing import Any

import click

from hub.bootstrap.mapping_drift import DRIFTED, TROUBLE, UNKNOWN, Drift, drift, place_of
from hub.cli.place import Place, here, json_option, tell
from hub.cli.program import FOUND
from hub.files.drift import Found

NOTES = 8
"""Notes of one object that are shown to people; a program is told all."""


@click.command("drift")
@click.option("--system", help="Only this system of hub.yaml.")
@json_option
@here
@click.pass_context
def command(ctx: click.Context, place: Place, /, *, system: str | None, as_json: bool) -> None:
    """Compare what live systems say of their objects with the stored schemas; exit code 1 when a mapping is concerned.

    New fields are notes. A mapped field that is gone, narrower, required or read-only is a problem of the rules named.
    """
    told = list(drift(place.settings(), place.environment, system))
    tell({"objects": [_object(each) for each in told]}, as_json=as_json, lines=[*_lines(told), _summary(told)])
    if any(each.is_wrong for each in told):
        ctx.exit(FOUND)


def _lines(told: list[Drift]) -> Iterator[str]:
    for each in told:
        name = f"{each.system} {each.object}".strip()
        if each.state == TROUBLE:
            yield f"{name}: problem: cannot be asked: {each.reason}"
        elif each.state == UNKNOWN:
            yield f"{name}: not compared: {each.reason}."
        for found in each.problems:
            yield f"{name}: problem: {found.shift.path} {found.shift.text}."
            yield from (f"    {line}" for line in _concerned(each, found))
        notes = [f"{found.shift.path} {found.shift.text}" for found in each.notes]
        more = f"; and {len(notes) - NOTES} more" if len(notes) > NOTES else ""
        if notes:
            yield f"{name}: note: {'; '.join(notes[:NOTES])}{more}."


def _concerned(each: Drift, found: Found) -> list[str]:
    """The rules that a change concerns, or the mapping as a whole."""
    told = [f"{place_of(each, rule)} is concerned" for rule in found.rules]
    return told or [f"{each.file}: no rule writes it: new records would be refused there"]


def _summary(told: list[Drift]) -> str:
    compared = [each for each in told if each.state not in (UNKNOWN, TROUBLE)]
    drifted = sum(each.state == DRIFTED for each in compared)
    wrong = sum(len(each.problems) for each in told) + sum(each.state == TROUBLE for each in told)
    return f"{len(compared)} objects compared, {drifted} changed, {wrong} problems."


def _object(each: Drift) -> dict[str, Any]:
    return {
        "system": each.system,
        "entity": each.entity,
        "object": each.object,
        "mapping": each.file,
        "state": each.state,
        "reason": each.reason,
        "problems": [_found(each, found) for found in each.problems],
        "notes": [_found(each, found) for found in each.notes],
    }


def _found(each: Drift, found: Found) -> dict[str, Any]:
    rules = [place_of(each, rule) for rule in found.rules]
    return {"path": found.shift.path, "kind": found.shift.kind, "text": found.shift.text, "rules": rules}
