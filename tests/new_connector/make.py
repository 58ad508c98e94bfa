"""Writes the files of a new connector, which work as they are: ``make new-connector NAME=acme KIND=rest``.

They are an example of the kind, with a twin and a contract test that pass; put the product's own words in their place.
"""

import argparse
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
ROOT = Path(__file__).parents[2]
NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
WORDS = frozenset({"null", "twin"})  # what the files call something else


@dataclass(frozen=True)
class Kind:
    """What differs between kinds: the secret that opens the door, and which request of a create writes."""

    secret: str = "token"
    write: int = 1


KINDS: Mapping[str, Kind] = {
    "rest": Kind(),
    "jsonrpc": Kind(),
    "xmlrpc": Kind(),
    "sql": Kind(),
    "files": Kind(),
    "odata": Kind("password"),
    "soap": Kind("password"),
}


def written(name: str, kind: str) -> Iterator[tuple[Path, str]]:
    """Every file with its text, by the path below the checkout."""
    own = TEMPLATES / kind
    contract = own / "contract.py.txt"
    sources = {
        f"connectors/{name}.yaml": own / "connector.yaml",
        f"connectors/{name}.wsdl": own / "acme.wsdl",
        f"mappings/{name}/customer.yaml": TEMPLATES / "mapping.yaml",
        f"schemas/remote/{name}/customer.json": TEMPLATES / "schema.json",
        f"hub/testing/twins/{name}.py": own / "twin.py.txt",
        f"tests/contract/test_{name}.py": contract if contract.exists() else TEMPLATES / "http.py.txt",
    }
    title = "".join(part.capitalize() for part in name.split("_"))
    words = {"DRIVER": kind, "SECRET": KINDS[kind].secret, "WRITE": str(KINDS[kind].write), "acme": name, "Acme": title}
    for path, source in sources.items():
        if source.exists():
            text = source.read_text("utf-8")
            for word, meant in words.items():
                text = text.replace(word, meant)
            yield Path(path), text


def make(root: Path, name: str, kind: str) -> list[Path]:
    """Write the files; fails with a SystemExit that says what to do, and writes none where one is there."""
    if not NAME.fullmatch(name):
        raise SystemExit(f"tickethub: {name!r} is no name: use lower-case letters, digits and _: NAME=acme")
    if iskeyword(name) or iskeyword(name.capitalize()) or name in WORDS:
        raise SystemExit(f"tickethub: {name!r} is a word of Python or YAML: choose another NAME, such as {name}_erp")
    if kind not in KINDS:
        raise SystemExit(f"tickethub: there is no kind {kind!r}: KIND={'|'.join(KINDS)}")
    files = dict(written(name, kind))
    there = [str(path) for path in files if (root / path).exists()]
    if there:
        raise SystemExit(f"tickethub: there already: {', '.join(there)}. Choose another NAME, or remove them first.")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return list(files)


def main() -> None:
    """Write the files and say how to go on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--kind", required=True)
    told = parser.parse_args()
    made = make(ROOT, told.name, told.kind)
    print(*made, sep="\n")  # noqa: T201 - the answer of a command
    print(  # noqa: T201 - likewise
        f"They work as they are: .venv/bin/python -m pytest tests/contract/test_{told.name}.py\n"
        "Put the product's own words in their place, the twin first: it refuses whatever the vendor refuses.\n"
        "Then: make docs, which tells what the tests prove."
    )


if __name__ == "__main__":
    main()
