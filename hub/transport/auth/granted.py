"""Tokens that are fetched: taken from the shelf that all processes share, ahead of their end or after a refusal."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.domain.documents import Doc
from hub.ports.connector import Setup
from hub.ports.grants import Grant
from hub.transport.auth.base import Parts, parts_of
from hub.transport.http import Request

AHEAD = timedelta(minutes=1)  # or a tenth of its life: until then a token that is on its way may end
LONGEST = timedelta(days=3650)
MADE_OF = "made_of"  # in a grant's extra: which credentials it was granted to


class GrantedAuth:
    """Signs with the present token of a system, of which there is one.

    ``made_of`` are the credentials: a token that was granted to others is not used.
    """

    def __init__(
        self, setup: Setup, made_of: Any, fetch: Callable[[Grant | None], Grant], parts: Callable[[Grant], Parts]
    ) -> None:
        self._setup = setup
        self._made_of = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()
        self._fetch = fetch
        self._parts = parts
        self._held: Grant | None = None

    def sign(self, request: Request) -> Request:
        """The request with the token, which is fetched first where there is none that still lasts."""
        held = self._held
        if held is None or not self._lasts(held):
            held = self._held = self._take(None)
        return self._parts(held).put(request)

    def renew(self, stale: Request) -> bool:
        """Take another token than the refused one, unless that has happened already."""
        held = self._held
        if held is not None and self._parts(held).put(stale) == stale:
            self._held = self._take(held.token)
        return True

    def _take(self, refused: str | None) -> Grant:
        return self._setup.grants.take(
            self._setup.system, lambda grant: grant.token != refused and self._lasts(grant), self._fetched
        )

    def _lasts(self, grant: Grant) -> bool:
        ends = grant.expires_at
        return grant.extra.get(MADE_OF) == self._made_of and (ends is None or self._setup.now() < ends)

    def _fetched(self, lying: Grant | None) -> Grant:
        ours = lying if lying is not None and lying.extra.get(MADE_OF) == self._made_of else None
        grant = self._fetch(ours)
        return replace(grant, extra={**grant.extra, MADE_OF: self._made_of})


def placed(told: Doc, settings: Mapping[str, Any], grant: Grant, usual: Parts) -> Parts:
    """Where a token goes: as declared, with {token} and {token.NAME} of what was kept; else as usual."""
    if not {"headers", "query", "body"} & told.keys():
        return usual
    kept = {f"token.{name}": value for name, value in grant.extra.items()}
    return parts_of(told, {**settings, **kept, "token": grant.token})


def life_of(told: Any, unit: str = "s") -> timedelta | None:
    """How long to use a token that lasts so long: a little shorter. None where nothing usable is told."""
    try:
        seconds = float(told) / {"s": 1, "ms": 1000, "min": 1 / 60}[unit]
    except (TypeError, ValueError):
        return None
    if not seconds < LONGEST.total_seconds():  # also what is no number
        return None
    whole = max(timedelta(seconds=seconds), timedelta())
    return whole - min(AHEAD, whole / 10)
