"""What is connected, and against what each part of it was run: of the connector files, the mappings, and the tests.

The tests tell by their marks (``tests/proving.py``), which ``pytest --prove`` keeps in tests/data/compatibility.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, takewhile
from pathlib import Path

import orjson

from hub.bootstrap.connecting import shipped_mappings
from hub.domain.mapping.rules import MappingSpec
from hub.files.connectors import ConnectorFile, load_connector
from hub.files.data import data_dir
from hub.files.mapping_folders import MappingFolders
from hub.files.mappings import load_specs

ROOT = Path(__file__).parents[1]
PROVED = ROOT / "tests" / "data" / "compatibility"
SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z])")
UNVERIFIED = "*unverified*"
START, END = "<!-- compatibility: made by `make docs` -->", "<!-- end of compatibility -->"
Table = tuple[tuple[str, ...], list[tuple[str, ...]]]
READMES = {"README.md": "en", "README.zh-CN.md": "zh"}
WORDS = {
    "en": ("product", "driver", "what crosses", "run against"),
    "zh": ("产品", "驱动", "同步的数据", "测试对象"),
}
SIDES = {
    "en": {"twin": "a strict twin", "real": "the real system", "": "nothing yet"},
    "zh": {"twin": "严格的仿真系统", "real": "真实系统", "": "尚未测试"},
}
INTRO = """\
A row is a mapping. *read* and *written* say against what a test has run the object in that direction: `real`, with the
series of the system, or `twin`, a strict fake that was built from public documents and refuses whatever they say that
the system refuses. *unverified* means that no test has run it. What no document confirms stands below the table, in
the words of the connector file. Your own system is one more series: try it with `tickethub connect`."""


@dataclass(frozen=True)
class Row:
    """One mapping of a product: its entity, the objects over there, and which ways it runs."""

    entity: str
    objects: tuple[str, ...]
    pulls: bool
    pushes: bool


@dataclass(frozen=True)
class Product:
    """One connector file, the mappings that are shipped for it, and what tests proved."""

    name: str
    declared: ConnectorFile
    notes: str
    rows: tuple[Row, ...]
    facts: tuple[dict[str, str], ...]

    def ran(self, objects: Sequence[str], direction: str) -> str:
        """Against what the first of these objects was run in a direction, such as ``real 7.0, 8.0``; empty: nothing."""
        found = {(one["against"], one["version"]) for one in self.facts if fits(one, objects[:1], direction)}
        sides = {side: sorted(version for each, version in found if each == side and version) for side, _ in found}
        return "; ".join(f"{side} {', '.join(versions)}".strip() for side, versions in sorted(sides.items()))


def fits(fact: dict[str, str], objects: Sequence[str], direction: str) -> bool:
    """Whether a fact is of one of these objects, in this direction."""
    return fact["object"] in objects and fact["direction"] == direction


def products() -> list[Product]:
    """All that are shipped, by name."""
    return [product(path) for path in sorted((ROOT / "connectors").glob("*.yaml"))]


def product(path: Path) -> Product:
    """One product; its mappings lie in the folder of its name, or of a product whose name its own begins with."""
    told = load_connector(path)
    name = told.name
    kept = PROVED / f"{name}.json"
    facts = orjson.loads(kept.read_bytes()) if kept.exists() else []
    return Product(name, told, notes_of(path.read_text("utf-8")), tuple(rows_of(name)), tuple(facts))


def notes_of(text: str) -> str:
    """What the head of a connector file says is unverified: from that sentence to the end of the head."""
    lines: list[str] = []
    for line in takewhile(lambda each: each.startswith("#"), text.splitlines()):
        told = line.removeprefix("#").strip()
        if lines and not told.startswith("- "):
            told = f"{lines.pop()} {told}"
        lines.append(told)
    rest = list(dropwhile(lambda each: "unverified" not in each.lower(), lines))
    if not rest:
        return ""
    first = dropwhile(lambda each: "unverified" not in each.lower(), SENTENCE.split(rest[0]))
    return "\n".join([" ".join(first), *([""] if rest[1:] else []), *rest[1:]])


def rows_of(name: str) -> Iterator[Row]:
    """The mappings of a product, in the order of their entities."""
    root, folder = data_dir("mappings"), shipped_mappings(name)
    if folder is not None:
        folders = MappingFolders((root,))
        yield from map(row_of, load_specs(folders, folders.files(f"{folder}/*.yaml"), folder))


def row_of(spec: MappingSpec) -> Row:
    """One mapping."""
    ways = [rule.direction for rule in spec.rules]
    objects = (spec.object, *(one.name for one in spec.objects))
    return Row(spec.entity, objects, any(way.pulls for way in ways), any(way.pushes for way in ways))


def word_of(entity: str, language: str) -> str:
    """The name of an entity."""
    schema = orjson.loads((data_dir("schemas") / "canonical" / f"{entity}.json").read_bytes())
    return str(schema["x-title"][language])


def body() -> Iterator[str | Table]:
    """The parts of the page: texts, and tables as head and rows."""
    yield INTRO
    for one in products():
        told = one.declared
        yield f"## {told.title['en']} (`{one.name}`)"
        file = f"[connector file](../../connectors/{one.name}.yaml)"
        yield f"{shown(told.product)}; driver `{told.driver}`; {file}."
        if one.rows:
            yield ("entity", "中文", "object", "mapping", "read", "written"), [cells(one, row) for row in one.rows]
        if one.notes:
            yield one.notes


def shown(version: str) -> str:
    """What a connector file says of the product, without what the table says better."""
    return version.removesuffix(", against the twin only")


def cells(one: Product, row: Row) -> tuple[str, ...]:
    """The row of one mapping."""
    way = "both ways" if row.pulls and row.pushes else "taken in" if row.pulls else "sent"
    read = one.ran(row.objects, "read") or (UNVERIFIED if row.pulls else "")
    written = one.ran(row.objects, "written") or UNVERIFIED if row.pushes else ""
    objects = ", ".join(f"`{name}`" for name in row.objects)
    return word_of(row.entity, "en"), word_of(row.entity, "zh"), objects, way, read, written


def summary(language: str) -> Table:
    """The short table, a row for each product."""
    rows: list[tuple[str, ...]] = [
        (
            ": ".join(dict.fromkeys((one.declared.title[language], shown(one.declared.product)))),
            f"`{one.declared.driver}`",
            ("、" if language == "zh" else ", ").join(dict.fromkeys(word_of(row.entity, language) for row in one.rows)),
            SIDES[language][side_of(one)],
        )
        for one in products()
    ]
    return WORDS[language], rows


def side_of(one: Product) -> str:
    """The best that it was run against."""
    sides = {fact["against"] for fact in one.facts}
    return "real" if "real" in sides else "twin" if sides else ""


def placed(text: str, made: str) -> str:
    """A page with the table between its two marks."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n\n{made}\n\n{END}{after}"
