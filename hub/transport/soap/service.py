"""One end point of a service: requests by its WSDL, and the answers to them."""

import threading
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from lxml import etree
from zeep import Client, Settings
from zeep.exceptions import Error as ZeepError
from zeep.proxy import ServiceProxy

from hub.domain.documents import Doc
from hub.domain.errors import AuthError, RejectedError
from hub.transport.bodies import BrokenAnswerError
from hub.transport.http import Answer, Request
from hub.transport.soap.envelope import body_of, fault_in
from hub.transport.soap.reading import RawReading, Typed
from hub.transport.soap.security import UsernameToken
from hub.transport.soap.sources import NoSourceError, Sources
from hub.transport.soap.types import Shapes
from hub.transport.soap.untyped import children
from hub.transport.soap.writing import ArgumentError, arguments

__all__ = ["Service", "WrongServiceError"]

UNWRITABLE = (ZeepError, TypeError, ValueError, AttributeError, ArithmeticError)


class WrongServiceError(AuthError):
    """A service that cannot be called, whatever is said to it: the system is paused, no record is at fault."""


class Loaded(NamedTuple):
    """A WSDL that was read: zeep's client, which keeps its types, and the operations at our address."""

    client: Client
    proxy: ServiceProxy


class Service:
    """One end point; threads may share it. Its WSDL is read once, when the first message is written."""

    def __init__(
        self,
        system: str,
        sources: Sources,
        address: str,
        *,
        name: tuple[str | None, str | None] = (None, None),
        security: UsernameToken | None = None,
        headers: Sequence[etree._Element] = (),
    ) -> None:
        self._system = system
        self._sources = sources
        self._address = address
        self._name = name  # of service and port; None: the first
        self._security = security
        self._headers = headers
        self._shapes = Shapes()
        self._loaded: Loaded | None = None
        self._loading = threading.Lock()

    def operations(self) -> Sequence[str]:
        """The names of all operations; WrongServiceError when the WSDL cannot be used."""
        return sorted(name for name, _ in self._ready().proxy)

    def request(self, operation: str, told: Doc) -> Request:
        """The message of an operation; RejectedError where the arguments do not fit it."""
        ready = self._ready()
        message = self._operation(ready, operation).input
        try:
            given = arguments(message.body.type, told, self._shapes) if message.body is not None else {}
            headers = self._soap_headers(message.nsmap["soap-env"])
            written: Request = ready.proxy[operation](**given, **({"_soapheaders": headers} if headers else {}))
        except ArgumentError as wrong:
            raise RejectedError(
                "{system}: {operation} has no argument {path}",
                system=self._system,
                operation=operation,
                path=wrong.path,
            ) from wrong
        except UNWRITABLE as wrong:
            raise RejectedError(
                "{system}: {operation} does not take what it is given: {kind}",
                system=self._system,
                operation=operation,
                kind=type(wrong).__name__,
            ) from wrong
        return written

    def reader(self, operation: str, raw: RawReading | None = None) -> Callable[[Answer], Doc]:
        """What makes a document of an answer to the operation; a fault is ``{fault: {code, subcode, ...}}``."""

        def read(answer: Answer) -> Doc:
            if answer.status == HTTPStatus.ACCEPTED and not answer.body.strip():
                return {}  # of an operation that does not wait for an answer
            body = body_of(answer)
            fault = fault_in(body)
            if fault is not None:
                return {"fault": fault}
            return self._typed(operation, body) if raw is None else raw.of(body)

        return read

    def _typed(self, operation: str, body: etree._Element) -> Doc:
        ready = self._ready()
        message = self._operation(ready, operation).output
        element = next(children(body), None)
        if message is None or message.body is None:
            return {}
        if element is None:
            raise BrokenAnswerError("an empty message")
        reading = Typed(body, self._shapes, ready.client.wsdl.types)
        if _is_whole_body(message):
            read = reading.value(body, message.body.type)
        elif element.tag != message.body.qname and not _is_rpc(message):
            raise BrokenAnswerError("another message")
        else:
            read = reading.value(element, message.body.type)
        return read if isinstance(read, dict) else {"value": read}

    def _soap_headers(self, envelope: str) -> list[etree._Element]:
        own = [self._security.header(envelope)] if self._security else []
        return [*own, *self._headers]

    def _operation(self, ready: Loaded, name: str) -> Any:
        found = ready.proxy._binding.all().get(name)  # noqa: SLF001 - zeep offers the binding under no other name
        if found is None:
            raise WrongServiceError("{system}: the WSDL has no operation {name}", system=self._system, name=name)
        return found

    def _ready(self) -> Loaded:
        if self._loaded is None:
            with self._loading:
                if self._loaded is None:
                    self._loaded = self._load()
        return self._loaded

    def _load(self) -> Loaded:
        try:
            client = Client(self._sources.wsdl, transport=self._sources, settings=SETTINGS)
            service, port = self._name
            bound = client.bind(service, port)
        except NoSourceError as wrong:
            place, reason = wrong.args
            raise self._wrong(f"{place}: {reason}") from wrong
        except (*UNWRITABLE, KeyError, IndexError, NotImplementedError, RecursionError) as wrong:
            raise self._wrong(f"{type(wrong).__name__}: {wrong}"[:300]) from wrong
        if bound is None:
            raise self._wrong("it has no service")
        return Loaded(client, ServiceProxy(client, bound._binding, address=self._address))  # noqa: SLF001 - as above

    def _wrong(self, reason: str) -> WrongServiceError:
        return WrongServiceError("{system}: the WSDL cannot be used: {reason}", system=self._system, reason=reason)


SETTINGS = Settings(raw_response=True, forbid_dtd=True, force_https=False)
"""``raw_response``: what the transport gives comes back untouched, which is the request that is to be sent."""


def _is_whole_body(message: Any) -> bool:
    """Whether the message has several parts, each an element of the body."""
    return bool(message.body.qname == etree.QName(message.nsmap["soap-env"], "Body"))


def _is_rpc(message: Any) -> bool:
    return bool(message.operation.style == "rpc")
