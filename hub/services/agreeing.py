"""Bring our record and a remote copy to what both sides agree on, in one transaction with the link's shadow."""

from dataclasses import replace
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import HubError
# sync
from hub.ports.connector import Remote
from hub.ports.links import Link
from hub.ports.records import Record
from hub.ports.reviews import Review
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor, Hub, System
from hub.services.crosswalk import Crosswalk
from hub.services.tracing import Tracer


class MovedError(HubError):
    """The link moved between the fetch and the write: what was fetched may be old."""
