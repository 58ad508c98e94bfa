"""HTTP to a connected system: time limits on everything, a size limit, and one translation of failures.

Whether a failed call may have taken effect is what a caller must know: a request that cannot have reached the system
raises RetryableError; a write whose answer was lost, broken or came from something in between raises
UnknownOutcomeError. No text of an answer's body goes into an error.
"""

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError

from hub.domain.errors import AuthError, HubError, RateLimitedError, RejectedError, RetryableError, UnknownOutcomeError
from hub.ports.connector import Setup
from hub.ports.hearing import heard
from hub.transport.connections import GuardedAdapter
from hub.transport.deadline import Call, within
from hub.transport.guard import Guard, guard_of, origin_of
from hub.transport.session import LeanSession

CHUNK = 65_536
LOCKED_OUT = frozenset({401, 403, 404, 407})
NEVER_RAN = frozenset({408, 425, 503})  # the system says that it did not take the request up
UNREADABLE = (HTTPError, OSError)  # what requests does not translate while a body is read
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HARMLESS = frozenset({"accept", "accept-language", "user-agent"})  # headers that may go to another origin
HEADER = re.compile(r"[!#-'*+.^_`|~0-9A-Za-z-]+:(?:[!-~\xa0-\xff][\t -~\xa0-\xff]*)?")  # as RFC 9110 has it
NOT_ADDRESSES = (
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
)


@dataclass(frozen=True)
class Limits:
    """How long to wait for a connection, between two bytes, and in all (seconds); how much to take (bytes)."""

    connect: float = 5
    read: float = 30
    total: float = 60
    size: int = 20_000_000
    redirects: int = 3


@dataclass(frozen=True)
class Request:
    """One call, as it goes over the wire; ``query`` is put behind the address in its order."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Sequence[tuple[str, str]] = ()
    body: bytes | None = None
    follow: bool = True  # redirects, of GET and HEAD only


@dataclass(frozen=True)
class Answer:
    """What came back, whole; ``cookies`` are those that it sets."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: Mapping[str, str] = field(default_factory=dict)


def http_of(setup: Setup, *urls: str) -> "HttpClient":
    """The client of a system that the operator told to be at these addresses; credentials go nowhere else."""
    seconds = float(setup.settings.get("request_seconds", 60))
    guard = guard_of(setup.system, urls, setup.private_hosts)
    return HttpClient(setup.system, Limits(read=seconds, total=seconds), guard)


class Session(LeanSession):
    """Leads nowhere by itself: requests would read the whole body of a redirect to say where it leads."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere."""


