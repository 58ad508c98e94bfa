"""The asset system: text ids, RFC 3339 to the second, no keys and no locks: only look-up; it cuts off names.

Its clock is ahead, it lower-cases codes, and a write may go on long after its caller has given up.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tests.flagship.rules import Doc, RefusedError, Rule, Rules
from tests.flagship.twin import Row, Twin

INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
LONGEST = 24


def cut(text: str) -> str:
    """As much as fits."""
    return text[:LONGEST]


class Asset(Twin):
    """Owners and their units."""

    name = "asset"
    tells_nulls = True
    key = "memo_key"
    skew = timedelta(seconds=70)
    grain = timedelta(seconds=1)
    headers = frozenset({"Authorization"})
    ops = frozenset({"list", "ids", "get", "find", "create", "update"})
    objects: ClassVar[Mapping[str, Rules]] = {
        "owner": {
            "label": Rule(required=True, longest=200, keeps=cut),
            "code": Rule(longest=20, keeps=str.lower),
            "tel": Rule(longest=20, shape=r"\+?[0-9 -]+"),
            "memo_key": Rule(longest=40),
        },
        "unit": {
            "serial": Rule(required=True, longest=40),
            "label": Rule(longest=200, keeps=cut),
            "owner": Rule(refers="owner"),
            "status": Rule(choices=("in_use", "scrapped")),
            "memo_key": Rule(longest=40),
        },
    }

    def credential(self) -> str:
        """A user key."""
        return f"User hub:{self.token}"

    def version_of(self, row: Row) -> Doc:
        """No versions here."""
        return {}

    def fields_of(self, name: str, row: Row) -> Doc:
        """Every field, null where it is empty: one that is left out is not empty, but kept from us."""
        return {field: row.doc.get(field) for field in self.objects[name]}

    def new_id(self, name: str) -> str:
        """Such as EQ7."""
        return f"{'EQ' if name == 'unit' else 'OW'}{next(self._ids)}"

    def write_instant(self, at: datetime) -> str:
        """2026-03-02T01:00:00Z."""
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def read_instant(self, told: Any) -> datetime:
        """RFC 3339 to the second with Z, and nothing else."""
        if not isinstance(told, str) or not INSTANT.fullmatch(told):
            raise RefusedError(400, "an RFC 3339 instant without fraction is expected")
        return datetime.fromisoformat(told)
