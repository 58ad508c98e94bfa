"""Writes the pages of docs/reference that are made from the code: ``python -m docs.generate``.

What is not documented does not exist: a test compares these pages with the code.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import click
import orjson

from docs import compatibility
from hub.cli import main
from hub.cli.program import EXIT_CODES, FOUND, MISTAKE, code_of
from hub.domain import events
from hub.domain.errors import HubError
from hub.domain.expression_values import FUNCTIONS
from hub.domain.mapping.codecs import CODECS, Codec
from hub.domain.mapping.codecs.base import ANY
from hub.domain.mapping.links import NO_LINKS
from hub.domain.mapping.syntax import parse_codec
from hub.files.connector_drivers import driver_schema, drivers
from hub.files.data import data_dir
from hub.ports.crash import CRASH_POINTS
from hub.ports.meter import METRICS, PREFIX
from hub.ports.trace import STOPS
from hub.web.problems import KINDS

WIDTH = 100  # of the help texts, whatever the terminal
HERE = Path(__file__).parent / "reference"
MADE = "<!-- Made from the code by `make docs`: edit it there. -->"
Node = Mapping[str, Any]


def cli() -> str:
    """Every command with its options, and the exit codes."""
    context = click.Context(main, info_name="tickethub", terminal_width=WIDTH, **main.context_settings)
    parts = ["# The command line", MADE, CLI_INTRO, *commands(context), "## Exit codes", exit_codes()]
    return page(parts)


CLI_INTRO = """\
`tickethub` works on one data directory: `--dir`, else the environment variable `TICKETHUB_DIR`, else `./var`. From a
checkout it is `.venv/bin/tickethub`. While a hub is up on SQLite it is the only writer: a command that writes is handed
to it over the loopback address with a token that only the owner of the data directory can read."""


def commands(context: click.Context) -> Iterator[str]:
    """A section for each command, depth first."""
    command = context.command
    yield f"## `{context.command_path}`"
    yield fenced(command.get_help(context))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from commands(click.Context(child, info_name=name, parent=context))


def exit_codes() -> str:
    """The table of exit codes."""
    fixed = [
        (0, "done"),
        (FOUND, "a check found something, or a stop without a code of its own"),
        (2, "the command line is wrong"),
    ]
    coded = sorted((code, meaning) for code, meaning in EXIT_CODES.values())
    return table(("code", "means"), [*fixed, *coded, (MISTAKE, "a mistake of ours: report it")])


def settings() -> str:
    """Every setting of hub.yaml."""
    schema = orjson.loads((data_dir("schemas") / "hub.json").read_bytes())
    intro = (
        "`config/hub.yaml` holds what every installation starts from; `hub.yaml` of the data directory is laid over "
        "it, key by key: a list or a value replaces the shipped one, `null` removes it. YAML is read by the rules of "
        "version 1.2. `tickethub doctor` names every mistake with its line."
    )
    return page(["# Settings: hub.yaml", MADE, intro, fields(schema)])


def mapping() -> str:
    """Every keyword of a mapping file, and the codecs."""
    schema = orjson.loads((data_dir("schemas") / "mapping.json").read_bytes())
    rows = [
        (f"`{name}`", ", ".join(f"`{call}`" for call in kind.calls), first_line(kind)) for name, kind in CODECS.items()
    ]
    codecs = table(("codec", "for example", "what it does"), rows)
    calls = ", ".join(f"`{name}`" for name in sorted(FUNCTIONS))
    functions = f"Functions of expressions: {calls}. Nothing in gives nothing out, except for `coalesce`."
    lines = [("`" + rule.replace("|", "\\|") + "`", meaning) for rule, meaning in RULES]
    forms = [MAPPING_INTRO, table(("a rule", "means"), lines), MAPPING_FILES]
    parts = [fields(schema), "## Codecs", codecs, "## Expressions", MAPPING_EXPRESSIONS, functions]
    return page(["# Mapping files", MADE, *forms, *parts])


MAPPING_INTRO = """\
One file per entity and remote object, one line per rule, run in both directions. With
`# yaml-language-server: $schema=schemas/mapping.json` in its first line an editor completes and checks it."""

RULES = (
    ("name <-> title:", "both ways; `->` goes to the remote only, `<-` to the hub only"),
    ("customer.name -> party.name:", "dotted names lead into objects; a name with blanks stands in quotes"),
    (
        "phone <-> contacts[type=mobile|phone, first].value:",
        "one member of a list: either value is read, the first is written; without `first` it has to be the only one",
    ),
    ("at <-> day + time: {as: datetime, tz: Asia/Shanghai}", "one value of the hub in two fields over there"),
    ('const "Sales Invoice" -> doctype:', "a fixed value, one way"),
    ("expr 'name + \" / \" + number' -> title:", "a value worked out from other fields, one way"),
    (
        "lines[id] <-> rows[line_id]: {members: hub, qty <-> quantity: {as: number(3)}}",
        "a list aligned by key, never by position: what is said of it stands among the rules of a member",
    ),
    ("lines[order, row] <-> rows[order, no, kind=line]: {}", "a key of several fields; only some members are ours"),
    (
        "lines[id] <-> rows[id]: {ids: remote}",
        "the remote assigns the ids: the link of the record keeps which is which, for each member around it",
    ),
)
"""Forms of rules, each of which a test reads."""

MAPPING_FILES = """\
In an overlay, `name <-> title: remove` takes the shipped rule away.

