"""Letters by SMTP: encrypted unless the settings say otherwise, with a time limit on every step.

Until the server has the whole letter nothing has happened; after that its answer alone says whether it took it.
"""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP as POLICY

from hub.domain.errors import AuthError, HubError, RejectedError, RetryableError, UnknownOutcomeError
from hub.ports.notify import Letter
from hub.ports.secrets import Secret

FOR_GOOD = 500  # from here on an SMTP answer means: never
TAKEN = 250


@dataclass(frozen=True)
class SmtpNotifier:
    """Sends through one mail server; ``security`` is starttls, tls or none."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str | None = None
    password: Secret | None = None
    timeout: timedelta = timedelta(seconds=10)
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def send(self, letter: Letter) -> tuple[str, ...]:
        """Hand the letter over; gives the addresses that were refused while others were taken."""
        with self._translated(), self._connected() as server:
            refused = self._address(server, letter)
            self._hand_over(server, self._message(letter))
        return refused

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A session that is encrypted and signed in as the settings say."""
        seconds = self.timeout.total_seconds()
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=seconds, context=self.trust)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=seconds)
        try:
            if self.security == "starttls":
                server.starttls(context=self.trust)
            if self.user is not None and self.password is not None:
                server.login(self.user, self.password.reveal())
            yield server
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()  # the letter is taken already: how the session ends does not matter
        finally:
            server.close()

    def _address(self, server: smtplib.SMTP, letter: Letter) -> tuple[str, ...]:
        """Name sender and recipients; fails when no recipient is taken."""
        server.ehlo_or_helo_if_needed()
        code, _ = server.mail(self.sender)
        if code != TAKEN:
            raise self._refusal(code, "the sender")
        answers = {address: server.rcpt(address)[0] for address in letter.to}
        if all(code >= FOR_GOOD for code in answers.values()):
            raise self._refusal(FOR_GOOD, "every recipient")
        if not any(code < 300 for code in answers.values()):  # noqa: PLR2004 - 2xx: taken
            raise self._refusal(next(iter(answers.values())), "the recipients for now")
        return tuple(address for address, code in answers.items() if code >= 300)  # noqa: PLR2004

    def _hand_over(self, server: smtplib.SMTP, message: bytes) -> None:
        """Send the letter itself."""
        try:
            code, _ = server.data(message)
        except smtplib.SMTPDataError as error:
            raise self._refusal(error.smtp_code, "the letter") from error
        except (smtplib.SMTPException, OSError) as error:
            raise UnknownOutcomeError(
                "Mail server {host} took the letter, but did not say so ({reason}).",
                host=self.host,
                reason=type(error).__name__,
            ) from error
        if code != TAKEN:
            raise self._refusal(code, "the letter")

    def _refusal(self, code: int, what: str) -> HubError:
        """For good, or for now."""
        kind = RejectedError if code >= FOR_GOOD else RetryableError
        return kind("Mail server {host} refuses {what} ({code}).", host=self.host, what=what, code=code)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Errors before the letter was sent, in our words; no text of the server's goes into them."""
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            raise AuthError(
                "Mail server {host} does not let {user} in: correct mail.user or the secret of mail.password.",
                host=self.host,
                user=self.user,
            ) from error
        except (smtplib.SMTPNotSupportedError, ssl.SSLError) as error:
            raise RejectedError(
                "Mail server {host} offers no encryption that we trust ({reason}): correct mail.security or mail.host.",
                host=self.host,
                reason=type(error).__name__,
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise RetryableError(
                "Mail server {host} does not answer ({reason}).", host=self.host, reason=type(error).__name__
            ) from error

    def _message(self, letter: Letter) -> bytes:
        """The letter as it travels; a line break in a subject would begin a header of its own."""
        message = EmailMessage(policy=POLICY)
        message["From"] = self.sender
        message["To"] = ", ".join(letter.to)
        message["Subject"] = " ".join(letter.subject.split())
        message["Message-ID"] = f"<{letter.key}@{self.sender.partition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body, cte="quoted-printable")  # passes servers that know 7 bits only
        return message.as_bytes()
