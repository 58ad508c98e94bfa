"""Connected systems: how far behind they are, what was given up, what a person has to settle, what a message did."""

from collections import Counter

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from hub.ports.store import UnitOfWork
from hub.ports.trace import STOPS
from hub.services import auditing, queue, trace
from hub.web.auth import Rule, guarded
from hub.web.flashes import leave
from hub.web.i18n import N_
from hub.web.pages.do import done
from hub.web.state import actor, hub

pages = Blueprint("sync", __name__, url_prefix="/sync")
USES = Rule(permission="sync")
STATES = ("ready", "sent", "unknown", "dead")
MOST = 1000


@pages.get("")
@guarded(USES)
def overview() -> str:
    """All systems, what was given up, what is to be settled, and the newest messages."""
    context = hub()
    names = list(context.systems)

    def work(tx: UnitOfWork) -> dict[str, object]:
        counts = {
            name: Counter({state: len(tx.outbox.listing(system=name, state=state, limit=MOST)) for state in STATES})
            for name in names
        }
        oldest = {
            name: min(
                (one.created_at for one in tx.outbox.listing(system=name, state="ready", limit=MOST)), default=None
            )
            for name in names
        }
        return {
            "counts": counts,
            "oldest": oldest,
            "incoming": {state: len(tx.inbox.listing(state=state, limit=MOST)) for state in ("new", "dead")},
            "reviews": tx.reviews.listing(),
            "recent": tx.trace.recent(limit=30),
            "drift": {name: auditing.newest(tx, context.systems[name]) for name in names},
        }

    facts = context.store.read(work)
    facts["held"] = {name: context.holds.of(name) for name in names}
    return render_template(
        "sync/overview.html", systems=context.systems.values(), dead=queue.listing(context, state="dead"), **facts
    )


@pages.post("/replay/<item_id>")
@guarded(Rule(permission="sync"))
def replay(item_id: str) -> Response:
    """Try again what was given up."""
    queue.replay(hub(), actor(), item_id)
    return leave(done(url_for("sync.overview")), N_("It is tried again."))


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
    return render_template("sync/item.html", item=queue.show(hub(), item_id))


@pages.get("/trace")
@guarded(USES)
def find() -> Response:
    """Look for a message by whatever id is at hand."""
    wanted = request.args.get("id", "").strip()
    return redirect(url_for("sync.trace", any_id=wanted) if wanted else url_for("sync.overview"))


@pages.get("/trace/<any_id>", endpoint="trace")
@guarded(USES)
def trace_of(any_id: str) -> str:
    """The stops of a message."""
    stops = trace.story(hub(), any_id)
    entries = hub().store.read(lambda tx: tx.audit.of_correlation(stops[0].correlation))
    return render_template(
        "sync/trace.html",
        stops=stops,
        order=STOPS,
        passed={stop.stop for stop in stops},
        entries=entries,
        any_id=any_id,
    )
