"""Files on another machine, over SFTP; its key must be the one that the operator has named."""

import io
import socket
import stat
import struct
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from posixpath import join
from typing import TypeVar

from paramiko import ECDSAKey, Ed25519Key, PKey, RSAKey, SFTPAttributes, SFTPClient, SSHException, Transport
from paramiko.sftp import SFTPError
from paramiko.ssh_exception import AuthenticationException

from connectors.files.local import CLOCK
from connectors.files.places import MOST, Entry
from hub.domain.errors import AuthError, HubError, RejectedError, RetryableError
from hub.ports.hearing import heard

T = TypeVar("T")
Sftp = SFTPClient
BROKEN = (OSError, EOFError, SSHException, SFTPError, struct.error)  # also what no server of the protocol says


@dataclass(frozen=True)
class Host:
    """Whom to ask, as whom; ``key`` is the host's public key, such as ``ssh-ed25519 AAAA...``."""

    name: str
    port: int
    user: str
    key: str
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)


class SftpPlace:
    """A folder over there; threads take turns on one connection, which is made anew when it broke."""

    def __init__(self, system: str, host: Host, folder: str, *, seconds: float) -> None:
        self._system, self._host, self._root, self._seconds = system, host, folder or ".", seconds
        self._turn = threading.Lock()
        self._client: Sftp | None = None

    def listing(self, folder: str) -> Sequence[Entry]:
        """The files of a folder."""

        def work(sftp: Sftp) -> list[Entry]:
            sftp.stat(self._root)
            try:
                told = sftp.listdir_attr(join(self._root, folder))
            except FileNotFoundError:
                return []
            files = [one for one in told if stat.S_ISREG(one.st_mode or 0) and "/" not in one.filename]
            return [entry_of(folder, one.filename, one) for one in sorted(files, key=lambda one: one.filename)]

        return self._asked(work)

    def entry(self, path: str) -> Entry | None:
        """A file, without what it has."""

        def work(sftp: Sftp) -> Entry | None:
            sftp.stat(self._root)
            try:
                told = sftp.stat(join(self._root, path))
            except FileNotFoundError:
                return None
            folder, _, name = path.rpartition("/")
            return entry_of(folder, name, told) if stat.S_ISREG(told.st_mode or 0) else None

        return self._asked(work)

    def read(self, path: str) -> bytes | None:
        """A file, or a little more than may be read of it."""

        def work(sftp: Sftp) -> bytes | None:
            try:
                with sftp.open(join(self._root, path), "rb") as file:
                    size = file.stat().st_size or 0
                    if size <= MOST:  # a larger one is refused, or not as large as it is said to be
                        file.prefetch(size)
                    return file.read(MOST + 1)
            except FileNotFoundError:
                return None

        return self._asked(work)

    def write(self, path: str, content: bytes) -> None:
        """A new file, by way of one that nobody reads."""

        def work(sftp: Sftp) -> None:
            target = join(self._root, path)
            self._make(sftp, path)
            folder, _, name = target.rpartition("/")
            part = join(folder, f".{name}.part")
            with sftp.open(part, "wb") as file:
                file.write(content)
            sftp.posix_rename(part, target)

        self._asked(work)

    def move(self, path: str, target: str) -> None:
        """Another place in the folder."""

        def work(sftp: Sftp) -> None:
            self._make(sftp, target)
            sftp.posix_rename(join(self._root, path), join(self._root, target))

        self._asked(work)

    def now(self) -> datetime:
        """What the other side calls now."""

        def work(sftp: Sftp) -> datetime:
            clock = join(self._root, CLOCK)
            with sftp.open(clock, "wb") as file:
                file.write(b"")
            told = sftp.stat(clock).st_mtime or 0
            sftp.remove(clock)
            return datetime.fromtimestamp(told, UTC)

        return self._asked(work)

    def close(self) -> None:
        """End the connection."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):
                client.get_channel().get_transport().close()  # type: ignore[union-attr] # it has both while it is open

    def _make(self, sftp: Sftp, path: str) -> None:
        """Make the folders of a path."""
        here = self._root
        for part in path.split("/")[:-1]:
            here = join(here, part)
            try:
                sftp.stat(here)
            except FileNotFoundError:
                sftp.mkdir(here)

    def _asked(self, work: Callable[[Sftp], T]) -> T:
        """Do something over there. All of it may be repeated: a file is there whole, or under no name that counts."""
        with self._turn:
            try:
                self._client = self._client or self._connected()
                heard()
                return work(self._client)
            except PermissionError as error:
                raise AuthError(
                    "{system} does not let us in: correct the folder or its rights.", system=self._system
                ) from error
            except UnicodeError as error:
                self.close()
                raise RejectedError(
                    "{system}: a file in the folder has a name that is not UTF-8: rename it.", system=self._system
                ) from error
            except BROKEN as error:
                self.close()
                raise self._failure(error) from error

    def _failure(self, error: Exception) -> HubError:
        if isinstance(error, AuthenticationException):
            return AuthError("{system} does not let us in: correct user and password.", system=self._system)
        return RetryableError("{system} cannot be reached ({kind})", system=self._system, kind=type(error).__name__)

    def _connected(self) -> Sftp:
        host = self._host
        transport = Transport(socket.create_connection((host.name, host.port), timeout=self._seconds))
        transport.banner_timeout = transport.auth_timeout = self._seconds
        try:
            transport.start_client(timeout=self._seconds)
            self._check(transport.get_remote_server_key())
            if host.private_key:
                transport.auth_publickey(host.user, _private_key(host, self._system))
            else:
                transport.auth_password(host.user, host.password)
            client = Sftp.from_transport(transport)
        except BaseException:
            transport.close()
            raise
        if client is None:
            raise SSHException
        client.get_channel().settimeout(self._seconds)  # type: ignore[union-attr] # it has one: it was just opened
        return client

    def _check(self, offered: PKey) -> None:
        kind, _, rest = self._host.key.strip().partition(" ")
        if (kind, rest.partition(" ")[0]) != (offered.get_name(), offered.get_base64()):
            raise AuthError(
                "{system} shows another host key than the one in the settings: ask its operator.", system=self._system
            )


def entry_of(folder: str, name: str, told: SFTPAttributes) -> Entry:
    """A file as the other side tells it."""
    return Entry(f"{folder}/{name}", datetime.fromtimestamp(told.st_mtime or 0, UTC), told.st_size or 0)


def _private_key(host: Host, system: str) -> PKey:
    """The key of the settings, of whichever kind it is."""
    for kind in (Ed25519Key, ECDSAKey, RSAKey):
        with suppress(SSHException, ValueError, TypeError):
            return kind.from_private_key(io.StringIO(host.private_key))
    raise AuthError("{system}: the private key in the settings is none", system=system)
