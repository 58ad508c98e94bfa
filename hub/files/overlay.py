"""Where shipped files lie, and how an operator's files are laid over them.

Maps are merged key by key, down to the leaves; a list or a value of the overlay replaces the shipped one; null removes
it. So an overlay says only what differs, by the path of the rule.
"""

from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent.parent
FOLDERS = ("config", "mappings", "connectors", "schemas")


def shipped() -> Path:
    """The folder with config/, mappings/ and schemas/: inside an installed wheel, or the checkout."""
    inside = PACKAGE / "_data"
    return inside if inside.is_dir() else PACKAGE.parent


def merge(base: Any, over: Any) -> Any:
    """The shipped value with the operator's laid over it."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    both = {key: merge(base.get(key), value) if key in base else value for key, value in over.items()}
    return {key: value for key, value in {**base, **both}.items() if value is not None}
