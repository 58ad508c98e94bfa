"""Calls to the services of one system: addresses, headers, reading of answers, and what their errors mean."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urljoin, urlsplit

from connectors.odata.answers import ETAG, STANDARD, Answers, Rows, enveloped, etag_of, told_at
from connectors.odata.asking import JSON, Query, Write
from connectors.odata.csrf import CsrfAuth
from connectors.odata.metadata import Model, model_of
from connectors.odata.values import V4
from hub.domain.documents import Doc
from hub.domain.errors import (
    AuthError,
    HubError,
    NotFoundError,
    RejectedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.ports.connector import Setup
from hub.transport.auth import auth_of
from hub.transport.bodies import xml_of
from hub.transport.caller import Caller, Reply
from hub.transport.http import Answer, Request, http_of
from hub.transport.outcomes import outcomes_of
from hub.transport.templates import filled

T = TypeVar("T")


class Wire:
    """Speaks to the services of one system as one user; threads may share it."""

    def __init__(self, setup: Setup) -> None:
        told = setup.connection
        self.system = setup.system
        self.settings = setup.settings
        self.page = int(told.get("page", 200))
        self._root = filled(told["url"], setup.settings).rstrip("/") + "/"
        self._query = [
            (name, value)
            for name, template in told.get("query", {}).items()
            if (value := filled(str(template), setup.settings))
        ]
        self._http = http_of(setup, self._root)
        self._plain = auth_of(told.get("auth", {}), setup, self._http)
        self.outcomes = outcomes_of([*told.get("errors", ()), *STANDARD])
        self._auth = CsrfAuth(self._plain, self._answer_to, self._service_of) if told.get("csrf") else self._plain
        self._callers: dict[Callable[[Answer], Any], Caller] = {}
        self._models: dict[str, Model] = {}
        self._modelling = threading.Lock()
        self.answers = Answers()

    # --- what a service says of itself

    def model(self, service: str) -> Model:
        """The metadata of a service, asked for once."""
        with self._modelling:
            if service not in self._models:
                self._models[service] = self.model_now(service)
                self.answers.names.update(
                    name for each in self._models[service].entities.values() for name in each.properties
                )
            return self._models[service]

    def model_now(self, service: str) -> Model:
        """The metadata of a service as it is now."""
        request = Request("GET", self.address(service, "$metadata"), {"Accept": "application/xml"}, self._query)
        try:
            reply = self._caller(xml_of).call(request, write=False)
        except NotFoundError as error:
            template = "{system} does not offer the service {service}"
            raise RejectedError(template, system=self.system, service=service) from error
        return model_of(reply.doc)

    def forget(self, service: str) -> None:
        """Ask for the metadata of a service anew: what is known may be old."""
        with self._modelling:
            self._models.pop(service, None)

    # --- reading

    def rows(
        self, service: str, path: str, query: Query, version: int, headers: Mapping[str, str] | None = None
    ) -> Rows:
        """A list of entities."""
        return self._listed(self.address(service, path), [*query.options, *self._query], version, headers or {})

    def follow(self, link: str, version: int, *, base: str) -> Rows:
        """What a link of the server's own leads to; RejectedError when it leads to another host."""
        address = urljoin(base, link)
        if _origin(address) != _origin(self._root) or not urlsplit(address).path.startswith(urlsplit(self._root).path):
            raise RejectedError("{system} leads to another address than its own: not followed", system=self.system)
        asked = {name for name, _ in _pairs(address)}
        return self._listed(address, [pair for pair in self._query if pair[0] not in asked], version, {})

    def _listed(self, address: str, query: Sequence[tuple[str, str]], version: int, headers: Mapping[str, str]) -> Rows:
        request = Request("GET", address, {"Accept": JSON[version], **headers}, query)
        reply = self._caller(self.answers.json).call(request, write=False)
        rows, then, delta = enveloped(reply.doc, version)
        if rows is None or not all(isinstance(row, dict) for row in rows):
            raise self._http.lost("not OData", write=False)
        return Rows(tuple(rows), then, delta, told_at(reply))

    def one(self, service: str, path: str, query: Query, version: int) -> Doc | None:
        """One entity; None when the system says that there is none."""
        request = Request("GET", self.address(service, path), {"Accept": JSON[version]}, [*query.options, *self._query])
        try:
            reply = self._caller(self.answers.json).call(request, write=False)
        except NotFoundError:
            return None
        found = reply.doc.get("d", reply.doc) if version != V4 and isinstance(reply.doc, dict) else reply.doc
        if not isinstance(found, dict):
            raise self._http.lost("not OData", write=False)
        etag = reply.headers.get("ETag")
        return {**found, ETAG: etag} if etag and not etag_of(found) else found

    def now(self, service: str) -> datetime | None:
        """The system's own clock."""
        request = Request("GET", self.address(service, ""), {"Accept": "application/json"}, self._query)
        return told_at(self._caller(self.answers.json).call(request, write=False))

    # --- writing

    def write(self, service: str, write: Write, version: int) -> Reply:
        """One write, judged."""
        address = self.address(service, write.path)
        request = Request(write.method, address, write.headers(version), [*write.query, *self._query], write.bytes)
        try:
            return self._caller(self.answers.json).call(request, write=True)
        except NotFoundError as error:
            raise RejectedError(error.template, **error.params) from error

    def post(self, service: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """A body of our own making; its answer is left to the caller as it is."""
        request = Request("POST", self.address(service, path), headers, self._query, body)
        return self._caller(self.answers.whole).call(request, write=True)

    def after_write(self, work: Callable[[], T]) -> T:
        """Do what follows a write that has happened: a failure now leaves the outcome to be looked up."""
        try:
            return work()
        except (RetryableError, RejectedError, AuthError, StaleError) as error:
            raise UnknownOutcomeError(
                "{system}: written, but not read back: {error}", system=self.system, error=str(error)
            ) from error

    def lost(self, kind: str, *, write: bool) -> HubError:
        """The error of an answer that is none."""
        return self._http.lost(kind, write=write)

    # --- addresses

    def address(self, service: str, path: str) -> str:
        """The address of something in a service."""
        return f"{self._root}{service}/{path}"

    def _service_of(self, address: str) -> str:
        known = [self.address(service, "") for service in self._models]
        return next((root for root in known if address.startswith(root)), self._root)

    def _answer_to(self, request: Request) -> Answer:
        """The answer to a read that is signed with the credentials alone, as it is."""
        reply = Caller(self._http, self._plain, self.outcomes, read=self.answers.whole).call(request, write=False)
        answer: Answer = reply.doc
        return answer

    def _caller(self, read: Callable[[Answer], Any]) -> Caller:
        return self._callers.setdefault(read, Caller(self._http, self._auth, self.outcomes, read=read))


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port


def _pairs(address: str) -> Iterable[tuple[str, str]]:
    return parse_qsl(urlsplit(address).query, keep_blank_values=True)
