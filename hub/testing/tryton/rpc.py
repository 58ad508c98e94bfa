"""Tryton's JSON-RPC as its own client speaks it: the hand that seeds a database and plays the people of an ERP.

It is written apart from the connector on purpose, so that what the one writes is checked by what the other reads.
"""

import base64
import datetime as dt
import json
import time
from collections.abc import Mapping
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import requests

from hub.testing.tryton.series import TRYTON_80, Series

DATABASE = "erp"
SECONDS = 60
AGAIN = 0.3  # seconds between two tries
# What may be asked again when the answer was lost: reading, and writing a value over a value.
REPEATABLE = ("login", "search", "read", "write", "get_preferences", "fields_get", "get_id")


class RpcError(Exception):
    """Tryton said no; ``kind`` is its class of error (UserError, UserWarning ...)."""

    def __init__(self, kind: str, details: object) -> None:
        super().__init__(f"{kind}: {details}")
        self.kind = kind
        self.details = details


class TrytonRpc:
    """One person, logged in; ``patience`` is how many seconds the ERP may be away, for what may be asked again."""

    def __init__(self, url: str, login: str, password: str, *, patience: float = 0, series: Series = TRYTON_80) -> None:
        self._url, self._patience = f"{url}/{DATABASE}/{series.rpc}", patience
        self._series = series
        self._http = requests.Session()
        self._http.trust_env = False
        self.context: dict[str, Any] = {}
        self.user, token, *_ = self._post("common.db.login", login, {"password": password}, "en")
        session = base64.b64encode(f"{login}:{self.user}:{token}".encode()).decode()
        self._http.headers["Authorization"] = f"Session {session}"
        self.refresh_context()

    def refresh_context(self) -> None:
        """Read company, groups and language again, as a client does after log-in."""
        self.context = self._post("model.res.user.get_preferences", True, {})  # noqa: FBT003 - Tryton's positional flag

    def call(self, method: str, *arguments: Any, **context: Any) -> Any:
        """Call ``party.party.read`` and the like; raises RpcError when refused."""
        return self._post(f"model.{method}", *arguments, {**self.context, **context})

    def one(self, model: str, domain: list[Any]) -> int:
        """The id of the only record that the domain finds; raises LookupError when it is not one."""
        found: list[int] = self.call(f"{model}.search", domain, 0, 2, None)
        if len(found) != 1:
            raise LookupError(f"{model} {domain}: {len(found)} records")
        return found[0]

    def create(self, model: str, **values: Any) -> int:
        """Create one record and return its id."""
        created: list[int] = self.call(f"{model}.create", [values])
        return created[0]

    def read(self, model: str, record: int, *fields: str, **context: Any) -> dict[str, Any]:
        """Read some fields of one record."""
        records: list[dict[str, Any]] = self.call(f"{model}.read", [record], list(fields), **context)
        return records[0]

    def filled(self, model: str, values: dict[str, Any], *changed: str) -> dict[str, Any]:
        """The values with what Tryton's form adds to them when the changed fields have been typed in."""
        told: dict[str, Any] = {
            **values,
            **self.call(f"{model}.on_change", values, list(changed)),
        }  # 7.0 tells news alone
        known: dict[str, Any] = self.call(f"{model}.fields_get", [name for name in told if "." not in name])
        return {name: _as_command(told[name]) for name, field in known.items() if not field["readonly"]}

    def press(self, model: str, button: str, *records: int) -> None:
        """Press a button of a form; the warnings that the form would show are answered with yes."""
        try:
            self.call(f"{model}.{button}", list(records))
        except RpcError as refused:
            if refused.kind != "UserWarning" or not isinstance(refused.details, list):
                raise
            self.call("res.user.warning.skip", refused.details[0], False)  # noqa: FBT003 - Tryton's positional flag
            self.press(model, button, *records)

    def xml_id(self, name: str) -> int:
        """The id of a record that Tryton ships, by its name ``module.id``."""
        module, wanted = name.split(".")
        if self._series.offers_get_id:
            return int(self._post("model.ir.model.data.get_id", module, wanted, self.context))
        row = self.one("ir.model.data", [["module", "=", module], ["fs_id", "=", wanted]])
        found: int = self.read("ir.model.data", row, "db_id")["db_id"]
        return found

    def wizard(self, name: str, model: str | None = None, record: int | None = None) -> "Wizard":
        """Start a wizard, on a record where it needs one."""
        return Wizard(self, name, model, record)

    def _post(self, method: str, *params: Any) -> Any:
        body = json.dumps({"id": 1, "method": method, "params": params}, default=_encode)
        patience = self._patience if method.endswith(REPEATABLE) else 0
        answer = self._ask(body, time.monotonic() + patience)
        answer.raise_for_status()
        told = json.loads(answer.content, object_hook=_decode)
        if "error" in told:
            raise RpcError(str(told["error"][0]), told["error"][1])
        return told["result"]

    def _ask(self, body: str, until: float) -> requests.Response:
        """Ask, and ask the same again when the ERP went away meanwhile."""
        headers = {"Content-Type": "application/json"}
        while True:
            try:
                return self._http.post(self._url, data=body, headers=headers, timeout=SECONDS)
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                if time.monotonic() > until:
                    raise
                time.sleep(AGAIN)


class Wizard:
    """A wizard that is open; closed at the end of the ``with`` block."""

    def __init__(self, rpc: TrytonRpc, name: str, model: str | None, record: int | None) -> None:
        self._rpc, self._name = rpc, name
        self._on = {"active_model": model, "active_id": record, "active_ids": [record]} if model else {}
        self._session, *_ = self._call("create")

    def execute(self, state: str, **data: Mapping[str, Any]) -> dict[str, Any]:
        """Go to a state with the values of the forms filled in so far; returns what the client would show."""
        shown: dict[str, Any] = self._call("execute", self._session, data, state)
        return shown

    def form(self, state: str) -> dict[str, Any]:
        """The values with which a form of the wizard opens."""
        shown = self.execute(state)["view"]["defaults"]
        return {name: value for name, value in shown.items() if "." not in name}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._call("delete", self._session)

    def _call(self, verb: str, *arguments: Any) -> Any:
        return self._rpc._post(f"wizard.{self._name}.{verb}", *arguments, {**self._rpc.context, **self._on})  # noqa: SLF001 - one of a pair


def _as_command(told: Any) -> Any:
    """What on_change tells of a list, as the command that create wants."""
    if isinstance(told, dict) and "add" in told:
        return [["add", [row["id"] for _, row in told["add"]]]]
    return told


def _encode(value: object) -> dict[str, Any]:
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    if isinstance(value, dt.date):
        return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
    raise TypeError(f"{type(value)} is not sent to Tryton")


def _decode(told: dict[str, Any]) -> Any:
    match told.get("__class__"):
        case "Decimal":
            return Decimal(told["decimal"])
        case "date":
            return dt.date(told["year"], told["month"], told["day"])
        case _:
            return told
