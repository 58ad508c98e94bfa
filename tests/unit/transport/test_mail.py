"""Letters reach a mail server, and every way in which it can fail is told apart."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_string
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hub.domain.errors import AuthError, RejectedError, RetryableError, UnknownOutcomeError
from hub.ports.notify import Letter
from hub.ports.secrets import Secret
from hub.transport.mail import SmtpNotifier

LETTER = Letter("n1", ("stock@example.com",), "工单 T-1", "请备件\nPump 1\n")


class Server:
    """A mail server of the fewest words: one session, with answers that a test may change."""

    def __init__(self, context: ssl.SSLContext | None = None, **answers: str | None) -> None:
        self.answers = answers
        self.context = context
        self.heard: list[str] = []
        self.letter = ""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listening.close()
        self._thread.join(10)

    def _serve(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except OSError:
            return
        with connection:
            self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        lines = connection.makefile("rwb")
        say(lines, "220 ready")
        while line := lines.readline().decode().rstrip("\r\n"):
            self.heard.append(line)
            verb = line.partition(" ")[0].lower()
            if verb == "data" and "data" not in self.answers:
                say(lines, "354 go on")
                self.letter = letter_from(lines)
                verb = "letter"
            answer = self._answer(verb, DEFAULTS.get(verb, "250 ok"))
            if answer is None:
                break
            say(lines, answer)
            if verb == "starttls" and self.context:
                lines.close()
                try:
                    connection = self.context.wrap_socket(connection, server_side=True)
                except (ssl.SSLError, OSError):
                    break
                lines = connection.makefile("rwb")
        lines.close()
        connection.close()

    def _answer(self, verb: str, default: str) -> str | None:
        return self.answers.get(verb, default)


DEFAULTS = {"ehlo": "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN", "starttls": "220 go", "quit": "221 bye"}


def letter_from(lines: Any) -> str:
    """What comes up to the lone dot."""
    return "".join(iter(lambda: lines.readline().decode(), ".\r\n"))


def say(lines: Any, text: str | None) -> None:
    lines.write(f"{text}\r\n".encode())
    lines.flush()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(context: ssl.SSLContext | None = None, **answers: str | None) -> Server:
        servers.append(Server(context, **answers))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def notifier(server: Server, **facts: object) -> SmtpNotifier:
    facts = {"security": "none", "timeout": timedelta(seconds=5), **facts}
    return SmtpNotifier("127.0.0.1", server.port, "hub@example.com", **facts)  # type: ignore[arg-type] # a test names what differs


def test_a_letter_arrives_whole_in_any_language(serve: Callable[..., Server]) -> None:
    server = serve()
    assert notifier(server).send(LETTER) == ()
    message = message_from_string(server.letter)
    body = message.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().splitlines() == ["请备件", "Pump 1"]
    assert message["Message-ID"] == "<n1@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_line_break_in_a_subject_begins_no_header(serve: Callable[..., Server]) -> None:
    server = serve()
    notifier(server).send(Letter("n1", ("a@example.com",), "x\r\nBcc: b@example.com", "y"))
    message = message_from_string(server.letter)
    assert message["Bcc"] is None
    assert message["Subject"] == "x Bcc: b@example.com"


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"mail": "550 no"}, RejectedError),
        ({"rcpt": "550 nobody"}, RejectedError),
        ({"rcpt": "451 later"}, RetryableError),
        ({"data": "451 later"}, RetryableError),
        ({"letter": "554 spam"}, RejectedError),
        ({"letter": "452 full"}, RetryableError),
        ({"letter": None}, UnknownOutcomeError),
        ({"mail": None}, RetryableError),
    ],
)
def test_each_refusal_says_what_to_do(
    serve: Callable[..., Server], answers: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error) as refused:
        notifier(serve(**answers)).send(LETTER)
    assert type(refused.value) is error


def test_addresses_that_are_refused_beside_others_are_given_back(serve: Callable[..., Server]) -> None:
    class Picky(Server):
        def _answer(self, verb: str, default: str) -> str | None:
            return "550 nobody" if verb == "rcpt" and "gone" in self.heard[-1] else super()._answer(verb, default)

    server = Picky()
    refused = notifier(server).send(Letter("n1", ("a@example.com", "gone@example.com"), "x", "y"))
    server.close()
    assert refused == ("gone@example.com",)


def test_a_server_that_is_not_there_is_asked_again_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(RetryableError, match="does not answer"):
        SmtpNotifier("127.0.0.1", port, "hub@example.com", security="none").send(LETTER)


def test_a_refused_sign_in_never_shows_the_password(serve: Callable[..., Server]) -> None:
    server = serve(auth="535 no")
    with pytest.raises(AuthError, match=r"correct mail\.user") as refused:
        notifier(server, user="hub", password=Secret("geheim")).send(LETTER)
    assert "geheim" not in f"{refused.value!r} {refused.value} {notifier(server, password=Secret('geheim'))!r}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1, signed by itself, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(pem + built.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_session_is_encrypted_before_anything_is_said(serve: Callable[..., Server], certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = serve(context)
    trust = ssl.create_default_context(cafile=certificate)
    notifier(server, security="starttls", trust=trust).send(LETTER)
    verbs = [line.partition(" ")[0].lower() for line in server.heard]
    assert verbs.index("starttls") < verbs.index("mail")
    assert server.letter


def test_a_server_that_we_do_not_trust_gets_nothing(serve: Callable[..., Server], certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = serve(context)
    with pytest.raises(RejectedError, match="no encryption that we trust"):
        notifier(server, security="starttls").send(LETTER)
    assert not any(line.lower().startswith("mail") for line in server.heard)


def test_a_server_without_encryption_gets_nothing(serve: Callable[..., Server]) -> None:
    server = serve(ehlo="250 here")
    with pytest.raises(RejectedError, match="no encryption that we trust"):
        notifier(server, security="starttls").send(LETTER)
