"""How an operator's settings and schemas are laid over the shipped ones.

Maps are merged key by key, down to the leaves; a list or a value of the overlay replaces the shipped one; null removes
it. So an overlay says only what differs. Mapping files have their own way: hub/files/mapping_overlay.py.
"""

from typing import Any


def merge(base: Any, over: Any) -> Any:
    """The shipped value with the operator's laid over it."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    both = {key: merge(base.get(key), value) if key in base else value for key, value in over.items()}
    return {key: value for key, value in {**base, **both}.items() if value is not None}
