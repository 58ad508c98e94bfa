"""One short message that the next page shows: kept in a cookie, so that no server has to remember it."""

import base64
import binascii
from dataclasses import dataclass

import orjson
from flask import g, request
from werkzeug.wrappers import Response

from hub.web.i18n import catalog, translate

COOKIE = "th_flash"
LONGEST = 500


@dataclass(frozen=True)
class Flash:
    """A message with its kind (good, bad) and its words."""

    kind: str
    text: str


def leave(response: Response, template: str, kind: str = "good") -> Response:
    """Have the next page say a message."""
    packed = base64.urlsafe_b64encode(orjson.dumps([kind, template])).decode()
    response.set_cookie(COOKIE, packed, max_age=60, httponly=True, samesite="Lax")
    return response


def take() -> Flash | None:
    """The message for this page; only messages that the catalog knows are shown, for a cookie can be made up."""
    text = request.cookies.get(COOKIE, "")
    if not text or len(text) > LONGEST:
        return None
    g.flash_taken = True
    try:
        kind, template = orjson.loads(base64.urlsafe_b64decode(text))
    except (ValueError, binascii.Error):
        return None
    known = isinstance(template, str) and template in catalog("zh") and kind in {"good", "bad"}
    return Flash(kind, translate(template)) if known else None


def forget(response: Response) -> Response:
    """Let a message that was shown not be shown again."""
    if g.get("flash_taken"):
        response.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    return response
