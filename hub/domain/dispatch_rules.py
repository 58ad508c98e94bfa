"""Hard rules of dispatch: each passes or fails by name, and says why."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from hub.domain.dispatch_case import Case, Check
from hub.domain.shifts import free_windows


def _active(case: Case, rule: str) -> Check:
    active = case.worker.technician.get("active", True)
    return Check(rule, active, "works for us" if active else "gets no work any more")


def _skill(case: Case, rule: str) -> Check:
    for wanted in case.job.ticket.get("required_skills", ()):
        has = (case.skill(wanted["skill"]) or {}).get("level", 0)
        if has < wanted.get("level", 1):
            params = {"skill": wanted["skill"], "wanted": str(wanted.get("level", 1)), "has": str(has)}
            return Check(rule, passed=False, why="{skill}: level {wanted} is wanted, has {has}", params=params)
    return Check(rule, passed=True, why="has the wanted skills")


def _certificate(case: Case, rule: str) -> Check:
    for wanted in case.job.ticket.get("required_skills", ()):
        expires = (case.skill(wanted["skill"]) or {}).get("expires_on")
        if expires and date.fromisoformat(expires) < case.day:
            params = {"skill": wanted["skill"], "day": expires}
            return Check(rule, passed=False, why="{skill}: the certificate ended on {day}", params=params)
    return Check(rule, passed=True, why="certificates are in date")


def _territory(case: Case, rule: str) -> Check:
    territory = (case.job.site or {}).get("territory")
    serves = case.worker.technician.get("territories", ())
    if not territory or not serves or territory in serves:
        return Check(rule, passed=True, why="serves the territory")
    return Check(rule, passed=False, why="does not serve {territory}", params={"territory": territory})


def _free(case: Case, rule: str) -> Check:
    """Shift, absence and other visits at once: the window must be free from end to end."""
    if case.window is None:
        return Check(rule, passed=False, why="no free time within the horizon")
    fits = any(
        free.start <= case.window.start and case.window.end <= free.end
        for free in free_windows(case.worker.technician, case.worker.visits, case.window)
    )
    return Check(rule, fits, "is free then" if fits else "is off shift, absent or booked then")


def _working_hours(case: Case, rule: str) -> Check:
    """The site's hours: the technician must arrive while it is open; the work may last longer."""
    if case.job.hours is None or case.window is None:
        return Check(rule, passed=True, why="no hours of the site are known")
    is_open = case.job.hours.is_open(case.window.start)
    params = {"calendar": case.job.hours.calendar.name}
    return Check(rule, is_open, "open by {calendar}" if is_open else "closed at that time by {calendar}", params)


def _parts(case: Case, rule: str) -> Check:
    lacking = [part for part, wanted in case.job.parts.items() if case.worker.stock.get(part, Decimal(0)) < wanted]
    if not lacking:
        return Check(rule, passed=True, why="carries the parts" if case.job.parts else "no parts are needed")
    in_time = case.worker.parts_at is not None and case.window is not None and case.worker.parts_at <= case.window.start
    why = "the missing parts can be there in time" if in_time else "{count} parts cannot be there in time"
    return Check(rule, in_time, why, {"count": str(len(lacking))})


def _not_excluded(case: Case, rule: str) -> Check:
    passed = case.worker.id not in case.job.excluded
    return Check(
        rule, passed, "the customer does not object" if passed else "the customer does not want this technician"
    )


def _max_travel(case: Case, rule: str) -> Check:
    if case.distance is None:
        return Check(rule, passed=True, why="the distance is not known")
    params = {"km": str(round(case.distance)), "most": str(case.rules.max_travel_km)}
    return Check(rule, case.distance <= case.rules.max_travel_km, "{km} km of at most {most}", params)


def _credit_hold(case: Case, rule: str) -> Check:
    held = bool((case.job.customer or {}).get("credit_hold"))
    return Check(rule, not held, "the ERP forbids service on account" if held else "the customer's credit is good")


HARD: Mapping[str, Callable[[Case, str], Check]] = {
    "active": _active,
    "skill": _skill,
    "certificate": _certificate,
    "territory": _territory,
    "free": _free,
    "working_hours": _working_hours,
    "parts": _parts,
    "not_excluded": _not_excluded,
    "max_travel": _max_travel,
    "credit_hold": _credit_hold,
}
