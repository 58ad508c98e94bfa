"""Photos, signatures and other evidence as files, named by the SHA-256 of their bytes."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from hub.domain.errors import InvalidError, NotFoundError

DIGEST = re.compile(r"[0-9a-f]{64}")


class FileBlobs:
    """Files below one directory, two hundred and fifty-six folders wide."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put(self, data: bytes) -> str:
        """Keep the bytes: they are on disk under their name, whole, before this returns."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, data)
            sync_directory(path.parent)
            sync_directory(self._directory)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes; NotFoundError when there are none, InvalidError when the disk has changed them."""
        if not DIGEST.fullmatch(digest):
            raise NotFoundError("There is no file {digest}.", digest=digest[:64])
        try:
            data = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFoundError("There is no file {digest}.", digest=digest) from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise InvalidError("The file {digest} was changed on disk: restore it from the backup.", digest=digest)
        return data

    def _path(self, digest: str) -> Path:
        return self._directory / digest[:2] / digest


def write_whole(path: Path, data: bytes) -> None:
    """Write a file all or nothing, durably."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
