"""Drafts for the driver files, of a drop folder with samples in it."""

import csv
from pathlib import Path

import orjson

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.files.drafting.draft import Drafted, Wanted, an_object, connector, id_among, named, object_name, only_read
from hub.files.schema_import import finished
from hub.files.schema_import.sample import read_sample
from hub.files.schema_import.source import Source

ENCODINGS = ("utf-8-sig", "gb18030")
MOST_ROWS = 200
MOST_BYTES = 200_000
OURS = frozenset({"done", "failed", "sent"})  # folders that the driver keeps


def draft_folder(folder: Path, wanted: Wanted) -> Drafted:
    """Each folder below with a CSV file in it; InvalidError where there is none."""
    made, objects = Drafted({}), dict[str, Doc]()
    kinds = set[tuple[str, str]]()
    for sample in samples(folder):
        place = sample.parent.relative_to(folder).as_posix()
        told = sample.parent.name
        name = object_name(told)
        if name in objects or not (wanted.takes(name) or wanted.takes(told)):
            continue
        rows, encoding, delimiter = read(sample)
        kinds.add((encoding, delimiter))
        columns = named(rows[0])
        key = id_among(columns.values()) or rows[0][0]
        remote: Doc = {"read": {"folder": place, "files": "*.csv"}}
        remote |= {"id": [next(field for field, column in columns.items() if column == key)]}
        remote["fields"] = {field: {"from": column} for field, column in columns.items()}
        made.notes += [f"objects.{name}: whether `id` is right; `whole: true` where each file has all records."]
        records = orjson.dumps(
            [dict(zip(columns, row, strict=False)) for row in rows[1:]] or [dict.fromkeys(columns, "")]
        )
        (schema,) = read_sample(Source(records.decode(), "sample", name)).values()
        made.schemas[name] = finished(only_read(schema), wanted.name, name)
        objects[name] = an_object(name, told, wanted.zone, remote, sweep=False)
    if not objects:
        raise InvalidError(
            "There is no CSV file that is wanted in a folder below {folder}: put a sample of each kind into a folder "
            "of its own.",
            folder=str(folder),
        )
    encoding, delimiter = min(kinds)
    form = {"encoding": "utf-8" if encoding == "utf-8-sig" else encoding, "delimiter": delimiter}
    settings = {"folder": {"title": {"en": "Folder: a path, or sftp://hub@files.example.com/exchange", "zh": "目录"}}}
    made.file = connector(wanted, "files", settings, {"settle": "30 s", "format": form}, objects)
    return made


def samples(folder: Path) -> list[Path]:
    """The CSV files in the folders below, sorted: not those that the driver keeps, nor what lies elsewhere."""
    found = (each for each in folder.rglob("*.csv") if each.parent != folder and each.parent.name not in OURS)
    return sorted(each for each in found if each.is_file() and not each.is_symlink())


def read(path: Path) -> tuple[list[list[str]], str, str]:
    """The first rows of a file, its encoding and its delimiter; InvalidError for what is no CSV text."""
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES)
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding, "strict" if len(raw) < MOST_BYTES else "ignore")  # a cut may split a character
        except UnicodeDecodeError:
            continue
        first = text.partition("\n")[0]
        delimiter = max(",;\t|", key=first.count)
        try:
            rows = [row for row in csv.reader(text.splitlines()[:MOST_ROWS], delimiter=delimiter) if row]
        except csv.Error:  # such as a cell of a hundred thousand characters
            break
        if rows:
            return rows, encoding, delimiter
    raise InvalidError("{file} cannot be read as CSV: save it as UTF-8 or GB18030.", file=str(path))
