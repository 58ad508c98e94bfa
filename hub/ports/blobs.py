"""Photos, signatures and other evidence, by the hash of their bytes."""

from typing import Protocol


class Blobs(Protocol):
    """Files kept by content."""

    def put(self, data: bytes) -> str:
        """Keep the bytes; gives their SHA-256 in hex. Keeping them twice keeps them once."""
        ...

    def get(self, digest: str) -> bytes:
        """The bytes; NotFoundError when there are none."""
        ...
