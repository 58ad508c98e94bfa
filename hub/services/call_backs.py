"""Call-backs: a number that called in vain is rung back, once however often it called."""

from hub.domain.callers import lookup_number
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import records
from hub.services.context import Actor, Hub
from hub.services.notifications import notify


def ask(hub: Hub, tx: UnitOfWork, actor: Actor, call: Record) -> None:
    """Ask for a call-back of a missed call, unless one of its number is open; nobody can ring a withheld number."""
    number = lookup_number(call.doc)
    if number is None or asked(tx, number):
        return
    records.change(hub, tx, actor, call, {"call_back": "open"}, action="call.call_back")
    notify(hub, tx, actor, to_role="agent", template="Call back: a caller hung up unheard.", call_id=call.id)


def settle(hub: Hub, tx: UnitOfWork, actor: Actor, call: Record) -> None:
    """Somebody speaks with the number, whoever rang: nobody has to ring it back any more."""
    number = lookup_number(call.doc)
    for waiting in asked(tx, number) if number else ():
        records.change(hub, tx, actor, waiting, {"call_back": "done"}, action="call.rung_back")


def asked(tx: UnitOfWork, number: str) -> list[Record]:
    """The calls of a number whose call-back is open."""
    return [call for call in tx.records.by_secret("call", "from", number) if call.doc.get("call_back") == "open"]
