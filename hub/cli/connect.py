"""``tickethub connect``: the way from a product's name or documents to a plan, step by step."""

import errno
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from hub.bootstrap.connecting import Connecting, given_of, likely_entity, shipped_mappings
from hub.bootstrap.secrets import secret
from hub.cli.access import perform
from hub.cli.place import Place, here, json_option, tell
from hub.cli.program import FOUND, Failure
from hub.cli.sync import line_of, total
from hub.domain.documents import Doc
from hub.domain.errors import HubError
from hub.files.connectors import ConnectorFile
from hub.files.data import data_dir
from hub.files.drafting import Drafted, Wanted

RECORDS = 10  # a plan's worth to look at
PATH = click.Path(exists=True, dir_okay=False, path_type=Path)
SKIP = "-"
RIGHTS = "give the user who runs this the right to read and write it"
ROOM = "make room on the disk"
MENDS = {errno.EACCES: RIGHTS, errno.EPERM: RIGHTS, errno.EROFS: RIGHTS, errno.ENOSPC: ROOM, errno.EDQUOT: ROOM}


@dataclass
class Said:
    """What one step found or did: done, made, open (a person goes on) or failed."""

    step: str
    state: str
    lines: list[str]


@dataclass
class Walk:
    """One way through all steps."""

    place: Place
    name: str
    product: str | None
    source: tuple[str, str] | None  # kind and where
    objects: tuple[str, ...]
    entities: dict[str, str]
    values: dict[str, str]
    secrets: dict[str, str]
    zone: str
    asks: bool
    force: bool
    offline: bool
    said: list[Said] = field(default_factory=list)
    drafted: Drafted | None = None
    code: int = FOUND  # with which the way ends that is not gone to its end

    @property
    def way(self) -> Connecting:
        """The steps, on this installation."""
        return Connecting(self.place.directory, self.place.environment, self.name)

    def go(self) -> Iterator[Said]:
        """Every step in turn; one that fails ends the way, for the next ones rest on it."""
        for step in STEPS:
            try:
                found = step(self)
            except Failure as error:
                self.code = error.exit_code
                yield Said(step.__name__, "failed", [error.message])
                return
            except OSError as error:
                yield Said(step.__name__, "failed", [self.mend_of(error), "Then run the same command again."])
                return
            except (HubError, UnicodeDecodeError) as error:
                yield Said(step.__name__, "failed", [str(error), "Mend that, then run the same command again."])
                return
            if found is not None:
                self.said.append(found)
                yield found
                if found.state == "failed":
                    return

    def mend_of(self, error: OSError) -> str:
        """What a person can do where a file or folder is not to be had."""
        where = error.filename2 or error.filename or self.place.directory
        return f"{where}: {error.strerror or type(error).__name__}: {MENDS.get(error.errno or 0, 'look at it')}."

    def ask(self, words: str, default: str | None = None) -> str:
        """An answer of the person; the default where nobody can be asked."""
        if default is None or self.asks:
            return str(click.prompt(words, default=default, err=True))
        return default

    def file(self) -> ConnectorFile:
        """The connector file of the system."""
        found = self.way.file_of(self.product or self.name)
        if found is None:
            raise Failure(f"There is no connector {self.product or self.name}.", 4)
        return found

    def own(self) -> bool:
        """Whether the connector file is the operator's, so that schemas and mappings are, too."""
        return (self.place.directory / "connectors" / f"{self.product or self.name}.yaml").is_file()


def connector(walk: Walk) -> Said:
    """The connector file: that of hub.yaml, the one that is there, or a draft of the documents."""
    settings = walk.way.known()
    if walk.product is None and walk.name in settings.systems:
        walk.product = settings.systems[walk.name].connector
    if walk.source is not None:
        return drafted(walk)
    walk.product = walk.product or walk.name
    found = walk.way.file_of(walk.product)
    if found is None:
        raise Failure(
            f"There is no connector {walk.product}: name one with --product, or give what the system says of itself "
            "with --openapi, --sample, --edmx, --wsdl, --database or --folder.",
            2,
        )
    return Said("connector", "done", [f"{found.title['en']} ({found.product}), driver {found.driver}."])


def drafted(walk: Walk) -> Said:
    """A draft of the connector file."""
    kind, told = walk.source or ("", "")
    walk.drafted = walk.way.draft_of(kind, told, Wanted(walk.name, walk.objects, walk.zone))
    walk.product = walk.name
    path = walk.place.directory / "connectors" / f"{walk.name}.yaml"
    if not walk.way.keep_file(walk.drafted, force=walk.force):
        return Said("connector", "done", [f"{path} is there already and was left as it is (--force replaces it)."])
    todo = [f"TODO {note}" for note in walk.drafted.notes]
    return Said("connector", "open" if todo else "made", [f"{path}: drafted.", *todo])


