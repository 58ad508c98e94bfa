"""The desk of a call centre's agent: what rings, what was answered and waits for its confirmation, who calls."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services.context import Hub
from hub.services.customers import Overview, of_customer

SHOWN = 12
MOST = 200  # calls at once, of everybody
ALIVE = ("ringing", "answered")


@dataclass(frozen=True)
class Pop:
    """A call with everybody whom its number belongs to, and its draft ticket once it was answered."""

    call: Record
    matches: Sequence[Overview]
    contact: Record | None
    ticket: Record | None

    @property
    def is_waiting(self) -> bool:
        """Whether an agent has still to say what the call was about."""
        return self.ticket is not None and bool(self.ticket.doc.get("is_draft"))


def pops(hub: Hub, agent: str) -> list[Pop]:
    """What an agent's desk shows: what rings for anybody or for him, what he has not confirmed yet; newest first."""

    def work(tx: UnitOfWork) -> list[Pop]:
        others = names_of_others(tx, agent)
        mine = [call for call in open_calls(tx) if call.doc.get("agent") not in others]
        return [pop(tx, call) for call in mine[:SHOWN]]

    return hub.store.read(work)


def open_calls(tx: UnitOfWork) -> list[Record]:
    """Calls that ring or are talked on, and those whose draft waits for an agent; newest first.

    Many calls of others may have come since: so neither is looked for among the newest calls.
    """
    alive = tx.records.page("call", {"direction": "in", "state": list(ALIVE)}, sort="-started_at", limit=MOST).records
    drafts = tx.records.page("ticket", {"status": "new", "is_draft": True}, sort="-id", limit=MOST).records
    waiting = tx.records.many("call", [ticket.doc["call_id"] for ticket in drafts if "call_id" in ticket.doc])
    found = {call.id: call for call in (*alive, *waiting.values())}
    return sorted(found.values(), key=lambda call: str(call.doc["started_at"]), reverse=True)


def names_of_others(tx: UnitOfWork, login: str) -> frozenset[str]:
    """What other people are called: telephone systems name an agent by login or by name, or by a word of their own.

    A call that was taken by nobody we know stays on every desk, so that somebody confirms it.
    """
    users = tx.accounts.users()
    mine = {name for user in users if user.login == login for name in (user.login, user.name)}
    return frozenset(name for user in users for name in (user.login, user.name)) - mine


def one(hub: Hub, call_id: str) -> Pop:
    """One call; NotFoundError when there is none."""
    return hub.store.read(lambda tx: pop(tx, tx.records.need("call", call_id)))


def pop(tx: UnitOfWork, call: Record) -> Pop:
    """A call with what belongs to it."""
    ids = dict.fromkeys(
        [
            *([call.doc["customer_id"]] if "customer_id" in call.doc else []),
            *(match["customer_id"] for match in call.doc.get("matches", ()) if "customer_id" in match),
        ]
    )
    customers = tx.records.many("customer", list(ids))
    contact_id, ticket_id = call.doc.get("contact_id"), call.doc.get("ticket_id")
    return Pop(
        call,
        [of_customer(tx, customers[customer_id]) for customer_id in ids if customer_id in customers],
        tx.records.get("contact", contact_id) if contact_id else None,
        tx.records.get("ticket", ticket_id) if ticket_id else None,
    )
