"""The call that fetches a token: sent without a token, judged so that a refusal pauses the system."""

from collections.abc import Sequence

from hub.domain.documents import Doc
from hub.domain.errors import AuthError, HubError, NotFoundError, RejectedError, StaleError
from hub.transport.bodies import BrokenAnswerError, json_of
from hub.transport.http import HttpClient, Request
from hub.transport.outcomes import TokenRefusedError, outcomes_of
from hub.transport.places import Reply

REFUSED = (RejectedError, NotFoundError, StaleError)
USUAL: Sequence[Doc] = (
    {"at": "body.error", "is": ["temporarily_unavailable", "server_error", "slow_down"], "do": "retry"},
    {"status": [400, 401, 403, 404], "do": "locked_out", "reason": "body.error"},
)


class LogIn:
    """Logs in; ``errors`` are told by the connector file and come before the usual ones."""

    def __init__(self, http: HttpClient, errors: Sequence[Doc] = ()) -> None:
        self._http = http
        self._outcomes = outcomes_of([*errors, *USUAL])

    @property
    def system(self) -> str:
        """Of whom it is, for messages."""
        return self._http.system

    def send(self, request: Request) -> Reply:
        """The reply. AuthError when we are not let in; RetryableError when nobody knows: then nothing else was sent."""
        answer = self._http.send(request, write=False)
        try:
            doc = json_of(answer)
        except BrokenAnswerError as broken:
            if answer.status < 300:  # noqa: PLR2004 - not a refusal, whose page nobody reads
                raise self._http.lost(broken.kind, write=False) from broken
            doc = None
        reply = Reply(answer.status, answer.headers, doc, answer.cookies)
        try:
            return self._outcomes.judge(self.system, reply, write=False)
        except TokenRefusedError as error:
            raise self.refused(f"status {reply.status}") from error
        except REFUSED as error:
            raise self.refused(reason_of(error)) from error

    def refused(self, reason: str) -> AuthError:
        """The error of a log-in that was refused."""
        return AuthError(
            "{system} refuses the log-in ({reason}): correct its settings and secrets in hub.yaml",
            system=self.system,
            reason=reason,
        )


def reason_of(error: HubError) -> str:
    """What the system said."""
    return str(error.params.get("reason", error))
