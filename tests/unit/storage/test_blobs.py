"""Evidence is kept whole, once, by its content."""

import hashlib
from pathlib import Path

import pytest

from hub.domain.errors import InvalidError, NotFoundError
from hub.storage.blobs import FileBlobs


def test_bytes_come_back_by_their_digest_and_are_kept_once(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    digest = blobs.put(b"photo")
    assert digest == hashlib.sha256(b"photo").hexdigest()
    assert blobs.put(b"photo") == digest
    assert blobs.get(digest) == b"photo"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", "A" * 64, ""])
def test_what_is_not_there_is_not_found(tmp_path: Path, digest: str) -> None:
    with pytest.raises(NotFoundError):
        FileBlobs(tmp_path).get(digest)


def test_a_changed_file_is_not_given_out(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    digest = blobs.put(b"photo")
    (tmp_path / digest[:2] / digest).write_bytes(b"other")
    with pytest.raises(InvalidError, match="changed on disk"):
        blobs.get(digest)


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)  # a full disk, without filling one
    with pytest.raises(OSError, match="disk full"):
        FileBlobs(tmp_path).put(b"photo")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
