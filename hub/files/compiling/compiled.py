"""A mapping that runs on generated code."""

import linecache
from collections.abc import Callable
from collections.abc import Mapping as Table
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hub.domain.documents import Doc
from hub.domain.mapping.compiled import Mapping
from hub.domain.mapping.ends import Node
from hub.domain.mapping.links import NO_LINKS, Refs
from hub.domain.mapping.paths import Condition
from hub.domain.mapping.rules import MappingSpec
from hub.domain.mapping.values import clone
from hub.files.compiling import days, expressions, numbers, rows, running
from hub.files.compiling.module import module_text

Carry = Callable[[Doc, Doc | None, Refs], Doc]
_RUNTIME: Table[str, Any] = {
    "EMPTY": running.EMPTY,
    "NUMBERS": running.NUMBERS,
    "GaveUpError": running.GaveUpError,
    "push_part": running.push_part,
    "pull_part": running.pull_part,
    "meaning_of": running.meaning_of,
    "carried_by": running.carried_by,
    "odd_row": rows.odd_row,
    "copied_rows": rows.copied_rows,
    "copied": rows.copied,
    "drop_rows": rows.drop_rows,
    "fixed_text": numbers.fixed_text,
    "number_out": numbers.number_out,
    "number_in": numbers.number_in,
    "scaled_out": numbers.scaled_out,
    "scaled_in": numbers.scaled_in,
    "exact_number": numbers.exact_number,
    "day_text": days.day_text,
    "Condition": Condition,
    "Node": Node,
    "clone": clone,
    **expressions.RUNTIME,
}
"""What generated code calls, by the names that it uses."""


@dataclass(frozen=True, repr=False)
class CompiledMapping(Mapping):
    """A mapping whose push and pull are Python of our own making.

    What a record holds beside the mapped fields is shared with the old document, not copied: documents are values.
    Where the code raises, because a record is to be refused or holds something unusual, the reference carries the
    record over, or says everything that is wrong with it; it is slower, and nobody waits for a refusal.
    """

    @cached_property
    def source(self) -> str:
        """The generated text."""
        return module_text(self.spec.name, self.parts, partial=self.spec.partial)

    def push(self, hub: Doc, remote_old: Doc | None, refs: Refs = NO_LINKS) -> Doc:
        """As ``Mapping.push``, fast."""
        try:
            return self.quick_push(hub, remote_old, refs)
        except Exception:  # noqa: BLE001 - whatever it is, the reference meets it too, and reports it
            return super().push(hub, remote_old, refs)

    def pull(self, remote: Doc, hub_old: Doc | None, refs: Refs = NO_LINKS) -> Doc:
        """As ``Mapping.pull``, fast."""
        try:
            return self.quick_pull(remote, hub_old, refs)
        except Exception:  # noqa: BLE001 - whatever it is, the reference meets it too, and reports it
            return super().pull(remote, hub_old, refs)

    @cached_property
    def quick_push(self) -> Carry:
        """The generated function alone; raises where it leaves a record to the reference."""
        return self._functions["push"]

    @cached_property
    def quick_pull(self) -> Carry:
        """The generated function alone; raises where it leaves a record to the reference."""
        return self._functions["pull"]

    @cached_property
    def _functions(self) -> Table[str, Carry]:
        """The functions of the generated module; a traceback shows their lines."""
        file = f"<mapping {self.spec.name}>"
        namespace: dict[str, Any] = {**_RUNTIME, "parts": self.parts}
        exec(compile(self.source, file, "exec"), namespace)  # noqa: S102 - a text of our own making, see writer.py
        linecache.cache[file] = (len(self.source), None, self.source.splitlines(keepends=True), file)
        return {"push": namespace["push"], "pull": namespace["pull"]}


def compile_mapping(spec: MappingSpec) -> CompiledMapping:
    """Make a parsed mapping ready to run, fast."""
    return CompiledMapping(spec)
