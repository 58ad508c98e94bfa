"""Paths of this site."""

from urllib.parse import SplitResult, urlsplit

NOWHERE = SplitResult("", "", "", "", "")


def parts_of(url: str) -> SplitResult:
    """The parts of an address that a browser told; none of one that cannot be read."""
    try:
        return urlsplit(url)
    except ValueError:
        return NOWHERE


def own_path(path: str | None) -> str:
    """A path of this site to go back to; the start for anything else, so that nobody is sent away."""
    parts = parts_of(path or "/")
    is_ours = not parts.scheme and not parts.netloc and parts.path.startswith("/") and "\\" not in (path or "")
    return path if path and is_ours and not path.startswith("//") else "/"
