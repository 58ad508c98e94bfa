"""One declared call over HTTP: its templates, and what its answers mean."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from hub.domain.documents import Doc
from hub.domain.errors import RejectedError
from hub.transport.caller import Caller
from hub.transport.declared.body import form_text, json_text
from hub.transport.declared.call import CallerOf, Told
from hub.transport.declared.templates import MISSING, Filler, Values, compiled, path_of, text_of
from hub.transport.http import Request
from hub.transport.places import Reply

CONTENT = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
WRITERS: Mapping[str, Callable[[Any], str]] = {"json": json_text, "form": form_text}
NAMED = ("query", "headers")
Texts = tuple[tuple[str, Callable[[Values], str | None]], ...]


@dataclass(frozen=True)
class Shared:
    """What all calls to a system share; ``turn`` is held where it takes one call at a time."""

    base: str
    values: Values
    turn: Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Call:
    """One call; ``needs`` are the names that its templates use."""

    shared: Shared
    caller: Caller
    method: str
    path: Callable[[Values], str]
    query: Texts = ()
    headers: Texts = ()
    body: Filler | None = None
    format: str = "json"
    needs: frozenset[str] = frozenset()

    def read(self, values: Values) -> Reply:
        """Make a call that changes nothing."""
        return self._send(self.request(values), write=False)

    def write(self, values: Values) -> Reply:
        """Make a call that may change something."""
        return self._send(self.request(values), write=True)

    def follow(self, address: str, values: Values) -> Reply:
        """Read on at an address that an answer told; RejectedError when it leads to another system."""
        url = urljoin(self.shared.base, address)
        if urlsplit(url)[:2] != urlsplit(self.shared.base)[:2]:
            raise RejectedError("{system} sends us on to another address", system=self.caller.http.system)
        query = tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        headers = _told(self.headers, self._all(values))
        return self._send(Request("GET", urlsplit(url)._replace(query="").geturl(), dict(headers), query), write=False)

    def request(self, values: Values) -> Request:
        """The call as it goes out, but for our credentials."""
        values = self._all(values)
        headers = {"Accept": "application/json", **dict(_told(self.headers, values))}
        if wrong := next((name for name, told in headers.items() if not told.isprintable()), None):
            raise RejectedError("{name} cannot stand in a header: it has control characters", name=wrong)
        body = MISSING if self.body is None else self.body(values)
        if body is MISSING:
            content = None
        else:
            content = WRITERS[self.format](body).encode()
            headers = {"Content-Type": CONTENT[self.format], **headers}
        return Request(self.method, self.shared.base + self.path(values), headers, _told(self.query, values), content)

    def _all(self, values: Values) -> Values:
        return {**self.shared.values, **values}

    def _send(self, request: Request, *, write: bool) -> Reply:
        with self.shared.turn():
            return self.caller.call(request, write=write)


@dataclass(frozen=True)
class OverHttp:
    """Makes calls: templates of path, query, headers and body; query and headers stand on those of all calls."""

    shared: Shared
    connection: Doc
    caller: CallerOf

    @property
    def names(self) -> frozenset[str]:
        """Nothing more than others."""
        return frozenset()

    def trees(self, call: Doc, page: Doc) -> list[Any]:
        """The templates of a call."""
        return [call.get("path", ""), *(self._named(word, call, page) for word in NAMED), call.get("body")]

    def made(self, told: Told) -> Call:
        """The call."""
        call = told.call
        query, headers = (_texts(self._named(word, call, told.page), told.language) for word in NAMED)
        return Call(
            Shared(self.shared.base, {**self.shared.values, "own": told.own}, self.shared.turn),
            self.caller(told.outcomes),
            call.get("method", told.method),
            path_of(call.get("path", "")),
            query,
            headers,
            compiled(call["body"], told.language) if "body" in call else None,
            str(call.get("format", self.connection.get("format", "json"))),
            told.needs,
        )

    def _named(self, word: str, call: Doc, page: Doc) -> Doc:
        sent: Doc = page.get("send", {})
        return {**self.connection.get(word, {}), **call.get(word, {}), **sent.get(word, {})}


def _texts(trees: Mapping[str, Any], language: str) -> Texts:
    return tuple(
        (name, text_of(each, language))
        for name, tree in trees.items()
        for each in (tree if isinstance(tree, list) else [tree])
    )


def _told(texts: Texts, values: Values) -> tuple[tuple[str, str], ...]:
    return tuple((name, told) for name, text in texts if (told := text(values)) is not None)
