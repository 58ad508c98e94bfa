"""Calls out of a connector file; what is wrong with its templates is said all at once, before anybody is called."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.rest.calls import Call, Shared, Texts
from connectors.rest.templates import Filler, TemplateError, compiled, names_in, path_of, text_of
from hub.domain.documents import Doc
from hub.domain.errors import FieldError
from hub.transport.caller import Caller
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
    "get": {"id", "fields"},
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

    shared: Shared
    connection: Doc
    caller: Callable[[Outcomes], Caller]
    settings: Mapping[str, Any]
    wrong: list[FieldError] = field(default_factory=list)

    def call(self, told: Doc, kind: str, at: str, own: Doc, *, method: str, page: Doc | None = None) -> Call:
        """One call; a template that cannot be filled goes among what is wrong."""
        send: Doc = (page or {}).get("send", {})
        trees = {
            word: {**self.connection.get(word, {}), **told.get(word, {}), **send.get(word, {})}
            for word in ("query", "headers")
        }
        needs = {name for tree in (told.get("path", ""), *trees.values(), told.get("body")) for name in names_in(tree)}
        self.check(needs, kind, at, own)
        language = self.connection.get("language", "plain")
        try:
            return Call(
                Shared(self.shared.base, {**self.shared.values, "own": own}, self.shared.turn),
                self.caller(outcomes_of([*told.get("errors", ()), *self.connection.get("errors", ())])),
                told.get("method", method),
                path_of(told.get("path", "")),
                texts(trees["query"], language),
                texts(trees["headers"], language),
                compiled(told["body"], language) if "body" in told else None,
                str(told.get("format", self.connection.get("format", "json"))),
                frozenset(name.partition(".")[0] for name in needs),
            )
        except TemplateError as error:
            self.wrong.append(FieldError(at, "{error}", {"error": str(error)}))
            return Call(self.shared, self.caller(Outcomes()), "GET", str)

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
            if base not in KNOWN[kind] | ALWAYS or (base in known and rest not in known[base]):
                told = ", ".join(sorted(KNOWN[kind] | {"own.NAME", "settings.NAME"}))
                self.wrong.append(FieldError(at, "there is no {name} here: {known}", {"name": name, "known": told}))


def texts(trees: Mapping[str, Any], language: str) -> Texts:
    """Names with what fills their values."""
    return tuple((name, text_of(tree, language)) for name, tree in trees.items())
