"""Connected systems: how far behind they are, and what was given up: looked at, tried again, dropped."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Blueprint, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, InvalidError
from hub.domain.sync.breaker import Position
from hub.ports.store import UnitOfWork
from hub.services import auditing, connection_tests, pausing, progress, queue, routes, systems
from hub.services.context import Hub
from hub.services.gate import GateState
from hub.services.queue import Dead
from hub.web import formats, forms
from hub.web.api.reviews import sees_personal
from hub.web.auth import Rule, guarded
from hub.web.flashes import leave
from hub.web.i18n import N_
from hub.web.pages.do import done
from hub.web.state import actor, hub

pages = Blueprint("sync", __name__, url_prefix="/sync")
USES = Rule(permission="sync")
FEW = 10  # of what was given up, on the overview
SHOWN = 100
FILTERS = ("system", "entity", "error_class", "since")


@pages.get("")
@guarded(USES)
def overview() -> str:
    """All systems, what was given up, what is to be settled, and the newest messages."""
    context = hub()
    names = list(context.systems)

    def work(tx: UnitOfWork) -> dict[str, object]:
        waiting = {(one.system, one.direction): one for one in tx.levels.waiting(now=context.clock.now())}
        dead = tx.levels.dead()
        out = {name: waiting.get((name, "out")) for name in names}
        return {
            "counts": {
                name: Counter(one.by_state if one else {}) + Counter(dead=dead.get((name, "out"), 0))
                for name, one in out.items()
            },
            "oldest": {name: one.oldest if one else None for name, one in out.items()},
            "incoming": {
                "new": sum(sum(one.by_state.values()) for (_, way), one in waiting.items() if way == "in"),
                "dead": sum(count for (_, way), count in dead.items() if way == "in"),
            },
            "reviews": tx.reviews.counts(),
            "pauses": tx.pauses.all(),
            "recent": tx.trace.recent(limit=30),
            "drift": {name: auditing.newest(tx, context.systems[name]) for name in names},
        }

    facts = context.store.read(work)
    facts["gates"] = {
        name: [one for one in told if one.position is not Position.CLOSED or one.until]
        for name, told in gates_of(context).items()
    }
    facts["status"] = progress.status(context)
    facts["held"] = {name: context.holds.of(name) for name in names}
    return render_template(
        "sync/overview.html",
        systems=context.systems.values(),
        dead=queue.listing(context, state="dead", limit=FEW),
        **facts,
    )


def gates_of(hub: Hub) -> dict[str, list[GateState]]:
    """How it stands with calls to each system."""
    told: dict[str, list[GateState]] = {name: [] for name in hub.systems}
    for state in hub.breakers.states():
        told[state.system].append(state)
    return told


@pages.post("/replay/<item_id>")
@guarded(Rule(permission="sync"))
def replay(item_id: str) -> Response:
    """Try again what was given up, with the current mapping or the original one."""
    queue.replay(hub(), actor(), item_id, mapping=forms.text("mapping") or "current")
    return leave(done(url_for("sync.given_up")), N_("It is tried again."))


@pages.post("/drop/<item_id>")
@guarded(USES)
def drop(item_id: str) -> Response:
    """Give up for good, with a reason."""
    queue.drop(hub(), actor(), item_id, forms.text("reason"))
    return leave(done(url_for("sync.given_up")), N_("It was dropped."))


@pages.post("/reroute/<item_id>")
@guarded(USES)
def reroute(item_id: str) -> Response:
    """Send the document of a delivery that was given up through another system, with a reason."""
    routes.reroute(hub(), actor(), item_id, forms.text("to"), forms.text("reason"))
    return leave(done(url_for("sync.given_up")), N_("It is sent another way."))


@pages.get("/given-up")
@guarded(USES)
def given_up() -> str:
    """What was given up, by system, record, class of error and time."""
    wanted = wanted_ones(request.args)
    found = queue.newest_dead(hub(), wanted, limit=SHOWN)
    return render_template(
        "sync/given_up.html",
        rows=[queue.row(one) for one in found],
        counts=queue.count_dead(hub(), wanted),
        asked={name: request.args.get(name, "") for name in FILTERS},
        systems=sorted(hub().systems),
    )


@pages.post("/given-up/replay")
@guarded(USES)
def replay_all() -> Response:
    """Try all again that the filter shows, so many a second."""
    queue.replay_all(hub(), actor(), wanted_ones(request.form), rate=rate_of(forms.text("rate")))
    return leave(done(url_for("sync.given_up")), N_("They are tried again, one after another."))


def wanted_ones(given: Mapping[str, str]) -> Dead:
    """Which ones a form means."""
    texts = {name: given.get(name, "").strip() for name in FILTERS}
    local = texts.pop("since")
    return Dead(**texts, since=instant_of(local) if local else None)


def instant_of(local: str) -> datetime:
    """When a form means, in the zone of the installation; InvalidError for what is no time."""
    try:
        return datetime.fromisoformat(local).replace(tzinfo=formats.zone()).astimezone(UTC)
    except (ValueError, OverflowError):
        wrong = FieldError("since", "This field is missing or wrong.", {})
        raise InvalidError("The time cannot be read", fields=(wrong,)) from None


def rate_of(text: str) -> float:
    """How many a second; InvalidError for what is no number."""
    try:
        return float(text)
    except ValueError:
        raise InvalidError("The rate is the number of messages a second: give one above 0.") from None


@pages.get("/systems/<system>")
@guarded(USES)
def system(system: str) -> str:
    """One system: what it can, how it answers, how far it is, and what failed."""
    told = systems.show(hub(), system)
    return render_template("sync/system.html", it=told, lags=lags_of(told))


def lags_of(told: Doc) -> list[Doc]:
    """A row for each record, with what is read and what waits to be sent."""
    waits = {one["entity"]: one for one in told["out"]}
    nothing = {"count": 0, "oldest": None}
    rows = [{**one, **waits.pop(one["entity"], nothing)} for one in told["in"]]
    return rows + list(waits.values())


@pages.post("/systems/<system>/test")
@guarded(USES)
def try_system(system: str) -> Response:
    """Ask a system for its version, its clock and what is missing for our work."""
    told = connection_tests.ask(hub(), actor(), system)
    word = N_("It answers, and nothing is missing.") if told["ok"] else N_("The test shows what is to be mended.")
    return leave(done(url_for("sync.system", system=system)), word, "good" if told["ok"] else "bad")


@pages.post("/pause/<system>")
@guarded(USES)
def pause(system: str) -> Response:
    """Leave a system alone, with a reason."""
    pausing.pause(hub(), actor(), system, forms.text("reason"))
    return leave(done(url_for("sync.system", system=system)), N_("It is paused."))


@pages.post("/resume/<system>")
@guarded(USES)
def resume(system: str) -> Response:
    """Go on with a system that a person has paused."""
    pausing.resume(hub(), actor(), system)
    return leave(done(url_for("sync.system", system=system)), N_("It is taken up again."))


@pages.post("/drift/<system>")
@guarded(Rule(permission="sync"))
def audit(system: str) -> Response:
    """Compare a sample of a system's records with ours now."""
    if system not in hub().systems:
        raise NotFound
    auditing.audit(hub(), system)
    return leave(done(url_for("sync.overview")), N_("A sample was compared."))


@pages.get("/items/<item_id>")
@guarded(USES)
def item(item_id: str) -> str:
    """A message or delivery with what it carries."""
    shown = queue.show(hub(), item_id, sees_personal=sees_personal())
    return render_template("sync/item.html", item=shown, ways=routes.ways(hub(), item_id))
