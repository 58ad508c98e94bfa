"""``tickethub map explain``: what happens to one field."""

from dataclasses import asdict

import click

from hub.bootstrap.mapping_explain import Answer, Explained, explain
from hub.bootstrap.mapping_sources import specs_meant
from hub.cli.place import Place, here, json_option, tell
from hub.cli.program import Failure


@click.command("explain")
@click.argument("path")
@click.option("--system", help="Only the mappings of this system.")
@click.option("--mapping", "wanted", multiple=True, help="A file, a folder or a name; else the mappings in force.")
@json_option
@here
def command(place: Place, /, path: str, *, system: str | None, wanted: tuple[str, ...], as_json: bool) -> None:
    """Tell which rules write or read PATH, a field of ours (phone, customer.phone) or of another system."""
    specs = specs_meant(place.directory, wanted)
    known = sorted({spec.system for spec in specs})
    if system is not None and system not in known:
        raise Failure(f"No mapping is for the system {system}: there are {', '.join(known)}.", 4)
    answer = explain([spec for spec in specs if system in (None, spec.system)], path)
    if not answer.rules:
        meant = f": did you mean {answer.meant}?" if answer.meant else "."
        raise Failure(f"No rule names {path}{meant}", 4)
    tell({"path": path, "rules": [asdict(each) for each in answer.rules]}, as_json=as_json, lines=_lines(answer))


def _lines(answer: Answer) -> list[str]:
    return [line for each in answer.rules for line in _of_rule(each)]


def _of_rule(each: Explained) -> list[str]:
    """One rule: where it stands, what it does, and its conditions."""
    parts = [f"by {each.codec}" if each.codec else "as it is", f"owner {each.owner}", *each.notes]
    told = [f"{each.file}:{each.line}: {each.entity} {each.rule}", f"    {each.does}: {'; '.join(parts)}"]
    return [*told, *(f"    waived: {waiver}" for waiver in each.waived)]
