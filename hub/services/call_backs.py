"""Call-backs: a number that called in vain is rung back, once however often it called."""

from hub.domain.callers import lookup_number
from hub.domain.documents import Doc
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor, Hub
from hub.services.notifications import notify


def ask(hub: Hub, tx: UnitOfWork, actor: Actor, call: Doc) -> Doc:
    """Ask for a call-back of a missed call, unless one of its number is open; nobody can ring a withheld number.

    Gives what the call is to know of it.
    """
    number = lookup_number(call)
    if number is None or asked(tx, number):
        return {}
    notify(hub, tx, actor, to_role="agent", template="Call back: a caller hung up unheard.", call_id=call["id"])
    return {"call_back": "open"}


def settle(hub: Hub, tx: UnitOfWork, actor: Actor, call: Doc) -> Doc:
    """Somebody speaks with the number, whoever rang: nobody has to ring it back any more.

    Gives what the call itself is to know of it.
    """
    number = lookup_number(call)
    for waiting in asked(tx, number) if number else ():
        if waiting.id != call["id"]:
            records.change(hub, tx, actor, waiting, {"call_back": "done"}, action="call.rung_back")
    return {"call_back": "done"} if call.get("call_back") == "open" else {}


def asked(tx: UnitOfWork, number: str) -> list[Record]:
    """The calls of a number whose call-back is open."""
    return tx.records.by_secret("call", "from", number, {"call_back": "open"})
