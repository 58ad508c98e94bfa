"""One declared call: its templates, and what its answers mean."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from connectors.rest.body import form_text, json_text
from connectors.rest.templates import MISSING, Filler, Values
from hub.domain.errors import RejectedError
from hub.transport.caller import Caller
from hub.transport.http import Request
from hub.transport.places import Reply

CONTENT = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
WRITERS: Mapping[str, Callable[[Any], str]] = {"json": json_text, "form": form_text}
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


def _told(texts: Texts, values: Values) -> tuple[tuple[str, str], ...]:
    return tuple((name, told) for name, text in texts if (told := text(values)) is not None)
