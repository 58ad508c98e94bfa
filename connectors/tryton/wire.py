"""Tryton's JSON-RPC: a log-in session, its answers and its errors in the words of our port."""

import base64
import json
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from connectors.tryton.series import Series, is_of
from hub.domain.errors import (
    AuthError,
    HubError,
    RejectedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.domain.telling import without_values
from hub.transport.bodies import no_number
from hub.transport.http import Answer, HttpClient, refusal

T = TypeVar("T")
LANGUAGE = "en"  # units, terms and refusals are compared and shown in one language, whatever the user's is
ELSEWHERE = frozenset({401, 403, 404, 405})  # what a series answers at the address of another
WARNINGS_AT_MOST = 5  # one call may ask several questions, one after the other


class WarningError(RejectedError):
    """Tryton asks whether it may go on; ``name`` is the question's, with the records it is about in front."""

    def __init__(self, template: str, /, *, name: str, **params: object) -> None:
        super().__init__(template, **params)
        self.name = name

    @property
    def kind(self) -> str:
        """Which question it is, whatever the record."""
        return self.name.partition(".")[2]


class Wire:
    """Speaks to one database as one user; threads may share it."""

    def __init__(
        self,
        http: HttpClient,
        url: str,
        database: str,
        login: tuple[str, str],
        *,
        series: Sequence[Series],
        one_at_a_time: bool,
    ) -> None:
        self._http = http
        self._known = series
        self._root = url.rstrip("/")
        self._database = database
        self._login = login
        self._turn: AbstractContextManager[Any] = threading.Lock() if one_at_a_time else nullcontext()
        self._logging_in = threading.Lock()
        self._finding = threading.Lock()
        self._found: Series | None = None
        self._session: str | None = None
        self._context: dict[str, Any] = {}

    @property
    def known(self) -> Sequence[Series]:
        """The series that the connector file declares."""
        return self._known

    @property
    def system(self) -> str:
        """The system's name in our configuration, for messages."""
        return self._http.system

    @property
    def company(self) -> int:
        """The company that our user works in; raises RejectedError when it has none."""
        self._logged_in()
        if not self._context.get("company"):
            raise RejectedError(
                "{system}: our user has no company there: choose one in its preferences", system=self.system
            )
        return int(self._context["company"])

    @property
    def series(self) -> Series:
        """The series that answers here, asked once; one that the file does not know goes by where it answers."""
        with self._finding:
            if self._found is None:
                at, answer = self._first_answer()
                version = str(self._result(answer, write=False))
                self._found = next((each for each in self._known if is_of(version, each)), at)
            return self._found

    def version(self) -> tuple[str, datetime | None]:
        """Say the version of Tryton and the time of its clock, without a log-in."""
        _, answer = self._first_answer()
        told = answer.headers.get("Date")
        return str(self._result(answer, write=False)), parsedate_to_datetime(told) if told else None

    def _first_answer(self) -> tuple[Series, Answer]:
        """The first series at whose address somebody tells a version; what the last one said when nobody does."""
        for each in self._known:
            answer = self._post(f"{self._root}/{each.path}", "common.server.version", [], {}, write=False)
            if answer.status not in ELSEWHERE:
                break
        return each, answer

    def read(self, method: str, *arguments: Any, **context: Any) -> Any:
        """Call a method that changes nothing, such as ``party.party.search``."""
        return self._call(f"model.{method}", list(arguments), context, write=False)

    def write(self, method: str, *arguments: Any, accept: Sequence[str] = (), **context: Any) -> Any:
        """Call a method that changes something; questions of the accepted kinds are answered with yes."""
        for _ in range(WARNINGS_AT_MOST):
            try:
                return self._call(f"model.{method}", list(arguments), context, write=True)
            except WarningError as asked:
                if asked.kind not in accept:
                    raise
                self._call("model.res.user.warning.skip", [asked.name, False], {}, write=True)
        raise RejectedError(
            "{system} asks the same question again and again ({method})", system=self.system, method=method
        )

    def split(self, move: int, quantity: float) -> None:
        """Split a stock move in two with Tryton's wizard: the given quantity, and the rest as a new move."""
        on = {"active_model": "stock.move", "active_id": move, "active_ids": [move]}
        wizard = "wizard.stock.move.split"
        session, start, _ = self._call(f"{wizard}.create", [], on, write=True)
        shown = self._call(f"{wizard}.execute", [session, {}, start], on, write=True)["view"]["defaults"]
        form = {"unit": shown["unit"], "uom_category": shown["uom_category"], "quantity": quantity, "count": 1}
        self._call(f"{wizard}.execute", [session, {start: form}, "split"], on, write=True)
        self._call(f"{wizard}.delete", [session], on, write=True)

    def after_write(self, work: Callable[[], T]) -> T:
        """Do what follows a write that has happened: a failure now leaves the outcome to be looked up."""
        try:
            return work()
        except (RetryableError, RejectedError, AuthError, StaleError) as error:
            raise UnknownOutcomeError(
                "{system}: written, but not read back: {error}", system=self.system, error=str(error)
            ) from error

    def _call(self, method: str, arguments: list[Any], context: dict[str, Any], *, write: bool) -> Any:
        session = self._logged_in()
        answer = self._ask(method, arguments, context, session, write=write)
        if answer.status == HTTPStatus.UNAUTHORIZED:  # refused before anything ran, so the same call may be made again
            session = self._logged_in(stale=session)
            answer = self._ask(method, arguments, context, session, write=write)
        return self._result(answer, write=write)

    def _ask(self, method: str, arguments: list[Any], context: dict[str, Any], session: str, *, write: bool) -> Answer:
        params = [*arguments, {**self._context, **context}]
        return self._post(self._address, method, params, {"Authorization": f"Session {session}"}, write=write)

    @property
    def _address(self) -> str:
        return f"{self._root}/{quote(self._database, safe='')}/{self.series.path}"

    def _post(self, url: str, method: str, params: list[Any], headers: dict[str, str], *, write: bool) -> Answer:
        with self._turn:
            return self._http.post_json(
                url, {"id": 0, "method": method, "params": params}, headers=headers, write=write
            )

    def _logged_in(self, *, stale: str | None = None) -> str:
        """A session that is not the stale one; many threads that find theirs ended log in once."""
        with self._logging_in:
            if self._session is None or self._session == stale:
                self._session = self._log_in()
                preferences = self._ask("model.res.user.get_preferences", [True], {}, self._session, write=False)
                self._context = {**self._result(preferences, write=False), "language": LANGUAGE}
            return self._session

    def _log_in(self) -> str:
        user, password = self._login
        answer = self._post(self._address, "common.db.login", [user, {"password": password}, LANGUAGE], {}, write=False)
        number, token, *_ = self._result(answer, write=False)
        return base64.b64encode(f"{user}:{number}:{token}".encode()).decode()

    def _result(self, answer: Answer, *, write: bool) -> Any:
        if answer.status == HTTPStatus.FORBIDDEN:  # the user is known: it is the method that is not offered
            raise RejectedError("{system} does not offer what was asked: status 403", system=self.system)
        if answer.status != HTTPStatus.OK:
            raise refusal(self._http, answer, write=write)
        try:
            told = json.loads(answer.body, parse_constant=no_number)
            error, result = told.get("error"), told.get("result")
        except (ValueError, AttributeError, RecursionError) as wrong:  # such as the log-in page of a proxy
            raise self._http.lost("not JSON-RPC", write=write) from wrong
        if error is not None:
            raise self._refusal(error)
        return result

    def _refusal(self, error: Any) -> HubError:
        """What an error inside an answer means. Tryton has rolled back: nothing was written."""
        kind, details = [*error, None, None][:2] if isinstance(error, list) else (str(error), None)
        words = details if isinstance(details, list) else [details]
        match kind:
            case "ConcurrencyException":
                return StaleError("{system}: the record was changed there meanwhile", system=self.system)
            case "LoginException":
                return AuthError("{system} asks for more than a password", system=self.system)
            case "UserWarning":
                name, question = str(words[0]), _sentences(words[1:])
                return WarningError("{system} asks: {reason}", name=name, system=self.system, reason=question)
            case "UserError":
                return RejectedError("{system} refused: {reason}", system=self.system, reason=_sentences(words[:2]))
            case _:
                return RejectedError(
                    "{system} failed inside: {reason}. Its log tells where.", system=self.system, reason=str(kind)[:200]
                )


def _sentences(words: Sequence[Any]) -> str:
    """Message and description as Tryton shows them, one after the other, without the values that it quotes."""
    return without_values(". ".join(str(word).rstrip(".") for word in words if word))
