"""Comments on tickets: written once by people here or told by a system, and never edited."""

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError
from hub.domain.instants import write_instant
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor, Hub

PROGRAM = "api"  # the role of connected programs
MOST_MERGED = 200  # tickets that went into one, whose comments are shown with its own


def comment_on_ticket(hub: Hub, tx: UnitOfWork, actor: Actor, record_id: str, values: Doc) -> Record:
    """Write a comment (text, visibility) on a ticket in any state, which it leaves as it is; gives the comment.

    InvalidError for a text of nothing but space.
    """
    ticket = tx.records.need("ticket", record_id)
    text = str(values["text"]).replace("\r\n", "\n")  # as a form sends it
    if not text.strip():
        raise InvalidError("Write something: the comment is empty.")
    facts = {"ticket_id": ticket.id, "author": actor.name, "author_kind": kind_of(actor)}
    at = {"at": write_instant(hub.clock.now())}
    return records.create(hub, tx, actor, "comment", {**values, "text": text, **facts, **at}, action="comment")


def kind_of(actor: Actor) -> str:
    """In which part somebody writes who is signed in here."""
    if actor.technician_id:
        return "technician"
    return "system" if actor.roles == {PROGRAM} else "agent"


def take_in(hub: Hub, tx: UnitOfWork, actor: Actor, values: Doc, *, action: str) -> Record:
    """Keep a comment that was written in another system, which it names."""
    return records.create(hub, tx, actor, "comment", {**values, "system": actor.system}, action=action)


def of_ticket(tx: UnitOfWork, ticket: Record) -> list[Record]:
    """What was written on a ticket and on those that went into it, oldest first."""
    ids = [ticket.id, *merged_into(tx, ticket.id)]
    found = tx.records.all("comment", {"ticket_id": ids})
    return sorted(found, key=lambda one: (one.doc["at"], one.id))


def merged_into(tx: UnitOfWork, ticket_id: str) -> list[str]:
    """The tickets that went into one, directly or by way of others."""
    found: list[str] = []
    asked = [ticket_id]
    while asked and len(found) < MOST_MERGED:
        asked = [one.id for one in tx.records.all("ticket", {"merged_into": asked}) if one.id not in found]
        found += asked
    return found
