"""Records agreed pairs of a played demo beside the shipped mappings: ``python -m tests.record_pairs DIRECTORY``.

The directory is that of ``tickethub --dir DIRECTORY demo --once``, whose data is invented.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from hub.bootstrap import build
from hub.domain.documents import Doc
from hub.domain.mapping import Mapping
from hub.domain.mapping.codecs import Chain, Ref
from hub.domain.mapping.rules import ListRule, Rule
from hub.files.data import data_dir
from hub.files.mappings import load_mappings
from hub.files.settings import load
from hub.ports.links import Link
from hub.storage.tables.links import LINK

NOTE = "Recorded from a Tryton 8 with invented data, after both sides had agreed."
PAIRS = 3
OURS_ALONE = ("created_at", "updated_at", "version")
Agreed = tuple[Link, Doc]


def agreed(directory: Path) -> list[Agreed]:
    """Every active link with the hub's record as it is now."""
    with build(load(directory), os.environ, writes=False, systems=()) as container:

        def read(tx: Any) -> list[Agreed]:
            links = [tx.links.of_remote(row.system, row.object, row.external_id) for row in tx.links.rows(select(LINK))]
            return [(link, tx.records.need(link.entity, link.record_id).doc) for link in links]

        return container.hub.store.run(read)


def references(rules: tuple[Rule, ...]) -> Iterator[str]:
    """The entities that a mapping refers to."""
    for rule in rules:
        if isinstance(rule, ListRule):
            yield from references(rule.rules)
            continue
        parts = rule.codec.parts if isinstance(rule.codec, Chain) else (rule.codec,)
        yield from (part.entity for part in parts if isinstance(part, Ref))


def pair(mapping: Mapping, link: Link, record: Doc, known: list[Agreed]) -> Doc:
    """One recorded pair, with the links of what it refers to."""
    hub = {name: value for name, value in record.items() if name not in OURS_ALONE}
    text = json.dumps([hub, link.remote_shadow])
    wanted = set(references(mapping.spec.rules))
    links: dict[str, dict[str, str]] = {}
    for other, _ in known:
        if other.entity in wanted and other.record_id in text:
            links.setdefault(other.entity, {})[other.record_id] = other.external_id
    found = {"note": NOTE, "hub": hub, "remote": link.remote_shadow, "links": dict(sorted(links.items()))}
    return {name: value for name, value in found.items() if value}


def main(directory: Path) -> None:
    """Write up to three pairs for each mapping: the first two and the last."""
    known = agreed(directory)
    for mapping in load_mappings(data_dir("mappings")):
        mine = [each for each in known if each[0].entity == mapping.entity]
        file = data_dir("mappings") / mapping.spec.file
        folder = file.parent / "records" / file.stem
        folder.mkdir(parents=True, exist_ok=True)
        chosen = [*mine[: PAIRS - 1], mine[-1]] if len(mine) > PAIRS else mine
        for number, (link, record) in enumerate(chosen, 1):
            text = json.dumps(pair(mapping, link, record, known), ensure_ascii=False, indent=1)
            (folder / f"{number}.json").write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
