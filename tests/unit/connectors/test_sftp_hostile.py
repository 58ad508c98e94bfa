"""An SFTP server that lies: about sizes, about names, about what it was asked."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest

from connectors.files.sftp import Host, SftpPlace
from hub.domain.errors import RejectedError, RetryableError
from tests.sftp_server import Folder, Handle, Server, serving


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text("id\n1\n", "utf-8")
    return tmp_path


@pytest.fixture
def server(root: Path) -> Iterator[Server]:
    with serving(root) as made:
        yield made


@pytest.fixture
def place(server: Server) -> Iterator[SftpPlace]:
    made = SftpPlace("depot", Host("127.0.0.1", server.port, "hub", server.host_key, "right"), "/", seconds=10)
    yield made
    made.close()


def named(name: Any) -> Any:
    told: Any = paramiko.SFTPAttributes()
    told.filename, told.st_mode, told.st_size, told.st_mtime, told.st_atime = name, 0o100644, 1, 1, 1
    told.longname = b"" if isinstance(name, bytes) else ""
    return told


def test_no_more_is_asked_for_than_is_read_of_a_file_that_is_said_to_be_huge(
    place: SftpPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lying(self: Handle) -> Any:
        told = paramiko.SFTPAttributes()
        told.st_size = 2**62
        return told

    monkeypatch.setattr(Handle, "stat", lying)
    assert place.read("in/a.csv") == b"id\n1\n"


def test_a_name_that_leads_elsewhere_is_no_file_of_the_folder(
    place: SftpPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["../x.csv", "/etc/passwd", "..", "b.csv"]
    monkeypatch.setattr(Folder, "list_folder", lambda *_: [named(name) for name in names])
    assert [entry.path for entry in place.listing("in")] == ["in/b.csv"]


def test_a_name_that_is_not_utf_8_is_told(place: SftpPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paramiko.SFTPAttributes, "__str__", lambda _: "")
    monkeypatch.setattr(Folder, "list_folder", lambda *_: [named("客户.csv".encode("gb18030"))])
    with pytest.raises(RejectedError, match="not UTF-8: rename it"):
        place.listing("in")
    monkeypatch.undo()
    assert [entry.path for entry in place.listing("in")] == ["in/a.csv"]


@pytest.mark.parametrize("error", [paramiko.sftp.SFTPError("Expected handle"), struct.error("too short")])
def test_an_answer_that_is_none_of_the_protocol_is_tried_again(
    place: SftpPlace, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_: object) -> Any:
        raise error

    monkeypatch.setattr(paramiko.SFTPClient, "listdir_attr", broken)
    with pytest.raises(RetryableError, match="cannot be reached"):
        place.listing("in")
    monkeypatch.undo()
    assert [entry.path for entry in place.listing("in")] == ["in/a.csv"]
