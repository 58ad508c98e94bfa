"""Calls out of a connector file; what is wrong with its templates is said all at once, before anybody is called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import FieldError
from hub.transport.declared.call import Call, CallerOf, Style, Told, Unmade
from hub.transport.declared.templates import Filler, TemplateError, compiled, names_in
from hub.transport.outcomes import Outcomes, outcomes_of

PAGE = {"size", "offset", "page", "last", "last_at", "cursor"}
LISTED = PAGE | {"fields"}
KNOWN: Mapping[str, set[str]] = {
    "probe": set(),
    "describe": set(),
    "list": LISTED | {"since", "until"},
    "feeds": LISTED | {"since", "until"},
    "deleted": LISTED | {"since", "until"},
    "ids": LISTED,
    "within": LISTED | {"at", "until", "beyond"},
    "get": LISTED | {"id"},
    "many": LISTED | {"ids"},
    "find": LISTED | {"field", "value"},
    "create": {"doc", "its", "key"},
    "resume": LISTED | {"doc", "its", "key"},
    "then": {"id", "doc", "its", "key"},
    "update": {"id", "doc", "its", "changes", "changed", "version", "key"},
    "act": {"id", "action", "key"},
    "batch": {"items"},
    "children": LISTED | {"id"},
    "row": {"id", "row", "doc", "changes"},
    "command": {"row", "doc", "changes"},
}
ALWAYS = {"settings", "own"}


@dataclass
class Maker:
    """Makes the calls of one system; ``wrong`` gathers what cannot be made."""

    style: Style
    connection: Doc
    caller: CallerOf
    settings: Mapping[str, Any]
    wrong: list[FieldError] = field(default_factory=list)

    def call(self, told: Doc, kind: str, at: str, own: Doc, *, method: str, page: Doc | None = None) -> Call:
        """One call; a template that cannot be filled goes among what is wrong."""
        needs = {name for tree in self.style.trees(told, page or {}) for name in names_in(tree)}
        self.check(needs, kind, at, own)
        try:
            return self.style.made(
                Told(
                    told,
                    page or {},
                    own,
                    method,
                    self.connection.get("language", "plain"),
                    frozenset(name.partition(".")[0] for name in needs),
                    outcomes_of([*told.get("errors", ()), *self.connection.get("errors", ())]),
                )
            )
        except TemplateError as error:
            self.wrong.append(FieldError(at, "{error}", {"error": str(error)}))
            return Unmade(self.caller(Outcomes()))

    def filler(self, tree: Any, kind: str, at: str, own: Doc) -> Filler:
        """A template that is no call."""
        self.check(set(names_in(tree)), kind, at, own)
        try:
            return compiled(tree, self.connection.get("language", "plain"))
        except TemplateError as error:
            self.wrong.append(FieldError(at, "{error}", {"error": str(error)}))
            return lambda _: None

    def check(self, needs: Iterable[str], kind: str, at: str, own: Doc) -> None:
        """Every name must be one that is told there."""
        for name in sorted(needs):
            base, _, rest = name.partition(".")
            known: Mapping[str, Any] = {"settings": self.settings, "own": own}
            if base not in KNOWN[kind] | ALWAYS | self.style.names or (base in known and rest not in known[base]):
                told = ", ".join(sorted(KNOWN[kind] | self.style.names | {"own.NAME", "settings.NAME"}))
                self.wrong.append(FieldError(at, "there is no {name} here: {known}", {"name": name, "known": told}))
