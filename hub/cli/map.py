"""``tickethub map``: prove mapping files before they touch a system."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import click

from hub.bootstrap.mapping_check import Checked, Effort, Finding, check, test
from hub.bootstrap.mapping_sources import Selection, selection
from hub.cli import map_diff, map_drift, map_explain, map_new, map_schema
from hub.cli.place import Place, here, json_option, tell
from hub.cli.program import FOUND, Failure
from hub.domain.errors import HubError
from hub.laws.corpus import EXAMPLES, SEED

NOT_RUN = 2
"""The exit code of a command that could not even look: no such file, settings that cannot be read."""


@click.group("map")
def command() -> None:
    """Prove mapping files before they touch a system."""


@command.command("check")
@click.argument("wanted", nargs=-1, metavar="[FILE|FOLDER|NAME]...")
@click.option("--examples", type=click.IntRange(1, 100_000), default=EXAMPLES, show_default=True, help="Documents.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Another seed makes other documents.")
@json_option
@here
@click.pass_context
def checking(
    ctx: click.Context, place: Place, /, *, wanted: tuple[str, ...], examples: int, seed: int, as_json: bool
) -> None:
    """Lint mappings and try the laws on generated and recorded documents; exit code 1 when anything is wrong.

    Without an argument: the mappings in force, or all shipped ones where no hub is set up.
    """
    effort = Effort(examples, seed)
    told = _attempt(place, wanted, lambda found: check(found.sources, effort, found.precedence))
    documents = sum(each.documents for each in told)
    _end(ctx, told, f"{len(told)} mappings checked with {documents} documents each way", as_json=as_json)


@command.command("test")
@click.argument("wanted", nargs=-1, metavar="[FILE|FOLDER|NAME]...")
@json_option
@here
@click.pass_context
def testing(ctx: click.Context, place: Place, /, *, wanted: tuple[str, ...], as_json: bool) -> None:
    """Run the examples that stand in mapping files; exit code 1 when one fails."""
    told = _attempt(place, wanted, lambda found: test(found.sources))
    examples = sum(each.examples for each in told)
    _end(ctx, told, f"{examples} examples of {len(told)} mappings run", as_json=as_json)


def _attempt(place: Place, wanted: Sequence[str], look: Callable[[Selection], list[Checked]]) -> list[Checked]:
    try:
        return look(selection(place.directory, wanted))
    except (HubError, OSError, UnicodeDecodeError) as error:
        raise Failure(str(error), NOT_RUN) from error


def _end(ctx: click.Context, told: list[Checked], summary: str, *, as_json: bool) -> None:
    findings = [finding for each in told for finding in each.findings]
    result = f"{len(findings)} problems" if findings else "nothing is wrong"
    lines = [line for each in told for line in _lines(each)]
    answer = {"mappings": [_mapping(each) for each in told], "problems": [_problem(each) for each in findings]}
    tell(answer, as_json=as_json, lines=[*lines, f"{summary}: {result}."])
    if findings:
        ctx.exit(FOUND)


def _lines(checked: Checked) -> list[str]:
    waived = [
        f"{checked.file}:{each.line}: {each.law} is waived for {each.path}: {each.reason}" for each in checked.waived
    ]
    return [*(line for finding in checked.findings for line in _finding(finding)), *waived]


def _finding(finding: Finding) -> list[str]:
    shown = [("hub", finding.hub), ("remote", finding.remote)]
    return [str(finding), *(f"    {side}: {_json(doc)}" for side, doc in shown if doc is not None)]


def _json(doc: Any) -> str:
    return json.dumps(doc, ensure_ascii=False)


def _mapping(checked: Checked) -> dict[str, Any]:
    waived = [{"law": each.law, "path": each.path, "reason": each.reason} for each in checked.waived]
    return {"file": checked.file, "name": checked.name, "documents": checked.documents, "waived": waived}


def _problem(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "file": finding.file,
        "line": finding.line,
        "path": finding.path,
        "message": finding.message,
        "suggestion": finding.suggestion,
        "hub": finding.hub,
        "remote": finding.remote,
    }


for part in (map_diff, map_drift, map_explain, map_new, map_schema):
    command.add_command(part.command)
