"""REST: every canonical record under /api/v1."""

from collections.abc import Mapping

from flask import Blueprint, Response

from hub.web.actions import Key, Ready
from hub.web.api import records
from hub.web.api.answers import shown
from hub.web.api.files import register_files
from hub.web.api.openapi import document
from hub.web.api.queue import register_queue
from hub.web.api.reconciliation import register_reconciliation
from hub.web.api.reviews import register_reviews
from hub.web.api.session import register_session
from hub.web.api.systems import register_systems
from hub.web.api.trace import register_trace
from hub.web.auth import OPEN, guarded
from hub.web.state import hub


def blueprint(table: Mapping[Key, Ready]) -> Blueprint:
    """The routes, with the actions of the table."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    records.register(api)
    records.register_actions(api, table)
    register_files(api)
    register_session(api)
    register_reconciliation(api)
    register_reviews(api)
    register_queue(api)
    register_systems(api)
    register_trace(api)

    @api.get("/openapi.json")
    @guarded(OPEN)
    def openapi() -> Response:
        return shown(document(hub(), table))

    return api