class HttpClient:
    """Calls one system; threads may share it. Without a guard of its own it reaches the public network alone."""

    def __init__(self, system: str, limits: Limits | None = None, guard: Guard | None = None) -> None:
        self.system = system
        self.guard = guard or Guard(system)
        self._limits = limits or Limits()
        self._http = Session()
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, GuardedAdapter(self.guard))
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))  # a session's cookies go with its token

    def post_json(self, url: str, document: Any, *, headers: Mapping[str, str], write: bool) -> Answer:
        """Send a document and return the whole answer, whatever its status; ``write``: it may change something."""
        sent = {"Content-Type": "application/json", **headers}
        return self.send(Request("POST", url, sent, body=json.dumps(document, allow_nan=False).encode()), write=write)

    def send(self, request: Request, *, write: bool) -> Answer:
        """Make one call and return the whole answer, whatever its status; ``write``: it may change something.

        RejectedError, and nothing is sent, where a value can stand in no header.
        """
        self._check(request.headers)
        with within(self._limits.total) as call:
            answer = self._once(request, call, write=write)
            for _ in range(self._limits.redirects):
                onward = redirected(request, answer)
                if onward is None:
                    break
                request = onward
                answer = self._once(request, call, write=write)
            return answer

    def _check(self, headers: Mapping[str, str]) -> None:
        """A line break would begin another header; what is not of one byte has no form that all agree on."""
        for name, value in headers.items():
            if not HEADER.fullmatch(f"{name}:{value}"):
                raise RejectedError(
                    "{system}: {name} can be sent in no header: it has a line break, or signs that are not Latin.",
                    system=self.system,
                    name=name.splitlines()[0] if name.splitlines() else "-",
                )

    def _once(self, request: Request, call: Call, *, write: bool) -> Answer:
        try:
            answer = self._http.request(
                request.method,
                request.url,
                params=list(request.query),
                data=request.body,
                headers=dict(request.headers),
                timeout=(self._limits.connect, self._limits.read),
                stream=True,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise self._failure(error, write=write) from error
        heard()
        with answer:
            body = self._read(answer, write=write)
        if call.was_ended:  # where it was ended in its head, what there was looks like a whole answer
            raise self.lost("too slow", write=write)
        return Answer(answer.status_code, answer.headers, body, answer.cookies.get_dict())

    def lost(self, kind: str, *, write: bool) -> HubError:
        """The error of a call whose answer is not one: look first after a write, ask again after a read."""
        if write:
            return UnknownOutcomeError(
                "{system}: the answer to a write is lost ({kind})", system=self.system, kind=kind
            )
        return RetryableError("{system}: no usable answer ({kind})", system=self.system, kind=kind)

    def _read(self, answer: requests.Response, *, write: bool) -> bytes:
        deadline = time.monotonic() + self._limits.total
        if "," in answer.headers.get("Content-Encoding", ""):  # a bomb within a bomb: nobody else does it
            raise self.lost("packed twice", write=write)
        body = bytearray()
        try:
            for chunk in answer.iter_content(CHUNK):
                body += chunk
                if len(body) > self._limits.size:
                    raise self.lost("too large", write=write)
                if time.monotonic() > deadline:
                    raise self.lost("too slow", write=write)
        except (requests.RequestException, *UNREADABLE) as error:
            raise self.lost(type(error).__name__, write=write) from error
        return bytes(body)

    def _failure(self, error: requests.RequestException, *, write: bool) -> HubError:
        if isinstance(error, NOT_ADDRESSES):
            return AuthError("{system}: the address in the settings is not one", system=self.system)
        if isinstance(error, (requests.ConnectTimeout, requests.exceptions.SSLError)) or _refused(error):
            kind = type(error).__name__
            return RetryableError("{system} cannot be reached ({kind})", system=self.system, kind=kind)
        return self.lost(type(error).__name__, write=write)


def _refused(error: requests.RequestException) -> bool:
    """Whether no connection came about, so that nothing was sent."""
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def redirected(request: Request, answer: Answer) -> Request | None:
    """Where a redirect leads on from a GET or HEAD, never from an encrypted to a plain connection; None otherwise.

    To another origin nothing goes along that could let somebody in.
    """
    if not request.follow or answer.status not in REDIRECTS or request.method not in {"GET", "HEAD"}:
        return None
    try:
        url = urljoin(request.url, answer.headers.get("Location", ""))
    except ValueError:
        return None
    here, there = origin_of(request.url), origin_of(url)
    if here is None or there is None or (here[0], there[0]) == ("https", "http"):
        return None
    kept = request.headers if here == there else {n: v for n, v in request.headers.items() if n.lower() in HARMLESS}
    return Request(request.method, url, kept)


def refusal(client: HttpClient, answer: Answer, *, write: bool) -> HubError:
    """The error that a status other than success means, where the system has no words of its own for it."""
    status, system = answer.status, client.system
    if status in LOCKED_OUT:
        return AuthError("{system} does not let us in: status {status}", system=system, status=status)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimitedError("{system} asks for patience", retry_after=seconds_of(answer.headers), system=system)
    if status in NEVER_RAN:
        return RetryableError("{system} is not available: status {status}", system=system, status=status)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return RejectedError("{system} refused the request: status {status}", system=system, status=status)
    return client.lost(f"status {status}", write=write)


def seconds_of(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds; where it is a date, by the clock of who wrote it. None where it says nothing usable."""
    told = headers.get("Retry-After", "")
    if told.isdecimal():
        return float(told)
    try:
        return (parsedate_to_datetime(told) - parsedate_to_datetime(headers.get("Date", ""))).total_seconds()
    except (ValueError, TypeError):  # TypeError: one of the dates has no zone
        return None
