"""The menu: what there is, for whom, and where each kind of person starts."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from hub.web.auth import may
from hub.web.i18n import N_, translate
from hub.web.state import caller


@dataclass(frozen=True)
class Item:
    """One entry of the menu."""

    endpoint: str
    title: str
    permission: str
    icon: str


@dataclass(frozen=True)
class Entry:
    """An entry as it is shown."""

    url: str
    title: str
    icon: str


MENU = (
    Item("desk.show", N_("Desk"), "desk", "phone"),
    Item("field.rounds", N_("My visits"), "field", "wrench"),
    Item("tickets.index", N_("Tickets"), "tickets:read", "ticket"),
    Item("dispatch.show", N_("Dispatch"), "dispatch", "route"),
    Item("customers.index", N_("Customers"), "customers:read", "people"),
    Item("leads.index", N_("Leads"), "leads:read", "flag"),
    Item("notices.index", N_("Notices"), "notifications:read", "bell"),
    Item("reviews.index", N_("To decide"), "reviews", "decide"),
    Item("sync.overview", N_("Systems"), "sync", "sync"),
    Item("mappings.index", N_("Mappings"), "sync", "mapping"),
    Item("reconciliation.index", N_("Reconciliation"), "reconciliation:read", "check"),
    Item("trail.index", N_("Audit trail"), "audit", "list"),
    Item("people.index", N_("Users and keys"), "accounts", "key"),
)


def of_caller() -> Sequence[Entry]:
    """The entries that the caller may use, in the order of the menu; a round has only who goes on one."""
    known = caller()
    goes_out = known is not None and known.actor.technician_id is not None
    items = [item for item in MENU if may(item.permission) and (goes_out or item.permission != "field")]
    return [Entry(url_for(item.endpoint), translate(item.title), item.icon) for item in items]


def start() -> str:
    """Where the caller's work begins: the first entry of his menu."""
    entries = of_caller()
    return entries[0].url if entries else url_for("account.profile")
