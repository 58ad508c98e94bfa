"""The series of Tryton that are proved: each in an environment of its own, made from a lock file of its own."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Series:
    """One series; ``rpc`` is what stands behind the database in its address, ``make`` what installs it.

    In 7.0 nobody may ask for the id of a shipped record: an administrator looks it up.
    """

    name: str
    environment: Path
    lock_file: Path
    make: str
    rpc: str
    offers_get_id: bool = True


TRYTON_80 = Series("8.0", ROOT / ".venv-tryton", ROOT / "requirements-tryton.lock", "tryton", "rpc/")
TRYTON_70 = Series(
    "7.0", ROOT / ".venv-tryton70", ROOT / "requirements-tryton70.lock", "tryton70", "", offers_get_id=False
)
