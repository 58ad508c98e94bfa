"""The text that is being generated: lines with their depth, names that are free, constants of the module.

Text of a mapping file reaches a line through ``repr()`` alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Writer:
    """Collects the lines of a module; functions are written one after the other."""

    lines: list[str] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    """Names of the module by the expressions that they stand for: runtime parts, tables, codecs."""
    functions: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """Small functions of the module, with their names, by what they are for."""
    depth: int = 0
    count: int = 0

    def line(self, text: str) -> None:
        """Add a line at the present depth."""
        self.lines.append("    " * self.depth + text)

    def note(self, text: str) -> None:
        """Add a comment: what a person reads beside the code."""
        self.line(f"# {text!r}")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Add a line that ends with a colon, and what follows one deeper."""
        self.line(f"{head}:")
        self.depth += 1
        yield
        self.depth -= 1

    def name(self, stem: str) -> str:
        """A name that nothing else has."""
        self.count += 1
        return f"{stem}_{self.count}"

    def let(self, stem: str, expression: str) -> str:
        """A name of the module for an expression; the same expression has the same name."""
        if expression not in self.constants:
            self.constants[expression] = self.name(stem)
        return self.constants[expression]

    def text(self, head: list[str]) -> str:
        """The whole module, with so many lines before it."""
        named = [f"{name} = {expression}" for expression, name in self.constants.items()]
        small = [line for _, lines in self.functions.values() for line in ["", "", *lines]]
        return "\n".join([*head, "", *named, *small, *self.lines, ""])
