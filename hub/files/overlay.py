"""How an operator's files are laid over the shipped ones.

Maps are merged key by key, down to the leaves; a list or a value of the overlay replaces the shipped one; null removes
it. So an overlay says only what differs, by the path of the rule.
"""

from pathlib import Path
from typing import Any

import orjson

from hub.files.yaml import read_yaml


def merge(base: Any, over: Any) -> Any:
    """The shipped value with the operator's laid over it."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    both = {key: merge(base.get(key), value) if key in base else value for key, value in over.items()}
    return {key: value for key, value in {**base, **both}.items() if value is not None}


def overlaid(base: Path | None, over: Path | None) -> str:
    """The text of a shipped file, of the operator's, or of both as one (as JSON, which is YAML too).

    InvalidError names the file that is not YAML.
    """
    texts = [path.read_text("utf-8") for path in (base, over) if path is not None]
    if len(texts) == 1 or base is None or over is None:
        return texts[0]
    shipped, own = (read_yaml(text, str(path)).data for text, path in zip(texts, (base, over), strict=True))
    return orjson.dumps(merge(shipped, own)).decode()
