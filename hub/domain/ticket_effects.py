"""Effects: what a transition does to the ticket itself, by the names that workflow files use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.domain.documents import Doc
from hub.domain.gates import FollowUpRule, opened_gates, waived
from hub.domain.instants import write_instant


@dataclass
class Act:
    """A transition under way: ``ticket`` is a copy that the effects change, the rest is what they may look at."""

    ticket: Doc
    params: Doc
    by: str
    now: datetime
    visits: tuple[Doc, ...]
    stopping_holds: frozenset[str]
    gates: tuple[str, ...]
    settlement: str
    follow_up: FollowUpRule

    @property
    def note(self) -> str:
        """The reason or remark that came with it."""
        return str(self.params.get("note") or self.params.get("reason") or "")

    @property
    def at(self) -> str:
        """Now, as documents write it."""
        return write_instant(self.now)


def _confirm(act: Act) -> None:
    act.ticket |= {"is_draft": False, "confirmed_at": act.at}


def _assign(act: Act) -> None:
    """Put the technician, window and explanation of the dispatch into the ticket; a wait for a revisit is over."""
    names = ("technician_id", "window_start", "window_end", "policy_version", "explanation", "visit_id")
    given = {name: act.params[name] for name in names if name in act.params}
    act.ticket["assignment"] = {**given, "assigned_at": act.at, "by": act.by}
    if act.ticket.get("hold", {}).get("reason") == "revisit":
        act.ticket.pop("hold")


def _unassign(act: Act) -> None:
    act.ticket.pop("assignment", None)


def _agree_appointment(act: Act) -> None:
    act.ticket["appointment"] = {"from": act.params["from"], "to": act.params["to"], "agreed_at": act.at}


def _hold(act: Act) -> None:
    _wait(act, act.params["reason"])


def _hold_for_revisit(act: Act) -> None:
    """Wait for what kept the visit from being finished."""
    _wait(act, _HOLD_AFTER_VISIT.get(act.params.get("unfinished_reason", ""), "revisit"))


def _resume(act: Act) -> None:
    act.ticket.pop("hold", None)


def _chase(act: Act) -> None:
    act.ticket["chase_count"] = act.ticket.get("chase_count", 0) + 1


def _complete(act: Act) -> None:
    """Note the end of the work and open what closing needs; a wait is over."""
    act.ticket.pop("hold", None)
    act.ticket |= {
        "completed_at": act.at,
        "gates": opened_gates(act.gates, act.settlement, now=act.now),
        "settlement": {"required": act.settlement, "state": "open"},
        "follow_up": {
            "state": "not_due",
            "from": write_instant(act.now + act.follow_up.after),
            "until": write_instant(act.now + act.follow_up.before),
            "attempts": 0,
        },
    }


def _close(act: Act) -> None:
    act.ticket["closed_at"] = act.at


def _reopen(act: Act) -> None:
    """Take back the end of the work; charges and their settlement stay with the ticket."""
    for name in ("completed_at", "closed_at", "loop_closed_at", "gates", "follow_up", "assignment"):
        act.ticket.pop(name, None)


def _end(act: Act) -> None:
    """A ticket that is not worked on any more waits for nothing."""
    for name in ("hold", "assignment"):
        act.ticket.pop(name, None)


def _merge(act: Act) -> None:
    act.ticket["merged_into"] = act.params["into"]


def _waive_gate(act: Act) -> None:
    act.ticket = waived(act.ticket, act.params["gate"], by=act.by, reason=act.note, now=act.now)


def _wait(act: Act, reason: str) -> None:
    hold: Doc = {"reason": reason, "since": act.at, "stops_clock": reason in act.stopping_holds}
    act.ticket["hold"] = hold | {name: act.params[name] for name in ("until", "note") if name in act.params}


_HOLD_AFTER_VISIT = {"parts": "parts", "customer_absent": "customer", "no_access": "customer"}

EFFECTS: Mapping[str, Callable[[Act], None]] = {
    "confirm": _confirm,
    "assign": _assign,
    "unassign": _unassign,
    "agree_appointment": _agree_appointment,
    "hold": _hold,
    "hold_for_revisit": _hold_for_revisit,
    "resume": _resume,
    "chase": _chase,
    "complete": _complete,
    "close": _close,
    "reopen": _reopen,
    "end": _end,
    "merge": _merge,
    "waive_gate": _waive_gate,
}
