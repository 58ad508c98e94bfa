"""Drafts for the driver files, of a drop folder with samples in it."""

import csv
from pathlib import Path

import orjson

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.files.drafting.draft import Drafted, Wanted, an_object, connector, id_among, named, object_name
from hub.files.schema_import import import_schemas
from hub.files.schema_import.source import Source

ENCODINGS = ("utf-8-sig", "gb18030")
MOST_ROWS = 200
OURS = frozenset({"done", "failed", "sent"})  # folders that the driver keeps


def draft_folder(folder: Path, wanted: Wanted) -> Drafted:
    """Each folder below with a CSV file in it; InvalidError where there is none."""
    made, objects = Drafted({}), dict[str, Doc]()
    kinds = set[tuple[str, str]]()
    for sample in sorted(folder.rglob("*.csv")):
        place = sample.parent.relative_to(folder).as_posix()
        told = sample.parent.name if place != "." else sample.stem
        name = object_name(told)
        if name in objects or not (wanted.takes(name) or wanted.takes(told)) or sample.parent.name in OURS:
            continue
        rows, encoding, delimiter = read(sample)
        kinds.add((encoding, delimiter))
        columns = named(rows[0])
        key = id_among(columns.values()) or rows[0][0]
        remote: Doc = {"read": {"folder": place, "files": "*.csv" if place != "." else f"{told}*.csv"}}
        remote |= {"id": [next(field for field, column in columns.items() if column == key)]}
        remote["fields"] = {field: {"from": column} for field, column in columns.items()}
        made.notes += [f"objects.{name}: whether `id` is right; `whole: true` where each file has all records."]
        records = orjson.dumps(
            [dict(zip(columns, row, strict=False)) for row in rows[1:]] or [dict.fromkeys(columns, "")]
        )
        made.schemas |= import_schemas(Source(records.decode(), "sample", name), wanted.name)
        objects[name] = an_object(name, told, wanted.zone, remote, sweep=False)
    if not objects:
        raise InvalidError("There is no CSV file in {folder}: put a sample of each kind into a folder of its own.",
                           folder=str(folder))  # fmt: skip
    encoding, delimiter = min(kinds)
    form = {"encoding": "utf-8" if encoding == "utf-8-sig" else encoding, "delimiter": delimiter}
    settings = {"folder": {"title": {"en": "Folder: a path, or sftp://hub@files.example.com/exchange", "zh": "目录"}}}
    made.file = connector(wanted, "files", settings, {"settle": "30 s", "format": form}, objects)
    return made


def read(path: Path) -> tuple[list[list[str]], str, str]:
    """The first rows of a file, its encoding and its delimiter; InvalidError for what is no CSV text."""
    raw = path.read_bytes()[:200_000]
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding, "strict" if len(raw) < 200_000 else "ignore")  # noqa: PLR2004 - a cut may split a character
        except UnicodeDecodeError:
            continue
        first = text.partition("\n")[0]
        delimiter = max(",;\t|", key=first.count)
        rows = [row for row in csv.reader(text.splitlines()[:MOST_ROWS], delimiter=delimiter) if row]
        if rows:
            return rows, encoding, delimiter
    raise InvalidError("{file} cannot be read as CSV: save it as UTF-8 or GB18030.", file=str(path))
