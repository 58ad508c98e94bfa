"""One declared call of a remote procedure: what JSON-RPC and XML-RPC share."""

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from hub.domain.documents import Doc
from hub.domain.errors import AuthError, RejectedError
from hub.transport.caller import Caller
from hub.transport.declared.assembling import Turn
from hub.transport.declared.call import CallerOf, Told
from hub.transport.declared.templates import MISSING, Filler, TemplateError, Values, compiled, path_of
from hub.transport.http import Request
from hub.transport.outcomes import outcomes_of
from hub.transport.places import Reply

LOG_IN = frozenset({"login"})
NUMBERS = itertools.count(1)  # of calls; an answer with another one is the answer to another call


class Form(Protocol):
    """How a call and its answer are written."""

    content: str
    failed: Sequence[Doc]  # what its own errors mean, where the connector file says nothing of them

    def body(self, number: int, method: str, params: Any) -> bytes:
        """A call with its number. RejectedError when a value cannot be written."""
        ...

    def is_answer(self, doc: Doc, number: int) -> bool:
        """Whether a document is what a call with this number is answered."""
        ...


@dataclass
class LogIn:
    """The answer of a log-in that every call has to show, such as the number of our user: asked once."""

    call: "RpcCall | None" = None
    told: Any = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def values(self) -> Doc:
        """What templates may name. AuthError when the log-in answers nothing."""
        if self.call is None:
            return {}
        with self.lock:
            if not self.told:
                self.told = self.call.read({}).doc
            if not self.told:
                raise AuthError("{system} does not let us in: the log-in is refused", system=self.call.system)
            return {"login": self.told}


@dataclass(frozen=True)
class RpcCall:
    """One call; ``envelope`` is the outer call that carries it, where the product has one method for all others."""

    form: Form
    base: str
    values: Values
    turn: Turn
    caller: Caller
    path: Callable[[Values], str]
    method: Filler
    params: Filler
    named: Filler
    envelope: Filler | None = None
    envelope_method: str = ""
    log_in: LogIn = field(default_factory=LogIn)
    needs: frozenset[str] = frozenset()

    @property
    def system(self) -> str:
        """The system's name in our configuration, for messages."""
        return self.caller.http.system

    def read(self, values: Values) -> Reply:
        """Make a call that changes nothing."""
        return self._send(values, write=False)

    def write(self, values: Values) -> Reply:
        """Make a call that may change something."""
        return self._send(values, write=True)

    def follow(self, address: str, values: Values) -> Reply:  # noqa: ARG002 - a promise of every call
        """Nowhere: a procedure has no address."""
        raise RejectedError("{system}: pages of procedures have no address", system=self.system)

    def _send(self, values: Values, *, write: bool) -> Reply:
        told = {**self.values, **self.log_in.values(), **values}
        method, params = self._asked(told)
        number = next(NUMBERS)
        headers = {"Content-Type": self.form.content, "Accept": self.form.content}
        request = Request("POST", self.base + self.path(told), headers, body=self.form.body(number, method, params))
        with self.turn():
            reply = self.caller.call(request, write=write)
        if not isinstance(reply.doc, dict) or not self.form.is_answer(reply.doc, number):
            raise self.caller.http.lost("no answer to a call", write=write)
        return replace(reply, doc=reply.doc.get("result"))

    def _asked(self, told: Values) -> tuple[str, Any]:
        method, params, named = str(self.method(told)), _list(self.params(told)), _none(self.named(told))
        if self.envelope is None:
            return method, named if named is not None else params
        inner = {**told, "method": method, "params": params, "named": named or {}}
        return self.envelope_method, self.envelope(inner)


@dataclass(frozen=True)
class OverRpc:
    """Makes calls of procedures: templates of the method's name, its arguments in their order, those by name."""

    form: Form
    base: str
    connection: Doc
    settings: Values
    turn: Turn
    caller: CallerOf
    log_in: LogIn = field(default_factory=LogIn)

    def __post_init__(self) -> None:
        told = self.connection.get("login")
        if told is not None:
            outcomes = outcomes_of([*told.get("errors", ()), *self.connection.get("errors", ())])
            plain = Told(told, {}, {}, "", "plain", frozenset(), outcomes)
            self.log_in.call = self._call(plain, envelope=None, log_in=LogIn())

    @property
    def names(self) -> frozenset[str]:
        """What templates may name beside what all may."""
        return LOG_IN if "login" in self.connection else frozenset()

    def trees(self, call: Doc, page: Doc) -> list[Any]:  # noqa: ARG002 - a page is sent among the arguments
        """The templates of a call."""
        return [call.get(word) for word in ("path", "method", "params", "named")]

    def made(self, told: Told) -> RpcCall:
        """The call."""
        if told.call.get("bare"):
            return self._call(told, None, LogIn())
        return self._call(told, self.connection.get("envelope"), self.log_in)

    def _call(self, told: Told, envelope: Doc | None, log_in: LogIn) -> RpcCall:
        call = told.call
        if "method" not in call:
            raise TemplateError("a call has no method")
        path = str(call.get("path", self.connection.get("path", "")))
        rules = replace(told.outcomes, rules=(*told.outcomes.rules, *outcomes_of(self.form.failed).rules))
        return RpcCall(
            form=self.form,
            base=self.base,
            values={"settings": self.settings, "own": {**told.own, **call.get("own", {})}},
            turn=self.turn,
            caller=self.caller(rules),
            path=path_of(path),
            method=compiled(call["method"]),
            params=compiled(call.get("params", []), told.language),
            named=compiled(call.get("named"), told.language),
            envelope=None if envelope is None else compiled(envelope["params"], told.language),
            envelope_method="" if envelope is None else envelope["method"],
            log_in=log_in,
            needs=told.needs,
        )


def _list(told: Any) -> list[Any]:
    return [] if told in (None, MISSING) else list(told)


def _none(told: Any) -> Any:
    return None if told is MISSING else told
