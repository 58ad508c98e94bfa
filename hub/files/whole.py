"""Files that others read: each is there whole or not at all, whenever we are killed."""

from pathlib import Path
from tempfile import NamedTemporaryFile


def put_in_place(path: Path, text: str) -> None:
    """Write a file by way of one that nobody reads, of a name of its own: two who write at once spoil nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False) as part:
        pass
    try:
        there = Path(part.name)
        there.write_text(text, "utf-8")
        there.chmod(mode)
        there.replace(path)
    except BaseException:  # Ctrl+C, too
        Path(part.name).unlink(missing_ok=True)
        raise
