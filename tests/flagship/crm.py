"""The CRM: text ids, RFC 3339 with milliseconds, upsert by external id, optimistic locks; it trims names."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tests.flagship.rules import Doc, RefusedError, Rule, Rules
from tests.flagship.twin import Clock, Request, Row, Twin

INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")


class Crm(Twin):
    """Accounts, contacts and cases."""

    name = "crm"
    key = "externalRef"
    skew = timedelta(seconds=-3)
    grain = timedelta(milliseconds=1)
    headers = frozenset({"Authorization", "If-Match"})
    ops = frozenset({"list", "get", "find", "upsert", "update", "batch"})
    objects: ClassVar[Mapping[str, Rules]] = {
        "account": {
            "name": Rule(required=True, longest=80, keeps=str.strip),
            "tier": Rule(choices=("Standard", "Silver", "Gold", "Platinum")),
            "phone": Rule(longest=20, shape=r"\+?[0-9 -]+"),
            "mail": Rule(longest=100, shape=r"[^@ ]+@[^@ ]+"),
            "externalRef": Rule(longest=40, unique=True),
        },
        "contact": {
            "fullName": Rule(required=True, longest=60, keeps=str.strip),
            "title": Rule(longest=40),
            "accountId": Rule(required=True, refers="account"),
            "externalRef": Rule(longest=40, unique=True),
        },
        "case": {
            "subject": Rule(required=True, longest=120, keeps=str.strip),
            "priority": Rule(choices=("P1", "P2", "P3", "P4")),
            "accountId": Rule(required=True, refers="account"),
            "externalRef": Rule(longest=40, unique=True),
        },
    }

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.merged: dict[tuple[str, str], Row] = {}  # what is left of an account that went into another

    def merge(self, loser: str, survivor: str) -> None:
        """A person makes one account of two: the survivor keeps its values, and gets all that belonged to the other."""
        row = self.rows.pop(("account", loser))
        self.merged["account", loser] = replace(row, doc={"merged_into": survivor}, at=self.stamp())
        for name, rules in self.objects.items():
            for other in self.of(name) if "accountId" in rules else ():
                if other.doc["accountId"] == loser:
                    self.put(name, other, {"accountId": survivor})
        self.put("account", self.rows["account", survivor], {})
        self.tell("account", loser, None)

    def listed(self) -> Mapping[tuple[str, str], Row]:
        """A list tells which accounts went into others."""
        return {**self.rows, **self.merged}

    def op_get(self, request: Request) -> Doc:
        """One record, or where it went."""
        gone = self.merged.get((request["object"], str(request["id"])))
        return super().op_get(request) if gone is None else self.shown(request["object"], gone)

    def shown(self, name: str, row: Row) -> Doc:
        """Of an account that went into another just that is told."""
        told = super().shown(name, row)
        return told if (name, row.id) not in self.merged else told | {"fields": {}, **row.doc}

    def op_upsert(self, request: Request) -> Doc:
        """Make or change the record of an external id; an If-Match of '*none*' makes only."""
        name, body = request["object"], request["body"]
        held = next((row for row in self.of(name) if row.doc.get(self.key) == body.get(self.key)), None)
        if body.get(self.key) is None:
            held = None
        if held is not None:
            raise RefusedError(409, f"{body[self.key]} is there already")
        self.check_body(name, body, making=True)
        row = self.put(name, None, body)
        self.note_write("create", name, row, body)
        return self.shown(name, row)

    def op_batch(self, request: Request) -> Doc:
        """Upserts and updates, each with an outcome of its own under its reference, and in another order."""
        told = {}
        for number, one in enumerate(request["body"]["records"]):
            spoiled = request.get("partial") and number % 2 == 0
            told[one["ref"]] = {"status": 503} if spoiled else self.one_of_batch(request["object"], one)
        named = list(told.items())[:: 2 if request.get("unnamed") else 1]
        return {"outcomes": dict(reversed(named))}

    def one_of_batch(self, name: str, one: Doc) -> Doc:
        """The outcome of one."""
        headers = {"If-Match": one["revision"]} if "revision" in one else {}
        alone = {"op": "update" if "id" in one else "upsert", "object": name, "body": one["fields"], "headers": headers}
        return self.attempt(alone | {"id": one.get("id")})

    def check_version(self, request: Request, row: Row) -> None:
        """If-Match is required, and must name the present revision."""
        seen = request["headers"].get("If-Match")
        if seen is None:
            raise RefusedError(428, "If-Match is required")
        if seen != str(row.revision):
            raise RefusedError(412, "the record was changed")

    def new_id(self, name: str) -> str:
        """Such as account-0007."""
        return f"{name}-{next(self._ids):04d}"

    def write_instant(self, at: datetime) -> str:
        """2026-03-02T01:00:00.123Z."""
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"

    def read_instant(self, told: Any) -> datetime:
        """RFC 3339 with milliseconds and Z, and nothing else."""
        if not isinstance(told, str) or not INSTANT.fullmatch(told):
            raise RefusedError(400, "an RFC 3339 instant with milliseconds is expected")
        return datetime.fromisoformat(told)
