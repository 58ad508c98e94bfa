"""An SFTP server on the loopback address, by the same library's server side; its files lie in a folder of the test."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_OK


class Door(paramiko.ServerInterface):
    """Lets one user in."""

    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == ("hub", "right")
        return AUTH_SUCCESSFUL if right else AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        right = username == "hub" and key.get_base64() == Server.client_key.get_base64()
        return AUTH_SUCCESSFUL if right else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"


class Handle(paramiko.SFTPHandle):
    """An open file."""

    def stat(self) -> Any:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))  # type: ignore[attr-defined] # set by Folder.open


class Folder(paramiko.SFTPServerInterface):
    """What may be done with the files of ``Server.root``."""

    def _path(self, path: str) -> Path:
        return Server.root / self.canonicalize(path).lstrip("/")

    def list_folder(self, path: str) -> Any:
        try:
            found = list(self._path(path).iterdir())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return [paramiko.SFTPAttributes.from_stat(each.stat(), each.name) for each in found]

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(self._path(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def open(self, path: str, flags: int, attr: Any) -> Any:
        writes = flags & (os.O_WRONLY | os.O_RDWR)
        try:
            file = self._path(path).open("wb" if writes else "rb")
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        handle: Any = Handle(flags)
        handle.filename, handle.readfile, handle.writefile = path, file, file
        return handle

    def remove(self, path: str) -> int:
        self._path(path).unlink()
        return SFTP_OK

    def mkdir(self, path: str, attr: Any) -> int:
        self._path(path).mkdir()
        return SFTP_OK

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        self._path(oldpath).replace(self._path(newpath))
        return SFTP_OK


@dataclass
class Server:
    """Where it listens, and the key that it shows."""

    port: int
    host_key: str
    root = Path()
    client_key = paramiko.ECDSAKey.generate()
    transports: "list[paramiko.Transport]"

    def break_off(self) -> None:
        """End every connection."""
        for transport in self.transports:
            transport.close()


@contextmanager
def serving(root: Path) -> Iterator[Server]:
    """Serve a folder."""
    key = paramiko.ECDSAKey.generate()
    Server.root = root
    listening = socket.create_server(("127.0.0.1", 0))
    server = Server(listening.getsockname()[1], f"{key.get_name()} {key.get_base64()}", [])

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                transport = paramiko.Transport(connection)
                transport.add_server_key(key)
                transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Folder)
                server.transports.append(transport)
                with suppress(paramiko.SSHException, EOFError):
                    transport.start_server(server=Door())

    thread = threading.Thread(target=accept, name="sftp-server", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        server.break_off()
        thread.join()
