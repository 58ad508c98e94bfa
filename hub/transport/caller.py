"""One call as a driver makes it: signed, sent, read and judged, with a renewed token once where the old one ended."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hub.domain.errors import AuthError
from hub.transport.auth import Auth
from hub.transport.bodies import BrokenAnswerError, json_of
from hub.transport.http import Answer, HttpClient, Request
from hub.transport.outcomes import Outcomes, TokenRefusedError
from hub.transport.places import Reply

__all__ = ["Caller", "Reply"]


class Caller:
    """Calls one system in its way; threads may share it."""

    def __init__(
        self, http: HttpClient, auth: Auth, outcomes: Outcomes, *, read: Callable[[Answer], Any] = json_of
    ) -> None:
        self.http = http
        self._auth = auth
        self._outcomes = outcomes
        self._read = read

    def call(self, request: Request, *, write: bool) -> Reply:
        """The reply of a call that went well; raises the errors of ``hub.domain.errors`` otherwise.

        A refused token is known to have been refused before anything ran, so the call is made again with a new one.
        What an answer named (a file, the next page) and lies elsewhere is asked for without our credentials.
        """
        if not self.http.guard.is_home(request.url):
            return self._unsigned(request, write=write)
        signed = self._auth.sign(request)
        try:
            return self._once(signed, write=write)
        except TokenRefusedError as error:
            if not self._auth.renew(signed):
                raise self._locked_out() from error
        try:
            return self._once(self._auth.sign(request), write=write)
        except TokenRefusedError as error:
            raise self._locked_out() from error

    def _unsigned(self, request: Request, *, write: bool) -> Reply:
        try:
            return self._once(request, write=write)
        except TokenRefusedError as error:
            raise self._locked_out() from error

    def _once(self, signed: Request, *, write: bool) -> Reply:
        follow = signed.follow and not self._outcomes.tells_of_redirects
        answer = self.http.send(replace(signed, follow=follow), write=write)
        try:
            doc = self._read(answer)
        except BrokenAnswerError as broken:
            if 200 <= answer.status < 300:  # noqa: PLR2004 - success
                raise self.http.lost(broken.kind, write=write) from broken
            doc = None
        return self._outcomes.judge(self.http.system, Reply(answer.status, answer.headers, doc), write=write)

    def _locked_out(self) -> AuthError:
        return AuthError("{system} does not let us in: {reason}", system=self.http.system, reason="status 401")
