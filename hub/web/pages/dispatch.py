"""Dispatch: what waits for a technician, who could go and why, and the assignment."""

from flask import Blueprint, render_template

from hub.services import board
from hub.web.auth import Rule, guarded
from hub.web.pages.tickets import next_due
from hub.web.state import hub

pages = Blueprint("dispatch", __name__, url_prefix="/dispatch")
USES = Rule(permission="dispatch")


@pages.get("")
@guarded(USES)
def show() -> str:
    """The board."""
    return render_template("dispatch/board.html", board=board.board(hub()), due=next_due)
