"""How a parts document gets on: approved or not, reported by the owning system, and what must be done before it."""

from datetime import datetime

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError
from hub.domain.instants import write_instant
from hub.domain.reasons import Reason
from hub.domain.stock import DRAWS_ON


def decide_request(request: Doc, *, approved: bool, by: str, reason: str = "") -> Doc:
    """Approve a part request, or refuse it with a reason; ConflictError when that was decided before."""
    if request["state"] != "draft":
        raise ConflictError("Part request {id} is {state} already", id=request.get("id", ""), state=request["state"])
    return {**request, "state": "approved" if approved else "cancelled", "by": by} | (
        {"reason": reason} if reason else {}
    )


_NEXT = {
    "draft": {"approved", "cancelled"},
    "approved": {"sent", "done", "refused", "cancelled"},
    "sent": {"done", "refused"},
    "refused": {"approved", "done", "cancelled"},
    "done": set[str](),
    "cancelled": set[str](),
}


def reported(document: Doc, state: str, *, now: datetime, number: str | None = None, error: str | None = None) -> Doc:
    """The document as the owning system reports it: sent, done or refused with a text for a person.

    A fact is recorded whatever the state was; ``unexpected`` tells whether it needs a review.
    """
    after = {name: value for name, value in document.items() if name not in {"error", "done_at"}} | {"state": state}
    if number:
        after["remote_number"] = number
    if state == "done":
        after["done_at"] = write_instant(now)
    return after | ({"error": error} if error and state == "refused" else {})


def unexpected(document: Doc, state: str) -> Reason | None:
    """Why a reported state does not follow on the present one; None when it does or is the same."""
    if state == document["state"] or state in _NEXT[document["state"]]:
        return None
    return Reason("{state} was reported after {before}", {"state": state, "before": document["state"]})


def depends_on(entity: str, document: Doc) -> tuple[tuple[str, str], ...]:
    """The documents that the owning system must have done before it can do this one."""
    kind, link = DRAWS_ON.get(entity, ("", ""))
    corrected = ((entity, document["corrects_id"]),) if "corrects_id" in document else ()
    source = ((kind, document[link]),) if link in document and kind != "part_request" else ()
    return (*source, *corrected)
