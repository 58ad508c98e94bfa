"""Files on this machine, or on what is mounted there."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from connectors.files.places import MOST, Entry
from hub.domain.errors import AuthError, RejectedError, RetryableError
from hub.ports.hearing import heard

CLOCK = ".tickethub-clock"  # touched to learn what time it is there


class LocalPlace:
    """A folder of the file system."""

    def __init__(self, system: str, folder: str) -> None:
        self._system = system
        self._root = Path(folder)

    def listing(self, folder: str) -> Sequence[Entry]:
        """The files of a folder."""
        with self._translated():
            self._enter()
            try:
                found = os.scandir(self._root / folder)
            except FileNotFoundError:
                return []
            with found:
                files = sorted((one for one in found if one.is_file()), key=attrgetter("name"))
                "".join(one.name for one in files).encode()  # UnicodeError for a name that no table could hold
                return [_entry(f"{folder}/{one.name}", one.stat()) for one in files]

    def entry(self, path: str) -> Entry | None:
        """A file, without what it has."""
        with self._translated():
            self._enter()
            try:
                told = (self._root / path).stat()
            except FileNotFoundError:
                return None
            return _entry(path, told) if S_ISREG(told.st_mode) else None

    def read(self, path: str) -> bytes | None:
        """A file, or a little more than may be read of it."""
        with self._translated():
            self._enter()
            try:
                with (self._root / path).open("rb") as file:
                    return file.read(min(os.fstat(file.fileno()).st_size, MOST + 1))
            except FileNotFoundError:
                return None

    def write(self, path: str, content: bytes) -> None:
        """A new file, by way of one that nobody reads."""
        with self._translated():
            self._enter()
            target = self._root / path
            part = target.with_name(f".{target.name}.part")
            try:
                part.write_bytes(content)
            except FileNotFoundError:
                target.parent.mkdir(parents=True, exist_ok=True)
                part.write_bytes(content)
            part.replace(target)

    def move(self, path: str, target: str) -> None:
        """Another place in the folder."""
        with self._translated():
            here, there = self._root / path, self._root / target
            try:
                here.replace(there)
            except FileNotFoundError:
                there.parent.mkdir(parents=True, exist_ok=True)
                here.replace(there)

    def now(self) -> datetime:
        """What the file system calls now."""
        with self._translated():
            clock = self._root / CLOCK
            clock.touch()
            moment = datetime.fromtimestamp(clock.stat().st_mtime, UTC)
            clock.unlink()
            return moment

    def _enter(self) -> None:
        """Nothing, where the folder is there: a mount that is away is no empty folder."""
        if not S_ISDIR(self._root.stat().st_mode):
            raise NotADirectoryError
        heard()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (PermissionError, NotADirectoryError) as error:
            raise AuthError(
                "{system} does not let us in: correct the folder or its rights.", system=self._system
            ) from error
        except UnicodeError as error:
            raise RejectedError(
                "{system}: a file in the folder has a name that is not UTF-8: rename it.", system=self._system
            ) from error
        except OSError as error:
            raise RetryableError(
                "{system} cannot be reached ({kind})", system=self._system, kind=type(error).__name__
            ) from error


def _entry(path: str, told: os.stat_result) -> Entry:
    return Entry(path, datetime.fromtimestamp(told.st_mtime, UTC), told.st_size)
