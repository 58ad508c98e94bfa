"""Mappings for tests: from a few lines, with a crosswalk of one's own."""

from collections.abc import Mapping as Table
from textwrap import dedent, indent

from hub.files.compiling import CompiledMapping, compile_mapping
from hub.files.mappings import parse_mapping

_HEAD = """\
map: thing/sys.object
version: 1
hub: {entity: thing}
"""


def make_mapping(fields: str, *, values: str = "", owner: str = "review", partial: bool = False) -> CompiledMapping:
    """A mapping of the given rule lines and value tables, both as YAML blocks."""
    blocks = [_HEAD, f"remote: {{system: sys, object: object, partial: {str(partial).lower()}}}\n"]
    blocks.append(f"sync: {{default_owner: {owner}}}\n")
    blocks += [f"{name}:\n{indent(dedent(text).strip(), '  ')}\n" for name, text in _named(values, fields) if text]
    return compile_mapping(parse_mapping("".join(blocks), "sys/thing.yaml"))


def _named(values: str, fields: str) -> list[tuple[str, str]]:
    return [("values", values), ("fields", fields)]


class FakeLinks:
    """A crosswalk of given pairs: entity to hub id to remote id."""

    def __init__(self, pairs: Table[str, Table[str, str]] | None = None) -> None:
        self.pairs = {entity: dict(ids) for entity, ids in (pairs or {}).items()}

    def to_remote(self, entity: str, hub_id: str) -> str | None:
        """The remote id of a pair."""
        return self.pairs.get(entity, {}).get(hub_id)

    def to_hub(self, entity: str, remote_id: str) -> str | None:
        """The hub id of a pair."""
        return next((mine for mine, theirs in self.pairs.get(entity, {}).items() if theirs == remote_id), None)