A record may be made of several objects (`remote.objects`). Its documents have one key per object, and paths begin with
it: `product.code`, `template.name`, `barcode[id]`. An object is read by its id, which an object before it holds (`id`),
or it has rows that hold the id of the record (`parent`), which are only read. A change of any of them is a change of
the record. An object that is written needs a `lookup` in the connector file, by which a lost call is found again.

Tables of `values: {include: [tables/units.yaml]}` are shared: they lie in `mappings/tables/`, and an operator's file
of the same name is laid over the shipped one. Where two systems own a field, `precedence` in `hub.yaml` ranks them."""

MAPPING_EXPRESSIONS = """\
A small, typed language without loops, indexes or calls of other things: names and dotted names of the same side (a
member of a list sees its record as `record`), numbers, texts, `true`, `false`, `null`, `+ - * / %`, comparisons,
`in [..]`, `and`, `or`, `not`, `a if c else b`. Text and number do not mix: write `number(qty) * 2`,
`text(count) + "x"`. Lint checks the types."""


def codecs() -> str:
    """Every codec, with what it makes of values at the edge of what it takes: worked out, not written down."""
    sections = [part for name, kind in CODECS.items() for part in codec(name, kind)]
    return page(["# Codecs", MADE, CODECS_INTRO, *sections])


CODECS_INTRO = """\
A codec is named by `as:` and is the only place where a value changes on its way. What stands here was worked out when
the page was made: each value went there and back. *refused* means that the record is told as wrong, never guessed."""


def codec(name: str, kind: type[Codec]) -> Iterator[str]:
    """The section of one codec: what it does, and a table for each form of its call."""
    yield f"## `{name}`"
    yield inspect.cleandoc(kind.__doc__ or "").replace("``", "`")
    yield f"In the hub: {types(kind.hub)}. Over there: {types(kind.remote)}; understood as well: {types(kind.reads)}."
    for call in kind.calls:
        one = parse_codec(call).at(NO_LINKS, "CNY")
        there = [(shown(value), tried(one.encode, value), tried(back(one), value)) for value in one.hub_edges()]
        here = [(shown(value), tried(one.decode, value)) for value in one.remote_edges()]
        yield f"`as: {call}`"
        yield table(("in the hub", "is written", "and comes back as"), there)
        yield table(("over there", "is read as"), here)


def back(one: Codec) -> Callable[[Any], Any]:
    """There and back."""
    return lambda value: one.decode(one.encode(value))


def tried(work: Callable[[Any], Any], value: Any) -> str:
    """What comes of a value."""
    try:
        return shown(work(value))
    except HubError:
        return "*refused*"


def shown(value: Any) -> str:
    """A value as JSON."""
    return f"`{orjson.dumps(value).decode()}`"


def types(names: frozenset[str]) -> str:
    """JSON types in words."""
    return "any" if names == ANY else ", ".join(sorted(names)) or "nothing else"


def connector() -> str:
    """Every keyword of a connector file."""
    schema = orjson.loads((data_dir("schemas") / "connector.json").read_bytes())
    intro = "What a connected product offers, in its own words; the driver speaks them, and has keys of its own."
    sections = chain.from_iterable(map(driver, drivers()))
    return page(["# Connector files", MADE, intro, fields(schema), *sections, *shared()])


def driver(name: str) -> Iterator[str]:
    """The section of one driver: its keys of ``connection`` and of each object's ``remote``."""
    schema = driver_schema(name)
    parts = {"connection": {"$ref": "#/$defs/connection"}, "objects.NAME.remote": {"$ref": "#/$defs/remote"}}
    yield f"## `driver: {name}`"
    yield schema["description"]
    yield fields(schema | {"properties": parts})
    for part in schema.get("x-parts", []):
        node = schema["$defs"][part]
        inside = Fields(schema)
        yield f"### {part} (`{name}`)"
        yield f"{node['description']}{inside.told_of_parts({'allOf': node.get('allOf', [])})}"
        if rows := list(inside.below(node, "")):
            yield table(("path", "中文", "type", "default", "meaning"), rows)