def settings(walk: Walk) -> Said:
    """The system in hub.yaml: settings asked for, secrets by reference."""
    known = walk.way.known().systems.get(walk.name)
    if known is not None and not walk.force:
        return Said("settings", "done", [f"hub.yaml has {walk.name}.", *missing_secrets(walk)])
    file = walk.file()
    address = {"url": walk.source[1]} if walk.source and walk.source[0] == "database" else {}
    folder = {"folder": str(Path(walk.source[1]).resolve())} if walk.source and walk.source[0] == "folder" else {}
    given, missing = given_of(file, {**address, **folder, **walk.values})
    titles = {name: f"{name} ({file.settings[name]['title']['en']})" for name in missing}
    if titles and not walk.asks:
        options = " ".join(f"--set {name}=..." for name in titles)
        raise Failure(f"Not known: {', '.join(titles.values())}. Say {options}", 2)
    given |= {name: walk.ask(title) for name, title in titles.items()}
    secrets = {
        name: walk.secrets.get(name, f"env/{walk.way.secret_of(name)}")
        for name, node in file.settings.items()
        if node.get("secret") and ("default" not in node or name in walk.secrets)
    }
    mappings = [walk.name] if walk.own() else [shipped_mappings(file.name) or file.name]
    told: Doc = {"connector": file.name, "settings": given}
    told |= {"secrets": secrets} if secrets else {}
    walk.way.add({**told, "mappings": mappings}, force=walk.force)
    return Said("settings", "made", [f"hub.yaml: {walk.name} added.", *missing_secrets(walk)])


def missing_secrets(walk: Walk) -> Iterator[str]:
    """Secrets that are named and not there."""
    known = walk.way.known()
    for name, reference in known.systems[walk.name].secrets.items():
        try:
            secret(known, walk.place.environment, reference)
        except HubError as error:
            yield f"{name}: {error}"


def probe(walk: Walk) -> Said | None:
    """Whether the system answers, and what it lacks for our work."""
    if walk.offline:
        return None
    lacking = list(missing_secrets(walk))
    if lacking:
        return Said("probe", "failed", [*lacking, "Then run the same command again."])
    told = walk.way.probe()
    clock = [] if told["ahead"] is None else [f"Its clock is {told['ahead']:+.1f} s from ours."]
    wrong = [
        *(one["detail"] for one in told["problems"]),
        *(["Set both clocks by NTP."] if told["clock_differs"] else []),
    ]
    return Said("probe", "open" if wrong else "done", [f"It answers: {told['version']}.", *clock, *wrong])


def objects(walk: Walk) -> Said:
    """What the connector file has."""
    return Said("objects", "done", [", ".join(walk.file().objects) + "."])


def schemas(walk: Walk) -> Said | None:
    """The schemas of an operator's own product: of the draft, else of what the system says."""
    if not walk.own():
        return None
    file, told = walk.file(), walk.drafted.schemas if walk.drafted else {}
    drafts = {name: schema for name, schema in told.items() if name in file.objects}
    asked = [] if walk.offline else [name for name in file.objects if name not in drafts]
    kept = list(walk.way.schemas(asked, walk.name, drafts, force=walk.force))
    lines = [f"{each.path}: {each.fields} fields, {each.state}." for each in kept]
    state = "open" if any(each.state == "differs" for each in kept) else "made" if kept else "done"
    return Said("schemas", state, lines or ["They are there."])


def mappings(walk: Walk) -> Said | None:
    """Drafts of the mappings of an operator's own product; shipped ones are there."""
    if not walk.own():
        return None
    entities = sorted(path.stem for path in (data_dir("schemas") / "canonical").glob("*.json"))
    state, lines, taken = "done", list[str](), set(walk.way.mapped())
    for name in walk.file().objects:
        guess = walk.entities.get(name) or likely_entity(name, walk.file().titles[name]["zh"], entities)
        if guess in taken and name not in walk.entities:
            continue
        if walk.asks and name not in walk.entities:
            guess = walk.ask(f"{name} is which record of ours? ({SKIP}: none)", guess or SKIP)
        if guess is None or guess == SKIP:
            lines.append(f"{name}: no record of ours looks like it: --map {name}=ENTITY maps it.")
            continue
        if guess not in entities:
            raise Failure(f"There is no record {guess}: {', '.join(entities)}.", 4)
        line, made = mapping(walk, name, guess)
        lines.append(line)
        state = "open" if made else state
        taken.add(guess)
    if not walk.way.mapped():
        return Said("mappings", "failed", [*lines, "Without a mapping nothing crosses: draft one with --map."])
    return Said("mappings", state, lines or [f"{', '.join(sorted(taken))}: there already, left as they are."])


def mapping(walk: Walk, name: str, entity: str) -> tuple[str, bool]:
    """The draft of one mapping, and whether it was made."""
    try:
        made = walk.way.map(name, entity, force=walk.force)
    except HubError as error:
        return f"{name}: {error}", True
    if made is None:
        return f"mappings/{walk.name}/{entity}.yaml is there already, left as it is.", False
    open_ones = ", ".join((*made.unwritten, *made.unnamed))
    rest = f" Required, and no rule writes it: {open_ones}." if open_ones else ""
    return (
        f"mappings/{walk.name}/{entity}.yaml: {made.rules} rules proposed: read them, and say the owners.{rest}",
        True,
    )


