"""Where the shipped data lies: beside the packages in a checkout, inside the wheel when installed."""

from pathlib import Path

import hub

KINDS = ("config", "mappings", "schemas")


def data_dir(kind: str) -> Path:
    """The folder of one kind of data (config, mappings, schemas); fails on another kind."""
    if kind not in KINDS:
        raise ValueError(kind)
    package = Path(hub.__file__).parent
    checkout = package.parent / kind
    return checkout if (package.parent / "pyproject.toml").is_file() and checkout.is_dir() else package / "_data" / kind