def shared() -> Iterator[str]:
    """The section of what drivers share, to which theirs refer."""
    schema = driver_schema("common")
    parts = {name: {"$ref": f"#/$defs/{name}"} for name in SHARED}
    yield "## What drivers share"
    yield SHARED_INTRO
    yield fields(schema | {"properties": parts})


SHARED = ("auth", "errors")
SHARED_INTRO = (
    "Drivers that call by HTTP have these keys in common, in their `connection`. "
    "[Let a system know who we are](../howto/let-a-system-know-who-we-are.md) shows each kind."
)


def errors() -> str:
    """Every class of error."""
    rows = [
        (f"`{kind.__name__}`", first_line(kind), str(status_of(kind)), str(code_of_class(kind)))
        for kind in sorted(error_classes(), key=lambda kind: (kind.__name__, kind.__module__))
    ]
    intro = (
        "Errors are named by what the caller does about them. A message says which record, what, and what to do now."
    )
    return page(["# Errors", MADE, intro, table(("class", "meaning", "HTTP status", "exit code"), rows)])


def crash_points() -> str:
    """Every named place at which a test may kill the hub."""
    intro = (
        "`TICKETHUB_CRASH_AT=name` kills the process (SIGKILL) when it reaches the place; `name:3` at the third time. "
        "It is read from the environment alone, for tests that prove a restart ends in the same state."
    )
    rows = [(f"`{name}`", meaning) for name, meaning in CRASH_POINTS.items()]
    stops = table(("stop",), [(f"`{stop}`",) for stop in STOPS])
    return page(
        ["# Crash points", MADE, intro, table(("name", "what is true there"), rows), "## Stops of a trace", stops]
    )


def domain_events() -> str:
    """Every event that a decision can return."""
    kinds = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, events.Event)]
    rows = [(f"`{kind.__name__}`", first_line(kind)) for kind in kinds if not kind.__subclasses__()]
    intro = "Past-tense facts that a decision returns, and that reactions answer in the same transaction."
    return page(["# Events", MADE, intro, table(("event", "what happened"), rows)])


def metrics() -> str:
    """Every metric."""
    rows = [
        (f"`{PREFIX}{name}`", metric.kind, ", ".join(f"`{label}`" for label in metric.labels), metric.about)
        for name, metric in METRICS.items()
    ]
    return page(["# Metrics", MADE, METRICS_INTRO, table(("metric", "kind", "labels", "what it says"), rows)])


METRICS_INTRO = """\
`GET /metrics` answers in the text format of Prometheus, to API keys with the scope `metrics:read` and to people with
the permission of that name (administrators). A *counter* or *histogram* adds up in one process since its start, a
*moment* is when something last happened in it: on PostgreSQL with many processes scrape each and sum. A *level* is read
from the tables at the scrape and so the same from every process, unless it says that it is its own process's: take
`max`. No label and no value names a person or has a value of a record. [Watch the hub](../howto/watch-the-hub.md) has a
scrape configuration and alert rules."""


def compatible() -> str:
    """What is connected, and against what each part of it was run."""
    parts = [part if isinstance(part, str) else table(*part) for part in compatibility.body()]
    return page(["# Compatibility", MADE, *parts])


def with_table(name: str) -> str:
    """A page of the start, with its short table of what is connected made anew."""
    text = (compatibility.ROOT / name).read_text("utf-8")
    return compatibility.placed(text, table(*compatibility.summary(compatibility.READMES[name])))


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli,
    "settings.md": settings,
    "mapping.md": mapping,
    "codecs.md": codecs,
    "connector.md": connector,
    "errors.md": errors,
    "crash-points.md": crash_points,
    "events.md": domain_events,
    "metrics.md": metrics,
    "compatibility.md": compatible,
}


