"""Regular expressions out of files that others wrote: matched in time that grows with the text, or given up."""

from functools import lru_cache
from typing import Any

import jsonschema_rs

MOST_STEPS = 10_000  # of an expression with look-around, which the linear engine does not know
MOST_BYTES = 1_000_000  # of a compiled expression: a{1000}{1000} is refused


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern of a JSON Schema is found in a text; one that cannot be used, or takes too long, is not."""
    validator = _validator(pattern)
    if validator is None:
        return False
    try:
        return bool(validator.is_valid(text))
    except ValueError:  # it went back and forth too often
        return False


def is_usable(pattern: str) -> bool:
    """Whether a pattern can be compiled, in any of its dialects and within bounds."""
    return _validator(pattern) is not None


@lru_cache(maxsize=1024)
def _validator(pattern: str) -> Any:
    schema = {"type": "string", "pattern": pattern}
    engines = (
        jsonschema_rs.RegexOptions(size_limit=MOST_BYTES),
        jsonschema_rs.FancyRegexOptions(backtrack_limit=MOST_STEPS, size_limit=MOST_BYTES),
    )
    for engine in engines:
        try:
            return jsonschema_rs.validator_for(schema, pattern_options=engine)
        except ValueError:
            continue
    return None
