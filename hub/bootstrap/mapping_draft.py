"""``map new``: a draft, brought to where nothing in it is refused: neither by the lint nor by the laws."""

from collections.abc import Iterator
from dataclasses import dataclass

from hub.bootstrap.mapping_check import Effort, Source, check
from hub.domain.errors import InvalidError
from hub.files.lint import lint
from hub.files.mappings import read_mapping
from hub.files.proposing.carrying import Locale
from hub.files.proposing.draft import Draft, Heading
from hub.files.proposing.pairing import Pair, pair_up
from hub.files.schema_tree import SchemaFolder

EFFORT = Effort(examples=40)
"""Documents that a draft is tried on."""
MISSING = ("the remote requires '{name}'", "the hub requires '{name}'")
"""What only the person who goes on with the draft can mend: it is told in the draft's comments."""


@dataclass(frozen=True)
class Drafted:
    """A draft that is ready to be read by a person."""

    text: str
    rules: int
    refused: int
    unwritten: tuple[str, ...]
    unnamed: tuple[str, ...]
    ours_left: int
    theirs_left: int


def draft(heading: Heading, schemas: SchemaFolder, where: Locale) -> Drafted:
    """Propose a mapping; InvalidError when no field of one side looks like one of the other."""
    ours, theirs = schemas.tree(heading.hub_schema), schemas.tree(heading.remote_schema)
    made = Draft(heading, pair_up(ours, theirs, where), theirs)
    while made.rules and (found := list(refusals(made, schemas))):
        for pair, reason in found:
            made.refuse(pair, reason)
    if not made.rules:
        raise InvalidError(
            "No field of {object} looks like one of {entity}: write the mapping by hand, or import the schema anew.",
            object=heading.object,
            entity=heading.entity,
        )
    text, _ = made.text()
    alike = len([pair for pair in made.paired.pairs if made.way(pair) is None])
    unwritten, unnamed = (
        tuple(".".join(place.names) for place in places) for places in (made.unwritten(), made.unnamed())
    )
    left = len(made.paired.ours_left), len(made.paired.theirs_left)
    return Drafted(text, made.rules, alike, unwritten, unnamed, *left)


def refusals(made: Draft, schemas: SchemaFolder) -> Iterator[tuple[Pair, str]]:
    """The rules that are refused as they are now, each once; the laws are asked when the lint is content."""
    text, by_line = made.text()
    for look in (_linted, _tried):
        found = {line: reason for line, reason in look(text, schemas) if line in by_line}
        if found:
            yield from ((by_line[line], reason) for line, reason in found.items())
            return


def _linted(text: str, schemas: SchemaFolder) -> Iterator[tuple[int, str]]:
    spec, problems = read_mapping(text, "draft.yaml")
    if spec is not None:
        problems = [*problems, *lint(spec, schemas)]
    yield from ((each.line, each.message) for each in problems if not each.template.startswith(MISSING))


def _tried(text: str, schemas: SchemaFolder) -> Iterator[tuple[int, str]]:
    for checked in check([Source("draft.yaml", lambda: read_mapping(text, "draft.yaml"), schemas)], EFFORT):
        yield from ((each.line, each.message) for each in checked.findings if each.check.startswith("L"))