def fields(schema: Node) -> str:
    """The fields of a JSON Schema as a table, each by its path; ``NAME`` stands for a name of the operator's choice."""
    return table(("path", "中文", "type", "default", "meaning"), list(Fields(schema).below(schema, "")))


@dataclass(frozen=True)
class Fields:
    """Walks a schema; ``within`` are the references that it is inside of, so that a recursive one ends."""

    root: Node
    within: frozenset[str] = frozenset()

    def below(self, node: Node, path: str) -> Iterator[tuple[str, ...]]:
        """A row for each field below a node."""
        for name, child in node.get("properties", {}).items():
            yield from self.row(child, f"{path}.{name}".lstrip("."))
        for child in (node.get("additionalProperties"), *node.get("patternProperties", {}).values()):
            yield from self.member(child, f"{path}.NAME".lstrip("."))
        yield from self.member(node.get("items"), f"{path}[]")

    def row(self, child: Node, path: str) -> Iterator[tuple[str, ...]]:
        """The row of one field, and those below it."""
        whole = self.whole(child)
        default = f"`{orjson.dumps(whole['default']).decode()}`" if "default" in whole else ""
        title = whole.get("x-title", whole.get("title"))
        word = title.get("zh", "") if isinstance(title, Mapping) else ""
        if "x-description" in whole:
            word = f"{word}：{whole['x-description']['zh']}"
        yield f"`{path}`", word, kind_of(whole), default, whole.get("description", "") + self.told_of_parts(whole)
        yield from self.member(child, path)

    def told_of_parts(self, node: Node) -> str:
        """Which parts of the schema, each told once in a section of its own, a node has the keys of."""
        nodes = (node, *node.get("allOf", []), node.get("items", {}))
        refs = [one.get("$ref") or one.get("$dynamicRef", "").replace("#", "#/$defs/") for one in nodes]
        names = [ref.removeprefix("#/$defs/") for ref in refs if self.is_part(ref)]
        return f" ({', '.join(f'see {name}' for name in names)})" if names else ""

    def is_part(self, ref: str) -> bool:
        """Whether what a reference names has a section of its own."""
        return ref.removeprefix("#/$defs/") in self.root.get("x-parts", [])

    def member(self, child: object, path: str) -> Iterator[tuple[str, ...]]:
        """The rows below a member of a list or map, or below a field; what drivers share has a section of its own."""
        ref = child.get("$ref", "") if isinstance(child, Mapping) else ""
        if ".json#" in ref or self.is_part(ref):
            return
        if isinstance(child, Mapping) and child.get("$ref") not in self.within:
            deeper = Fields(self.root, self.within | {child["$ref"]}) if "$ref" in child else self
            yield from deeper.below(self.whole(child), path)

    def whole(self, node: Node) -> Node:
        """A node with what its reference stands for."""
        file, _, name = node.get("$ref", "").partition("#/$defs/")
        root = driver_schema(file.removesuffix(".json")) if file else self.root
        return {**root.get("$defs", {}).get(name, {}), **node}


def kind_of(node: Node) -> str:
    """What may stand there."""
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    kinds = node.get("type", "any")
    return kinds if isinstance(kinds, str) else " or ".join(kinds)


def error_classes() -> set[type[HubError]]:
    """Every error class of ours."""
    for package in ("hub", "connectors"):
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not module.name.startswith(("hub.testing", "hub.storage.migrations")) and "__main__" not in module.name:
                importlib.import_module(module.name)
    return set(descendants(HubError))


def descendants(kind: type[HubError]) -> Iterator[type[HubError]]:
    """A class and all below it."""
    yield kind
    for child in kind.__subclasses__():
        yield from descendants(child)


def status_of(kind: type[HubError]) -> int:
    """The HTTP status of an error."""
    return next(KINDS[one].status for one in kind.__mro__ if one in KINDS)


def code_of_class(kind: type[HubError]) -> int:
    """The exit code of an error."""
    return code_of(kind.__new__(kind))


def first_line(kind: type) -> str:
    """The first sentence of a docstring."""
    return (kind.__doc__ or "").strip().splitlines()[0]


def table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell).replace('|', '&#124;') for cell in line)} |" for line in lines)


def fenced(text: str) -> str:
    """A block of plain text."""
    return f"```text\n{text}\n```"


def page(parts: list[str]) -> str:
    """The parts of a page, a blank line between them."""
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    for name, write in PAGES.items():
        (HERE / name).write_text(write(), "utf-8")
    for name in compatibility.READMES:
        (compatibility.ROOT / name).write_text(with_table(name), "utf-8")
