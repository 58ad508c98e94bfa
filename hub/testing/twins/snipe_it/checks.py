"""What is taken of a request, and what is checked of every record: a refusal is most often a 200 that says error."""

from collections.abc import Container
from datetime import date
from typing import Any

from flask import request

from hub.domain.documents import Doc
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Rows


def sent(names: Container[str]) -> Doc:
    """What was sent, without what it does not know; texts are trimmed, and blank ones are nothing."""
    told = request.get_json(silent=True)
    if not isinstance(told, dict):
        raise RefusedError(422, "json", "Invalid JSON")
    known = {name: value for name, value in told.items() if name in names}
    return {name: (value.strip() or None) if isinstance(value, str) else value for name, value in known.items()}


def is_there(rows: Rows, kind: str, row_id: Any) -> bool:
    """Whether there is such a record that was not deleted."""
    is_number = isinstance(row_id, int) and not isinstance(row_id, bool)
    row = rows.get(kind, str(row_id)) if is_number else None
    return row is not None and row.doc.get("deleted_at") is None


def check_date(value: Any, name: str) -> None:
    """Refuse what is no date."""
    try:
        if value is None or date.fromisoformat(value).isoformat() == value:
            return
    except (TypeError, ValueError):
        pass
    words = f"The {name.replace('_', ' ')} is not a valid date."
    raise RefusedError(200, "form", words, field=name)
