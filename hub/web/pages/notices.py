"""What people were told: the notices for the reader and for the reader's roles."""

from flask import Blueprint, render_template

from hub.services import notices
from hub.web.auth import Rule, guarded
from hub.web.state import hub, person

pages = Blueprint("notices", __name__)


@pages.get("/notices")
@guarded(Rule(permission="notifications:read"))
def index() -> str:
    """The newest notices."""
    reader = person()
    return render_template("notices.html", notices=notices.of_person(hub(), reader.login, reader.roles))
