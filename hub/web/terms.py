"""Words for names that stand in no schema: dispatch rules, stops of a message, audited acts, states of queues."""

from collections.abc import Mapping

from hub.web.i18n import N_, translate
from hub.web.state import web

TERMS: Mapping[str, Mapping[str, str]] = {
    "rule": {
        "active": N_("employed"),
        "skill": N_("skill"),
        "certificate": N_("certificate"),
        "territory": N_("territory"),
        "free": N_("free time"),
        "parts": N_("parts in time"),
        "not_excluded": N_("not excluded"),
        "max_travel": N_("way"),
        "credit_hold": N_("credit"),
    },
    "objective": {
        "travel": N_("Way"),
        "load": N_("Fair load"),
        "sla_slack": N_("SLA slack"),
        "customer_level": N_("Customer level"),
        "same_technician": N_("Same technician"),
        "parts_carried": N_("Parts carried"),
        "cost": N_("Cost"),
    },
    "stop": {
        "received": N_("Received"),
        "taken_up": N_("Taken up"),
        "fetched": N_("Fetched"),
        "pulled": N_("Translated"),
        "merged": N_("Merged"),
        "applied": N_("Applied"),
        "reacted": N_("Passed on"),
        "delivered": N_("Delivered"),
    },
    "queue": {"inbox": N_("inbox"), "outbox": N_("outbox")},
    "state": {
        "new": N_("new"),
        "ready": N_("waiting"),
        "sent": N_("sent"),
        "unknown": N_("outcome unknown"),
        "done": N_("done"),
        "dead": N_("given up"),
        "open": N_("open"),
        "settled": N_("settled"),
    },
    "review": {
        "conflict": N_("conflict"),
        "adoption": N_("adoption"),
        "fact": N_("unexpected fact"),
        "inbound": N_("cannot be taken in"),
    },
    "act": {
        "create": N_("Created"),
        "change": N_("Changed"),
        "replay": N_("Tried again"),
        "revoke": N_("Revoked"),
        "set_password": N_("Password set"),
        "sign_in": N_("Signed in"),
        "sign_out": N_("Signed out"),
        "attempt": N_("Tried to sign in"),
        "call.new": N_("Call came in"),
        "call.ticket": N_("Draft ticket opened"),
    },
}


def word_of(kind: str, name: str) -> str:
    """The word for a name of a kind; the name itself, made readable, when there is none."""
    known = TERMS[kind].get(name)
    return translate(known) if known else name.replace("_", " ").replace(".", " ")


def action_word(name: str) -> str:
    """What an audited act is called: by the table of commands, else by its own name."""
    entity, _, verb = name.rpartition(".")
    ready = web().actions.get((entity or "ticket", verb))
    return translate(ready.action.title) if ready else word_of("act", name)