def checks(walk: Walk) -> Said:
    """Lint and laws on the mappings of the system."""
    found = walk.way.findings(walk.way.known().systems[walk.name].mappings)
    return Said("checks", "open" if found else "done", found or ["Lint and laws have nothing against the mappings."])


def plan(walk: Walk) -> Said | None:
    """What the first records would change; nothing is written."""
    if walk.offline:
        return None
    answer = perform(walk.place, "sync.plan", system=walk.name, entities=[], limit=RECORDS)
    shown = [line_of(item) for item in answer["items"][:RECORDS]]
    return Said("plan", "done", [*shown, total(answer["items"])])


STEPS: tuple[Callable[[Walk], Said | None], ...] = (
    connector,
    settings,
    probe,
    objects,
    schemas,
    mappings,
    checks,
    plan,
)
NEXT = (
    "Next: read the plan in full with 'tickethub sync plan {name} --out plan.json', carry it out with "
    "'tickethub sync apply plan.json', then start the hub."
)
AGAIN = "Mend what is open (marked ! or x), then run the same command again: what is there is left alone."


@click.command("connect")
@click.argument("name")
@click.option("--product", help="The connector, such as odoo; without it NAME.")
@click.option("--openapi", type=PATH, help="Draft a connector of an OpenAPI document.")
@click.option("--sample", type=PATH, help="Draft a connector of a sample answer of a REST API.")
@click.option("--edmx", type=PATH, help="Draft a connector of the $metadata of an OData service.")
@click.option("--wsdl", type=PATH, help="Draft a connector of a WSDL.")
@click.option("--database", metavar="URL", help="Draft a connector of the tables of a database.")
@click.option("--folder", type=click.Path(exists=True, file_okay=False), help="Draft one of a folder with CSV files.")
@click.option("--object", "objects", multiple=True, help="Draft only this object; may be repeated.")
@click.option("--map", "entities", multiple=True, metavar="OBJECT=ENTITY", help="Which record of ours an object is.")
@click.option("--set", "values", multiple=True, metavar="SETTING=VALUE", help="A setting of the connector.")
@click.option("--secret", "secrets", multiple=True, metavar="SETTING=REF", help="env/NAME or file/PATH.")
@click.option("--zone", default="UTC", show_default=True, help="Of times over there that name none.")
@click.option("--ask/--no-ask", default=None, help="Whether to ask questions; as the terminal allows, unless said.")
@click.option("--offline", is_flag=True, help="Ask no system: neither a probe nor a plan.")
@click.option("--force", is_flag=True, help="Replace what is there: connector file, system, schemas, mappings.")
@json_option
@here
@click.pass_context
def command(ctx: click.Context, place: Place, /, name: str, *, as_json: bool, **told: Any) -> None:
    """Connect the system NAME step by step: connector file, settings, probe, schemas, mappings, checks, a plan.

    Each step looks at what is there and adds what is missing, so the same command goes on where it stopped. A product
    that is shipped is only asked for its settings; of any other, give what it says of itself.
    """
    walk = walk_of(place, name, told)
    said = []
    for one in walk.go():
        said.append(one)
        if not as_json:
            click.echo("\n".join(f"{MARKS[one.state]} {one.step}: {line}" for line in one.lines))
    is_open = any(one.state in {"open", "failed"} for one in said)
    steps = [{"step": one.step, "state": one.state, "lines": one.lines} for one in said]
    tell({"steps": steps, "open": is_open}, as_json=as_json, lines=[AGAIN if is_open else NEXT.format(name=name)])
    if is_open:
        ctx.exit(walk.code)


MARKS = {"done": "=", "made": "+", "open": "!", "failed": "x"}
SOURCES = ("openapi", "sample", "edmx", "wsdl", "database", "folder")


def walk_of(place: Place, name: str, told: dict[str, Any]) -> Walk:
    """The way that the options mean."""
    sources = [(kind, str(told[kind])) for kind in SOURCES if told[kind] is not None]
    if len(sources) > 1:
        raise click.UsageError("Give one description of the system, not several.")
    return Walk(
        place=place,
        name=name,
        product=told["product"],
        source=sources[0] if sources else None,
        objects=told["objects"],
        entities=pairs(told["entities"]),
        values=pairs(told["values"]),
        secrets=pairs(told["secrets"]),
        zone=told["zone"],
        asks=sys.stdin.isatty() if told["ask"] is None else told["ask"],
        force=told["force"],
        offline=told["offline"],
    )


def pairs(told: tuple[str, ...]) -> dict[str, str]:
    """``A=B`` as a dictionary."""
    for one in told:
        if "=" not in one:
            raise click.UsageError(f"{one} is no NAME=VALUE.")
    return {name: value for name, _, value in (one.partition("=") for one in told)}
