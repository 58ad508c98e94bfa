"""Keys by which a system knows a repeated call: from what is owed, never from the attempt, the route or a version."""

import hashlib
import json

from hub.domain.documents import Doc


def key_of(entity: str, record_id: str, operation: str, *content: Doc | str) -> str:
    """The key of one obligation; ``content`` where the same operation may be owed of a record more than once."""
    told = f"{entity}:{record_id}:{operation}"
    if not content:
        return told
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return f"{told}:{digest[:16]}"
